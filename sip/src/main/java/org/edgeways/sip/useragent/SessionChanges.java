package org.edgeways.sip.useragent;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.ClientTransaction;
import org.edgeways.sip.transaction.ServerTransaction;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a call's session by re-INVITE and UPDATE, in both directions (RFC 3261 section 14, RFC 3311). One of ours is
 * under way at a time; those that cannot be sent yet wait in {@link Call#changes}.
 */
final class SessionChanges {

    private static final long MILLISECOND = 1_000_000L;

    /** How often a change is sent that meets glare each time. */
    private static final int MAX_ATTEMPTS = 10;

    /** A change that we want. */
    static final class Change {
        private final long id;
        private final String method;
        private final String contentType;
        private final byte[] session;
        private int attempts;

        /** False while it waits after glare. */
        private boolean due = true;

        Change(long id, String method, String contentType, byte[] session) {
            this.id = id;
            this.method = method;
            this.contentType = contentType;
            this.session = session;
        }
    }

    private final Core core;
    private final DialogRequests dialogs;

    SessionChanges(Core core, DialogRequests dialogs) {
        this.core = core;
        this.dialogs = dialogs;
    }

    // ---- ours

    /** Changes the session as soon as nothing is in the way. */
    long want(Call call, String method, String contentType, byte[] session, long now) {
        if (call.state() != Call.State.UP || call.changing) {
            throw new IllegalStateException("no change while " + call + (call.changing ? " is changing" : ""));
        }
        Change change = new Change(core.nextId(), method, contentType, session);
        call.changes.add(change);
        next(call, now);
        return change.id;
    }

    /** Sends the next change that is due, unless another is under way in either direction (section 14.1). */
    void next(Call call, long now) {
        if (call.state() != Call.State.UP || call.changing || call.unacknowledged != null) {
            return;
        }
        for (Change change : call.changes) {
            if (change.due) {
                call.changes.remove(change);
                send(call, change, now);
                return;
            }
        }
    }

    /** The call is over: what waits will not happen. */
    void giveUp(Call call, long now) {
        List<Change> waiting = List.copyOf(call.changes);
        call.changes.clear();
        waiting.forEach(
                change -> core.happened(new UserAgentEvent.Answered(change.id, 487, "Request Terminated", null), now));
    }

    private void send(Call call, Change change, long now) {
        Dialog dialog = DialogRequests.dialogOf(call);
        SipMessage request = dialogs.request(dialog, change.method);
        request.add(HeaderName.CONTACT, core.dialogContact());
        request.add(HeaderName.ALLOW, Core.ALLOW);
        request.add(HeaderName.SUPPORTED, core.supported());
        request.setBody(change.contentType, change.session);
        call.changing = true;
        change.attempts++;
        core.send(
                dialog,
                request,
                new OutgoingRequests.Answer() {
                    @Override
                    public void provisional(ClientTransaction transaction, SipMessage response, long later) {
                        if (response.status() >= 200) {
                            core.acknowledge(dialogs.acknowledgement(dialog, transaction.request()), later);
                        }
                    }

                    @Override
                    public void finished(
                            @Nullable ClientTransaction transaction,
                            int status,
                            String reason,
                            @Nullable SipMessage response,
                            long later) {
                        call.changing = false;
                        if (status == 491 && call.state() == Call.State.UP && change.attempts < MAX_ATTEMPTS) {
                            waitAfterGlare(call, change, later);
                        } else {
                            if (status < 300 && transaction != null && response != null) {
                                changed(call, dialog, change, transaction, response, later);
                            }
                            dialogs.answered(call, change.id, status, reason, response, later);
                        }
                        next(call, later);
                    }
                },
                now);
    }

    private void waitAfterGlare(Call call, Change change, long now) {
        change.due = false;
        call.changes.add(change);
        core.at(now + glareDelay(call), later -> {
            change.due = true;
            next(call, later);
        });
    }

    private void changed(
            Call call, Dialog dialog, Change change, ClientTransaction transaction, SipMessage response, long now) {
        dialog.refreshTarget(response);
        call.localSession = change.session;
        call.localSessionType = change.contentType;
        if (response.bodyLength() > 0) {
            call.remoteSession = response.body();
        }
        if (transaction.isInvite()) {
            String branch = transaction.branch();
            core.at(
                    now + core.sipTimers().transactionLifetime(),
                    _ -> core.requests().forget(branch));
            core.acknowledge(dialogs.acknowledgement(dialog, transaction.request()), now);
        }
    }

    /** Section 14.1: 2.1 to 4 s for who made the Call-ID, else 0 to 2 s, in steps of 10 ms. */
    private long glareDelay(Call call) {
        long steps = call.caller()
                ? 210L + core.random().nextInt(191)
                : core.random().nextInt(201);
        return steps * (10 * MILLISECOND);
    }

    // ---- the peer's

    /** What stands in the way of an offer of the peer's. */
    private enum Obstacle {
        NONE,
        /** A request of ours, or an offer that the peer has not answered: 491. */
        OURS,
        /** An offer of the peer's that is not through yet: 500 with Retry-After. */
        THEIRS,
        /** We have hung up: 481. */
        THE_END
    }

    /** A re-INVITE or UPDATE (section 14.2, RFC 3311 section 5.2). */
    void received(Call call, Dialog dialog, ServerTransaction transaction, long now) {
        SipMessage request = transaction.request();
        boolean offers = request.bodyLength() > 0 || transaction.isInvite();
        switch (offers ? obstacle(call, dialog, transaction) : Obstacle.NONE) {
            case NONE -> accept(call, dialog, transaction, offers, now);
            case OURS -> core.respond(transaction, 491, "Request Pending", now);
            case THEIRS -> {
                SipMessage busy = core.response(transaction, 500, "Server Internal Error - Another offer is pending");
                busy.add(HeaderName.RETRY_AFTER, Integer.toString(core.random().nextInt(11)));
                core.layer().respond(transaction, busy, now);
            }
            case THE_END -> core.respond(transaction, 481, "Call/Transaction Does Not Exist", now);
        }
    }

    private static Obstacle obstacle(Call call, Dialog dialog, ServerTransaction transaction) {
        return switch (call.state()) {
            case CALLING -> transaction.isInvite() || call.invite().bodyLength() > 0 ? Obstacle.OURS : Obstacle.THEIRS;
            case OFFERED -> Obstacle.THEIRS;
            case ACCEPTED, UP -> {
                Call.Unacknowledged waiting = call.unacknowledged;
                if (call.changing) {
                    yield Obstacle.OURS;
                }
                if (waiting == null) {
                    yield Obstacle.NONE;
                }
                // our 2xx to an INVITE without offer has made one
                yield waiting.transaction.request().bodyLength() == 0 ? Obstacle.OURS : Obstacle.THEIRS;
            }
            // after CANCEL the INVITE is still under way, after BYE nothing is
            case ENDING -> dialog.confirmed() ? Obstacle.THE_END : Obstacle.OURS;
            case ENDED -> Obstacle.THE_END;
        };
    }

    private void accept(Call call, Dialog dialog, ServerTransaction transaction, boolean offers, long now) {
        SipMessage request = transaction.request();
        dialog.refreshTarget(request);
        if (request.bodyLength() > 0) {
            call.remoteSession = request.body();
        }
        SipMessage response = core.response(transaction, 200, "OK");
        response.add(HeaderName.CONTACT, core.dialogContact());
        response.add(HeaderName.ALLOW, Core.ALLOW);
        if (offers) {
            response.setBody(call.localSessionType, call.localSession);
        }
        if (transaction.isInvite()) {
            dialogs.acceptInvite(call, transaction, response, now);
        } else {
            core.layer().respond(transaction, response, now);
        }
        core.happened(new UserAgentEvent.CallChanged(call, request), now);
    }
}
