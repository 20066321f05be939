package org.edgeways.sip.useragent;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.sip.engine.EngineClock;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.engine.Wire;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;

/** Alice's user agent against a server that the test plays, in virtual time. */
final class AgentBench {

    static final Flow SERVER = new Flow(1);
    static final String CHALLENGE = "Digest realm=\"acorn.example\", nonce=\"n1\", qop=\"auth\"";
    private static final byte[] OFFER = {'v'};

    final Wire wire = new Wire();
    final EngineClock clock = new EngineClock();
    final List<UserAgentEvent> events = new ArrayList<>();
    final UserAgent agent = new UserAgent(
            UserAgentSettings.of(
                    uri("sip:alice@acorn.example"),
                    "alice",
                    "secret",
                    uri("sip:alice@192.0.2.1:5060"),
                    Via.parse("SIP/2.0/TLS 192.0.2.1:5060").orThrow(),
                    "urn:uuid:00000000-0000-1000-8000-000000000001"),
            wire,
            hop -> new Destination.Connection(SERVER),
            (event, now) -> events.add(event),
            SipTimers.DEFAULT,
            SipEngineLimits.DEFAULT,
            new InMemoryCounters(),
            new SplittableRandom(1));

    private static SipUri uri(String text) {
        return (SipUri) Uri.parse(text).orThrow();
    }

    long now() {
        return clock.now();
    }

    void pass(long milliseconds) {
        clock.pass(agent, milliseconds);
    }

    void receive(SipMessage message) {
        agent.receive(message, SERVER, clock.now());
    }

    /** Answers a request of the agent's as bob, without Contact. */
    void answer(SipMessage request, int status) {
        receive(Messages.response(request, status));
    }

    /** Answers an INVITE of the agent's as bob, whose Contact stands in it. */
    void answerWithContact(SipMessage invite, int status) {
        receive(withContact(invite, status, "bob1"));
    }

    static SipMessage withContact(SipMessage request, int status, String tag) {
        SipMessage response = SipMessage.responseTo(request, status, "Status " + status, tag);
        response.add(HeaderName.CONTACT, "<sip:bob@192.0.2.2>");
        return response;
    }

    void challenge(SipMessage request, String challenge) {
        SipMessage response = Messages.response(request, 401);
        response.add(HeaderName.WWW_AUTHENTICATE, challenge);
        receive(response);
    }

    // ---- registration

    SipMessage register() {
        agent.register(clock.now());
        return wire.request("REGISTER");
    }

    void grant(SipMessage request, int seconds) {
        SipMessage response = Messages.response(request, 200);
        response.add(HeaderName.EXPIRES, Integer.toString(seconds));
        response.add(HeaderName.FLOW_TIMER, "120");
        receive(response);
    }

    // ---- calls of alice's

    Call call() {
        return agent.call("sip:bob@acorn.example", "application/sdp", OFFER, clock.now());
    }

    /** A call that bob has taken. */
    Call callUp() {
        Call call = call();
        answerWithContact(wire.request("INVITE"), 200);
        expect(call, Call.State.UP);
        wire.request("ACK");
        return call;
    }

    static SipMessage inDialog(String method, SipMessage invite, int sequence) {
        return inDialog(method, invite, sequence, "bob1");
    }

    /** A request of bob's in the dialog of alice's INVITE. */
    static SipMessage inDialog(String method, SipMessage invite, int sequence, String tag) {
        return Messages.parse(
                """
                %s sip:alice@192.0.2.1:5060 SIP/2.0
                Via: SIP/2.0/TLS server.example;branch=z9hG4bKs%s%d%s
                Max-Forwards: 70
                From: <sip:bob@acorn.example>;tag=%s
                To: %s
                Call-ID: %s
                CSeq: %d %s
                Contact: <sip:bob@192.0.2.3>
                Content-Length: 0
                """.formatted(method, method, sequence, tag, tag, invite.from(), invite.callId(), sequence, method));
    }

    static SipMessage withOffer(SipMessage request) {
        request.setBody("application/sdp", OFFER);
        return request;
    }

    // ---- calls of bob's

    /** Bob's INVITE, with an offer. */
    static SipMessage invitation(String branch) {
        return withOffer(Messages.parse("""
                INVITE sip:alice@192.0.2.1:5060 SIP/2.0
                Via: SIP/2.0/TLS server.example;branch=%s
                Record-Route: <sip:near.example;lr>, <sip:far.example;lr>
                Max-Forwards: 70
                From: <sip:bob@acorn.example>;tag=bob1
                To: <sip:alice@acorn.example>
                Call-ID: call-of-bob
                CSeq: 1 INVITE
                Contact: <sip:bob@192.0.2.2>
                Content-Length: 0
                """.formatted(branch)));
    }

    /** The call that bob's INVITE offers. */
    Call offered(SipMessage invite) {
        receive(invite);
        if (events.getLast() instanceof UserAgentEvent.CallOffered(Call call)) {
            return call;
        }
        throw new AssertionError("no call: " + events);
    }

    /** Bob's request within the dialog that alice's response has made. */
    static SipMessage ofBob(String method, SipMessage response, int sequence) {
        return Messages.parse("""
                %s sip:alice@192.0.2.1:5060 SIP/2.0
                Via: SIP/2.0/TLS server.example;branch=z9hG4bKd%s%d
                Max-Forwards: 70
                From: %s
                To: %s
                Call-ID: %s
                CSeq: %d %s
                Contact: <sip:bob@192.0.2.2>
                Content-Length: 0
                """.formatted(
                        method, method, sequence, response.from(), response.to(), response.callId(), sequence, method));
    }

    /** A call of bob's that is up. */
    Call takenUp() {
        Call call = offered(invitation("z9hG4bKi1"));
        agent.accept(call, "application/sdp", new byte[] {'a'}, now());
        receive(ofBob("ACK", wire.one(), 1));
        expect(call, Call.State.UP);
        return call;
    }

    static void expect(Call call, Call.State state) {
        if (call.state() != state) {
            throw new AssertionError("the call is " + call.state() + ", not " + state);
        }
    }

    /** The events of that kind so far. */
    <T extends UserAgentEvent> List<T> all(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
