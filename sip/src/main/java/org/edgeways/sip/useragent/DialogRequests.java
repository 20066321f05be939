package org.edgeways.sip.useragent;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.ServerTransaction;
import org.jspecify.annotations.Nullable;

/** Requests within dialogs, in both directions (RFC 3261 sections 12.2, 15). */
final class DialogRequests {

    /** For answers that nobody waits for. */
    static final OutgoingRequests.Answer IGNORED = (transaction, status, reason, response, now) -> {};

    private record Entry(Call call, Dialog dialog) {}

    private final Core core;
    private final SessionChanges changes;
    private final Map<Dialog.Id, Entry> entries = new HashMap<>();

    DialogRequests(Core core) {
        this.core = core;
        this.changes = new SessionChanges(core, this);
    }

    SessionChanges changes() {
        return changes;
    }

    void add(Call call, Dialog dialog) {
        entries.put(dialog.id(), new Entry(call, dialog));
    }

    void remove(Dialog dialog) {
        entries.remove(dialog.id());
    }

    int size() {
        return entries.size();
    }

    // ---- ours

    /** The ACK of a 2xx, with the credentials of its INVITE (section 13.2.2.4) and our Via. */
    SipMessage acknowledgement(Dialog dialog, SipMessage invite) {
        SipMessage ack = dialog.request("ACK", invite.cseq().number());
        for (HeaderName name : new HeaderName[] {HeaderName.AUTHORIZATION, HeaderName.PROXY_AUTHORIZATION}) {
            invite.values(name).forEach(value -> ack.add(name, value));
        }
        ack.setBody(null, new byte[0]);
        core.requests().putVia(ack);
        return ack;
    }

    void bye(Dialog dialog, OutgoingRequests.Answer answer, long now) {
        core.send(dialog, request(dialog, "BYE"), answer, now);
    }

    /** Hangs up; whatever the answer, the call is over then. */
    void endByBye(Call call, long now) {
        call.move(Call.State.ENDING);
        endAfterBye(call, now);
    }

    /** Sends BYE for a call that is ending already. */
    void endAfterBye(Call call, long now) {
        bye(
                dialogOf(call),
                (transaction, status, reason, response, later) -> {
                    if (call.state() == Call.State.ENDING) {
                        ended(call, 200, "BYE", later);
                    }
                },
                now);
    }

    private void ended(Call call, int status, String reason, long now) {
        Dialog dialog = call.dialog;
        if (dialog != null) {
            remove(dialog);
        }
        Call.Unacknowledged waiting = call.unacknowledged;
        if (waiting != null && waiting.timer != null) {
            core.cancel(waiting.timer);
        }
        call.unacknowledged = null;
        call.move(Call.State.ENDED);
        changes.giveUp(call, now);
        core.happened(new UserAgentEvent.CallEnded(call, status, reason), now);
    }

    /** A request of any other method within a call, and its answer as an event. */
    long send(Call call, String method, @Nullable String contentType, byte[] body, long now) {
        long id = core.nextId();
        Dialog dialog = dialogOf(call);
        SipMessage request = request(dialog, method);
        if (contentType != null) {
            request.setBody(contentType, body);
        }
        core.send(
                dialog,
                request,
                (transaction, status, reason, response, later) -> answered(call, id, status, reason, response, later),
                now);
        return id;
    }

    void answered(Call call, long id, int status, String reason, @Nullable SipMessage response, long now) {
        core.happened(new UserAgentEvent.Answered(id, status, reason, response), now);
        // section 12.2.1.2: the peer no longer knows the dialog
        if ((status == 481 || status == 408) && call.state() == Call.State.UP) {
            ended(call, status, reason, now);
        }
    }

    SipMessage request(Dialog dialog, String method) {
        SipMessage request = dialog.request(method, 0);
        request.add(HeaderName.USER_AGENT, core.settings().product());
        request.setBody(null, new byte[0]);
        return request;
    }

    static Dialog dialogOf(Call call) {
        return Objects.requireNonNull(call.dialog, "a call without dialog");
    }

    // ---- the peer's

