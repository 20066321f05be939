package org.edgeways.siptransport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * One call of a {@link SipUserAgent}, as its caller or its callee. Its methods block; one thread at a time uses it.
 * Calls them out of turn: {@link IllegalStateException}.
 */
public final class SipCall {

    private static final int OK = 200;

    private final SipUserAgent agent;
    private final boolean outgoing;
    private final SipMessage invite;
    private final String localTag;
    private @Nullable SipExchange exchange;
    private boolean challengeAnswered;

    // the dialog (RFC 3261 section 12)
    private @Nullable SipMessage dialogStart;
    private long localSequence;

    private SipCall(SipUserAgent agent, boolean outgoing, SipMessage invite, @Nullable SipExchange exchange) {
        this.agent = agent;
        this.outgoing = outgoing;
        this.invite = invite;
        this.exchange = exchange;
        localTag = agent.token(5);
        localSequence = outgoing ? invite.cseq().number() : 0;
    }

    static SipCall outgoing(SipUserAgent agent, SipExchange exchange) {
        return new SipCall(agent, true, exchange.request(), exchange);
    }

    static SipCall incoming(SipUserAgent agent, SipMessage invite) {
        return new SipCall(agent, false, invite, null);
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
            SipMessage again = agent.withCredentials(current.request(), first, 0);
            if (again != null) {
                challengeAnswered = true;
                localSequence = again.cseq().number();
                exchange = agent.start(again);
            }
        }
    }

    /** Sends the ACK to the 2xx (section 13.2.2.4). */
    public void acknowledge() throws IOException {
        SipMessage answer = running().awaitFinal();
        dialogStart = answer;
        agent.send(inDialog("ACK", running().request().cseq().number()));
    }

    /** Gives the call up (section 9.1) and gives the final response to its INVITE. */
    public SipMessage cancel() throws IOException {
        SipExchange current = running();
        current.awaitFirst();
        SipMessage sent = current.request();
        SipMessage cancel = SipMessage.request("CANCEL", sent.requestUriText());
        cancel.add(HeaderName.VIA, sent.topVia().toString());
        cancel.setAll(HeaderName.ROUTE, sent.values(HeaderName.ROUTE));
        cancel.add(HeaderName.MAX_FORWARDS, "70");
        cancel.add(HeaderName.FROM, sent.from().toString());
        cancel.add(HeaderName.TO, sent.to().toString());
        cancel.add(HeaderName.CALL_ID, sent.callId());
        cancel.add(HeaderName.CSEQ, sent.cseq().number() + " CANCEL");
        cancel.setBody(null, new byte[0]);
        agent.send(cancel);
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
        dialogStart = invite;
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

    /** Ends the call and gives the final response to the BYE. */
    public SipMessage bye() throws IOException {
        return agent.request(inDialog("BYE", ++localSequence));
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
        return inDialog(method, ++localSequence);
    }

    /** RFC 3261 section 12.2.1.1, for loose routers. */
    private SipMessage inDialog(String method, long number) {
        SipMessage start = dialogStart;
        if (start == null) {
            throw new IllegalStateException("the call has not been answered");
        }
        List<NameAddress> contacts = start.addresses(HeaderName.CONTACT).orThrow();
        SipMessage request =
                SipMessage.request(method, String.valueOf(contacts.getFirst().uri()));
        request.add(HeaderName.VIA, agent.newVia());
        List<String> routes = new ArrayList<>(start.elements(HeaderName.RECORD_ROUTE));
        request.setAll(HeaderName.ROUTE, outgoing ? routes.reversed() : routes);
        request.add(HeaderName.MAX_FORWARDS, "70");
        request.add(
                HeaderName.FROM,
                outgoing
                        ? start.from().toString()
                        : start.to().withParameter("tag", localTag).toString());
        request.add(
                HeaderName.TO, outgoing ? start.to().toString() : start.from().toString());
        request.add(HeaderName.CALL_ID, invite.callId());
        request.add(HeaderName.CSEQ, number + " " + method);
        request.add(HeaderName.CONTACT, agent.contact());
        request.setBody(null, new byte[0]);
        return request;
    }
}
