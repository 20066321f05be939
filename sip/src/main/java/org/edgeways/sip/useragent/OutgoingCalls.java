package org.edgeways.sip.useragent;

import java.util.Objects;
import org.edgeways.base.Result;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.ClientTransaction;
import org.jspecify.annotations.Nullable;

/** The caller's side of calls until they are up (RFC 3261 sections 9.1, 13.2). */
final class OutgoingCalls {

    private static final int MAX_EARLY_DIALOGS = 32;

    private final Core core;
    private final DialogRequests dialogs;

    OutgoingCalls(Core core, DialogRequests dialogs) {
        this.core = core;
        this.dialogs = dialogs;
    }

    Call start(SipMessage invite, long now) {
        Call call = new Call(core.nextId(), true, invite);
        core.send(invite, new InviteAnswer(call), now);
        return call;
    }

    /** CANCEL (section 9.1); the INVITE's own final response ends the call. */
    void cancel(Call call, long now) {
        ClientTransaction transaction = call.outgoingInvite;
        if (transaction == null) {
            throw new IllegalStateException("no INVITE to cancel");
        }
        call.move(Call.State.ENDING);
        core.layer().cancel(transaction, null, now);
    }

    private final class InviteAnswer implements OutgoingRequests.Answer {
        private final Call call;

        InviteAnswer(Call call) {
            this.call = call;
        }

        @Override
        public void sent(ClientTransaction transaction, long now) {
            call.outgoingInvite = transaction;
            // dialogs of the INVITE before its challenge
            forgetEarly(call, null);
            call.dialog = null;
        }

        @Override
        public boolean stillWanted() {
            // hung up before the challenge came: nobody is to ring any more
            return call.state() == Call.State.CALLING;
        }

        @Override
        public void provisional(ClientTransaction transaction, SipMessage response, long now) {
            if (response.status() >= 200) {
                confirmed(call, transaction, response, now);
            } else if (response.status() > 100 && call.state() == Call.State.CALLING) {
                early(call, transaction, response);
                core.happened(new UserAgentEvent.CallProgress(call, response), now);
            }
        }

        @Override
        public void finished(
                @Nullable ClientTransaction transaction,
                int status,
                String reason,
                @Nullable SipMessage response,
                long now) {
            if (transaction != null && response != null && status < 300) {
                String branch = transaction.branch();
                core.at(
                        now + core.sipTimers().transactionLifetime(),
                        _ -> core.requests().forget(branch));
                confirmed(call, transaction, response, now);
                return;
            }
            forgetEarly(call, null);
            if (call.state() == Call.State.ENDED) {
                return; // a BYE to the early dialog came first
            }
            call.move(Call.State.ENDED);
            core.happened(new UserAgentEvent.CallEnded(call, status, reason), now);
        }
    }

    private void early(Call call, ClientTransaction transaction, SipMessage response) {
        String tag = response.toTag();
        if (tag == null || call.early.containsKey(tag) || call.early.size() >= MAX_EARLY_DIALOGS) {
            return;
        }
        if (Dialog.ofClient(transaction.request(), response) instanceof Result.Ok<Dialog>(Dialog dialog)) {
            call.early.put(tag, dialog);
            dialogs.add(call, dialog);
            if (call.dialog == null) {
                call.dialog = dialog;
            }
        }
    }

    private void forgetEarly(Call call, @Nullable Dialog but) {
        call.early.values().forEach(dialog -> {
            if (!Objects.equals(but, dialog)) {
                dialogs.remove(dialog);
            }
        });
        call.early.clear();
    }

    /** A 2xx: acknowledged each time it comes (section 13.2.2.4); one of a second branch is hung up. */
    private void confirmed(Call call, ClientTransaction transaction, SipMessage response, long now) {
        String tag = Objects.requireNonNullElse(response.toTag(), "");
        SipMessage again = call.acknowledgements.get(tag);
        if (again != null) {
            core.acknowledge(again, now);
            return;
        }
        Dialog dialog = call.early.get(tag);
        if (dialog == null
                && Dialog.ofClient(transaction.request(), response) instanceof Result.Ok<Dialog>(Dialog made)) {
            dialog = made;
        }
        if (dialog == null) {
            if (call.acknowledgements.isEmpty() && call.state() != Call.State.ENDED) {
                forgetEarly(call, null);
                call.move(Call.State.ENDED);
                core.happened(new UserAgentEvent.CallEnded(call, 400, "The answer has no usable Contact"), now);
            }
            return;
        }
        boolean first = call.acknowledgements.isEmpty();
        dialog.confirm(response);
        SipMessage ack = dialogs.acknowledgement(dialog, transaction.request());
        call.acknowledgements.put(tag, ack);
        core.acknowledge(ack, now);
        if (!first || call.state() == Call.State.ENDED) {
            dialogs.bye(dialog, DialogRequests.IGNORED, now);
            return;
        }
        call.dialog = dialog;
        forgetEarly(call, dialog);
        call.remoteSession = response.body();
        dialogs.add(call, dialog);
        if (call.state() == Call.State.ENDING) {
            dialogs.endAfterBye(call, now);
        } else {
            call.move(Call.State.UP);
            core.happened(new UserAgentEvent.CallEstablished(call), now);
        }
    }
}