    /** The ACK of a 2xx of ours. */
    void acknowledged(SipMessage ack, long now) {
        Entry entry = entries.get(Dialog.Id.ofReceived(ack));
        Call.Unacknowledged waiting = entry == null ? null : entry.call().unacknowledged;
        if (entry == null
                || waiting == null
                || waiting.response.cseq().number() != ack.cseq().number()) {
            return;
        }
        Call call = entry.call();
        if (waiting.timer != null) {
            core.cancel(waiting.timer);
        }
        call.unacknowledged = null;
        if (ack.bodyLength() > 0) {
            call.remoteSession = ack.body();
        }
        if (call.state() == Call.State.ACCEPTED) {
            call.move(Call.State.UP);
            core.happened(new UserAgentEvent.CallEstablished(call), now);
            if (call.hangUpWanted && call.state() == Call.State.UP) {
                endByBye(call, now);
            }
        }
        changes.next(call, now);
    }

    /** A request with a To tag (section 12.2.2). */
    void received(ServerTransaction transaction, long now) {
        SipMessage request = transaction.request();
        Entry entry = entries.get(Dialog.Id.ofReceived(request));
        if (entry == null) {
            core.respond(transaction, 481, "Call/Transaction Does Not Exist", now);
            return;
        }
        if (!entry.dialog().accepts(request)) {
            core.respond(transaction, 500, "Server Internal Error - CSeq out of order", now);
            return;
        }
        Call call = entry.call();
        switch (request.method()) {
            case "BYE" -> bye(call, entry.dialog(), transaction, now);
            case "INVITE", "UPDATE" -> changes.received(call, entry.dialog(), transaction, now);
            default -> {
                core.respond(transaction, 200, "OK", now);
                core.happened(new UserAgentEvent.RequestReceived(call, request), now);
            }
        }
    }

    private void bye(Call call, Dialog dialog, ServerTransaction transaction, long now) {
        core.respond(transaction, 200, "OK", now);
        if (call.caller() && !dialog.confirmed()) {
            byeToEarly(call, dialog, now);
            return;
        }
        ServerTransaction pending = call.incomingInvite;
        if (pending != null && pending.awaitsFinalResponse()) {
            core.respond(pending, 487, "Request Terminated", now); // section 15.1.2
        }
        if (call.state() != Call.State.ENDED) {
            ended(call, 200, "BYE", now);
        }
    }

    /** One of the callees that ring takes no part any more; if it was the only one, nobody else is to ring either. */
    private void byeToEarly(Call call, Dialog dialog, long now) {
        remove(dialog);
        call.early.remove(dialog.id().remoteTag());
        if (dialog.equals(call.dialog)) {
            call.dialog = call.early.values().stream().findFirst().orElse(null);
        }
        if (call.state() == Call.State.CALLING && call.early.isEmpty()) {
            core.layer().cancel(Objects.requireNonNull(call.outgoingInvite), null, now);
            ended(call, 200, "BYE", now);
        }
    }

    /** Sends a 2xx to INVITE until its ACK comes (section 13.3.1.4). */
    void acceptInvite(Call call, ServerTransaction transaction, SipMessage response, long now) {
        Call.Unacknowledged waiting = new Call.Unacknowledged(
                transaction,
                response,
                now + core.sipTimers().transactionLifetime(),
                core.sipTimers().t1());
        call.unacknowledged = waiting;
        core.layer().respond(transaction, response, now);
        if (call.unacknowledged != null) {
            waiting.timer = core.at(now + waiting.interval, later -> again(call, waiting, later));
        }
    }

    private void again(Call call, Call.Unacknowledged waiting, long now) {
        if (!waiting.equals(call.unacknowledged)) {
            return;
        }
        if (now >= waiting.givenUpAt) {
            bye(dialogOf(call), IGNORED, now);
            ended(call, 408, "No ACK", now);
            return;
        }
        core.layer().respond(waiting.transaction, waiting.response, now);
        waiting.interval = Math.min(waiting.interval * 2, core.sipTimers().t2());
        long next = Math.min(now + waiting.interval, waiting.givenUpAt);
        waiting.timer = core.at(next, later -> again(call, waiting, later));
    }
}
