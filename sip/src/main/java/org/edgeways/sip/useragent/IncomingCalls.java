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

    private record Origin(String callId, String fromTag) {}

    private final Core core;
    private final DialogRequests dialogs;
    private final Map<Origin, Call> offered = new HashMap<>();

    IncomingCalls(Core core, DialogRequests dialogs) {
        this.core = core;
        this.dialogs = dialogs;
    }

    /** An INVITE outside any dialog. */
    void received(ServerTransaction transaction, long now) {
        SipMessage invite = transaction.request();
        Origin origin = originOf(invite);
        if (offered.containsKey(origin)) {
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
        offered.put(origin, call);
        dialogs.add(call, dialog);
        core.happened(new UserAgentEvent.CallOffered(call), now);
    }

    private static Origin originOf(SipMessage invite) {
        return new Origin(invite.callId(), Objects.requireNonNullElse(invite.fromTag(), ""));
    }

    /** A provisional response that makes an early dialog. */
    void progress(Call call, int status, String reason, @Nullable String contentType, byte[] session, long now) {
        require(call, Call.State.OFFERED);
        SipMessage response = dialogResponse(call, status, reason);
        if (contentType != null) {
            response.setBody(contentType, session);
        }
        core.layer().respond(transactionOf(call), response, now);
    }

    void accept(Call call, @Nullable String contentType, byte[] session, long now) {
        require(call, Call.State.OFFERED);
        call.localSessionType = contentType;
        call.localSession = session;
        SipMessage response = dialogResponse(call, 200, "OK");
        response.setBody(contentType, session);
        offered.remove(originOf(call.invite()));
        call.move(Call.State.ACCEPTED);
        Objects.requireNonNull(call.dialog).confirm(null);
        dialogs.acceptInvite(call, transactionOf(call), response, now);
    }

    void reject(Call call, int status, String reason, long now) {
        require(call, Call.State.OFFERED);
        core.respond(transactionOf(call), status, reason, now);
        ended(call, status, reason, now);
    }

    /** A CANCEL came, or the INVITE's connection went. */
    void cancelled(ServerTransaction transaction, int status, String reason, long now) {
        Call call = offered.get(originOf(transaction.request()));
        if (call != null && transaction.equals(call.incomingInvite)) {
            core.respond(transaction, status, reason, now);
            ended(call, status, reason, now);
        }
    }

    /** A call that ended in another way is no longer waiting for our answer. */
    void forget(Call call) {
        offered.remove(originOf(call.invite()), call);
    }

    private void ended(Call call, int status, String reason, long now) {
        forget(call);
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
