package org.edgeways.sip.useragent;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.ServerTransaction;
import org.jspecify.annotations.Nullable;

/** The callee's side of calls until they are up (RFC 3261 section 13.3). */
final class IncomingCalls {

    /** RFC 3261 section 13.3.1.1: proxies give up an INVITE without news after three minutes. */
    private static final long REMINDER = 60_000_000_000L;

    /** What copies of one INVITE that came by different ways have in common (section 8.2.2.2). */
    private record Origin(String callId, String fromTag, long sequence) {}

    private final Core core;
    private final DialogRequests dialogs;
    private final Map<Origin, Call> ongoing = new HashMap<>();

    IncomingCalls(Core core, DialogRequests dialogs) {
        this.core = core;
        this.dialogs = dialogs;
    }

    /** An INVITE outside any dialog. */
    void received(ServerTransaction transaction, long now) {
        SipMessage invite = transaction.request();
        Origin origin = originOf(invite);
        if (ongoing.containsKey(origin)) {
            core.respond(transaction, 482, "Loop Detected", now); // merged: section 8.2.2.2
            return;
        }
        if (!(Dialog.ofServer(invite, transaction.localTag()) instanceof Result.Ok<Dialog>(Dialog dialog))) {
            core.respond(transaction, 400, "Bad Request - Contact or Record-Route header", now);
            return;
        }
        Call call = new Call(core.nextId(), false, invite);
        call.dialog = dialog;
        call.incomingInvite = transaction;
        call.remoteSession = invite.body();
        ongoing.put(origin, call);
        dialogs.add(call, dialog);
        core.happened(new UserAgentEvent.CallOffered(call), now);
    }

    private static Origin originOf(SipMessage invite) {
        return new Origin(
                invite.callId(),
                Objects.requireNonNullElse(invite.fromTag(), ""),
                invite.cseq().number());
    }

    /** A provisional response that makes an early dialog. */
    void progress(Call call, int status, String reason, @Nullable String contentType, byte[] session, long now) {
        require(call, Call.State.OFFERED);
        SipMessage response = dialogResponse(call, status, reason);
        if (contentType != null) {
            response.setBody(contentType, session);
        }
        tell(call, response, now);
    }

    /** Now and every minute until the final response. */
    private void tell(Call call, SipMessage response, long now) {
        stopReminding(call);
        core.layer().respond(transactionOf(call), response, now);
        if (response.status() > 100) {
            call.reminder = core.at(now + REMINDER, later -> tell(call, response, later));
        }
    }

    private void stopReminding(Call call) {
        if (call.reminder != null) {
            core.cancel(call.reminder);
            call.reminder = null;
        }
    }

    void accept(Call call, @Nullable String contentType, byte[] session, long now) {
        require(call, Call.State.OFFERED);
        call.localSessionType = contentType;
        call.localSession = session;
        SipMessage response = dialogResponse(call, 200, "OK");
        response.setBody(contentType, session);
        call.move(Call.State.ACCEPTED);
        finalResponse(call, now);
        Objects.requireNonNull(call.dialog).confirm(null);
        dialogs.acceptInvite(call, transactionOf(call), response, now);
    }

    void reject(Call call, int status, String reason, long now) {
        require(call, Call.State.OFFERED);
        core.respond(transactionOf(call), status, reason, now);
        end(call, status, reason, now);
    }

    /** A CANCEL came, or the INVITE's connection went. */
    void cancelled(ServerTransaction transaction, int status, String reason, long now) {
        Call call = ongoing.get(originOf(transaction.request()));
        if (call != null && transaction.equals(call.incomingInvite)) {
            core.respond(transaction, status, reason, now);
            end(call, status, reason, now);
        }
    }

    /** A call has ended, here or by BYE. */
    void ended(Call call, long now) {
        finalResponse(call, now);
    }

    /** Copies of the INVITE may come as long as its transaction can last. */
    private void finalResponse(Call call, long now) {
        stopReminding(call);
        Origin origin = originOf(call.invite());
        core.at(now + core.sipTimers().transactionLifetime(), _ -> ongoing.remove(origin, call));
    }

    private void end(Call call, int status, String reason, long now) {
        Dialog dialog = call.dialog;
        if (dialog != null) {
            dialogs.remove(dialog);
        }
        call.move(Call.State.ENDED);
        core.happened(new UserAgentEvent.CallEnded(call, status, reason), now);
    }

    /** With the Record-Route of the INVITE and our Contact (section 12.1.1). */
    private SipMessage dialogResponse(Call call, int status, String reason) {
        SipMessage response = core.response(transactionOf(call), status, reason);
        call.invite().values(HeaderName.RECORD_ROUTE).forEach(value -> response.add(HeaderName.RECORD_ROUTE, value));
        response.add(HeaderName.CONTACT, core.dialogContact());
        response.add(HeaderName.ALLOW, Core.ALLOW);
        response.add(HeaderName.SUPPORTED, core.supported());
        return response;
    }

    private static ServerTransaction transactionOf(Call call) {
        return Objects.requireNonNull(call.incomingInvite, "not a call that came in");
    }

    private static void require(Call call, Call.State state) {
        if (call.state() != state) {
            throw new IllegalStateException(call + " is not " + state);
        }
    }
}
