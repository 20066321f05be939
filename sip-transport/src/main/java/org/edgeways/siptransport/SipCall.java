package org.edgeways.siptransport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.CompanionRequest;
import org.edgeways.sip.useragent.Dialog;
import org.jspecify.annotations.Nullable;

/**
 * One call of a {@link SipUserAgent}, as its caller or its callee. Its methods block; one thread at a time uses it.
 * Calls them out of turn: {@link IllegalStateException}.
 */
public final class SipCall {

    private static final int OK = 200;

    private final SipUserAgent agent;
    private final SipMessage invite;
    private final String localTag;
    private @Nullable SipExchange exchange;
    private @Nullable Dialog dialog;
    private boolean challengeAnswered;

    private SipCall(SipUserAgent agent, SipMessage invite, @Nullable SipExchange exchange) {
        this.agent = agent;
        this.invite = invite;
        this.exchange = exchange;
        localTag = agent.token(5);
    }

    static SipCall outgoing(SipUserAgent agent, SipExchange exchange) {
        return new SipCall(agent, exchange.request(), exchange);
    }

    static SipCall incoming(SipUserAgent agent, SipMessage invite) {
        return new SipCall(agent, invite, null);
    }

    /** The INVITE as it was first sent or received. */
    public SipMessage invite() {
        return invite;
    }

    // ---- as its caller

    private SipExchange running() {
        SipExchange current = exchange;
        if (current == null) {
            throw new IllegalStateException("this is somebody else's call");
        }
        return current;
    }

    /** Waits for a response with that status, answering a challenge that comes before it. */
    public SipMessage awaitStatus(int status) throws IOException {
        answerChallenge();
        return running().awaitStatus(status);
    }

    /** Waits for the final response, answering a challenge that comes first. A 2xx is yet to be acknowledged. */
    public SipMessage awaitFinal() throws IOException {
        answerChallenge();
        return running().awaitFinal();
    }

    /** Waits for the answer, acknowledges it and gives it. */
    public SipMessage awaitAnswer() throws IOException {
        SipMessage answer = awaitFinal();
        if (answer.status() / 100 != 2) {
            throw new IOException("the call was refused: " + answer.status() + " " + answer.reason());
        }
        acknowledge();
        return answer;
    }

    private void answerChallenge() throws IOException {
        SipExchange current = running();
        if (challengeAnswered) {
            return;
        }
        SipMessage first = current.awaitAny();
        if (first.status() == 401 || first.status() == 407) {
            SipMessage again = agent.withCredentials(current.request(), first, 0, agent::nextSequence);
            if (again != null) {
                challengeAnswered = true;
                exchange = agent.start(again);
            }
        }
    }

    /** Sends the ACK to the 2xx (section 13.2.2.4). */
    public void acknowledge() throws IOException {
        SipExchange current = running();
        Dialog answered = begun(Dialog.ofClient(current.request(), current.awaitFinal()));
        SipMessage ack = answered.acknowledgement(current.request());
        ack.addFirst(HeaderName.VIA, agent.newVia());
        agent.send(ack);
    }

    /** Gives the call up (section 9.1) and gives the final response to its INVITE. */
    public SipMessage cancel() throws IOException {
        SipExchange current = running();
        current.awaitFirst();
        agent.send(CompanionRequest.cancel(current.request(), null));
        return current.awaitFinal();
    }

    // ---- as its callee

    /** Answers 180. */
    public void ring() throws IOException {
        agent.send(answer(180, "Ringing"));
    }

    /** Answers 200 with that session description and waits for the ACK. */
    public SipMessage accept(String sdp) throws IOException {
        SipMessage ok = answer(OK, "OK");
        ok.setBody("application/sdp", sdp.getBytes(StandardCharsets.UTF_8));
        begun(Dialog.ofServer(invite, localTag));
        agent.send(ok);
        return awaitInDialog("ACK");
    }

    /** Refuses and waits for the ACK. */
    public void reject(int status, String reason) throws IOException {
        agent.send(answer(status, reason));
        awaitInDialog("ACK");
    }

    /** Waits until the caller gives up, answers the CANCEL 200 and the INVITE 487; gives the CANCEL. */
    public SipMessage awaitCancel() throws IOException {
        SipMessage cancel = awaitInDialog("CANCEL");
        agent.respond(cancel, OK, "OK");
        agent.send(answer(487, "Request Terminated"));
        awaitInDialog("ACK");
        return cancel;
    }

    private SipMessage answer(int status, String reason) {
        SipMessage answer = SipMessage.responseTo(invite, status, reason, localTag);
        answer.setAll(HeaderName.RECORD_ROUTE, invite.values(HeaderName.RECORD_ROUTE));
        answer.set(HeaderName.CONTACT, agent.contact());
        answer.setBody(null, new byte[0]);
        return answer;
    }

    // ---- as either

    private Dialog begun(Result<Dialog> begun) throws IOException {
        return switch (begun) {
            case Result.Ok<Dialog>(Dialog made) -> {
                dialog = made;
                yield made;
            }
            case Result.Bad<Dialog> bad -> throw new IOException("no call can be made of this: " + bad.reason());
        };
    }

    private Dialog dialog() {
        Dialog current = dialog;
        if (current == null) {
            throw new IllegalStateException("the call has not been answered");
        }
        return current;
    }

    /** Ends the call and gives the final response to the BYE. */
    public SipMessage bye() throws IOException {
        return request(newRequest("BYE"));
    }

    /** Waits until the other side ends the call, answers 200 and gives the BYE. */
    public SipMessage awaitBye() throws IOException {
        SipMessage bye = awaitInDialog("BYE");
        agent.respond(bye, OK, "OK");
        return bye;
    }

    /** The next request of that method with this call's Call-ID. */
    public SipMessage awaitInDialog(String method) throws IOException {
        Duration limit = agent.settings().timeout();
        SipMessage request = agent.take(
                candidate ->
                        candidate.method().equals(method) && candidate.callId().equals(invite.callId()),
                limit);
        if (request == null) {
            throw new SipTimeoutException("no " + method + " in the call within " + limit);
        }
        return request;
    }

    /** A new request in the call's dialog, yet to be sent, with the next sequence number. */
    public SipMessage newRequest(String method) {
        SipMessage request = dialog().request(method);
        request.addFirst(HeaderName.VIA, agent.newVia());
        request.add(HeaderName.CONTACT, agent.contact());
        return request;
    }

    /** As {@link SipUserAgent#request}, for a request in the call's dialog. */
    public SipMessage request(SipMessage request) throws IOException {
        return agent.exchange(request, dialog()::nextSequence).awaitFinal();
    }
}
