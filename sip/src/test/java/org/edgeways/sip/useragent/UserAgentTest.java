package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;

/** A user agent against a server that the test plays, in virtual time. */
class UserAgentTest {

    private static final Flow SERVER = new Flow(1);
    private static final String CHALLENGE = "Digest realm=\"acorn.example\", nonce=\"n1\", qop=\"auth\"";

    private final Wire wire = new Wire();
    private final EngineClock clock = new EngineClock();
    private final List<UserAgentEvent> events = new ArrayList<>();
    private final UserAgent agent = new UserAgent(
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

    private void receive(SipMessage message) {
        agent.receive(message, SERVER, clock.now());
    }

    private static SipMessage withContact(SipMessage request, int status) {
        SipMessage response = Messages.response(request, status);
        response.add(HeaderName.CONTACT, "<sip:bob@192.0.2.2>");
        return response;
    }

    private void challenge(SipMessage request, String challenge) {
        SipMessage response = Messages.response(request, 401);
        response.add(HeaderName.WWW_AUTHENTICATE, challenge);
        receive(response);
    }

    private SipMessage register() {
        agent.register(clock.now());
        return wire.request("REGISTER");
    }

    private void grant(SipMessage request, int seconds) {
        SipMessage response = Messages.response(request, 200);
        response.add(HeaderName.EXPIRES, Integer.toString(seconds));
        response.add(HeaderName.FLOW_TIMER, "120");
        receive(response);
    }

    private Call call() {
        return agent.call("sip:bob@acorn.example", "application/sdp", new byte[] {'v'}, clock.now());
    }

    private Call callUp() {
        Call call = call();
        receive(withContact(wire.request("INVITE"), 200));
        assertThat(call.state()).isEqualTo(Call.State.UP);
        assertThat(wire.one().method()).isEqualTo("ACK");
        return call;
    }

    // ---- registration

    @Test
    void signsInAndRefreshesBeforeTheBindingEnds() {
        grant(register(), 600);
        assertThat(events).singleElement().isInstanceOfSatisfying(UserAgentEvent.Registered.class, registered -> {
            assertThat(registered.expiresSeconds()).isEqualTo(600);
            assertThat(registered.flowTimerSeconds()).isEqualTo(120);
        });
        clock.pass(agent, 539_999);
        assertThat(wire.take()).isEmpty();
        clock.pass(agent, 1);
        SipMessage refresh = wire.request("REGISTER");
        assertThat(refresh.cseq().number()).isEqualTo(2);
    }

    @Test
    void asksForLongerWhenTheIntervalIsTooBrief() {
        SipMessage response = Messages.response(register(), 423);
        response.add(HeaderName.MIN_EXPIRES, "7200");
        receive(response);
        assertThat(wire.request("REGISTER").first(HeaderName.EXPIRES)).isEqualTo("7200");
    }

    @Test
    void answersAStaleNonceAgainAndAWrongPasswordOnce() {
        challenge(register(), CHALLENGE);
        challenge(wire.request("REGISTER"), CHALLENGE.replace("n1", "n2") + ", stale=true");
        SipMessage third = wire.request("REGISTER");
        assertThat(third.first(HeaderName.AUTHORIZATION)).contains("n2");
        assertThat(third.cseq().number()).isEqualTo(3);
        challenge(third, CHALLENGE.replace("n1", "n3"));
        assertThat(wire.take()).isEmpty();
        assertThat(events.getLast()).isEqualTo(new UserAgentEvent.RegistrationFailed(401, "Status 401"));
    }

    // ---- calls

    @Test
    void aCallHasTheRouteSetAndTargetOfItsAnswer() {
        Call call = call();
        SipMessage answer = withContact(wire.request("INVITE"), 200);
        answer.add(HeaderName.RECORD_ROUTE, "<sip:near.example;lr>");
        answer.addFirst(HeaderName.RECORD_ROUTE, "<sip:far.example;lr>");
        receive(answer);
        SipMessage ack = wire.request("ACK");
        assertThat(ack.requestUriText()).isEqualTo("sip:bob@192.0.2.2");
        assertThat(ack.elements(HeaderName.ROUTE)).containsExactly("<sip:near.example;lr>", "<sip:far.example;lr>");
        agent.hangUp(call, clock.now());
        SipMessage bye = wire.request("BYE");
        assertThat(bye.cseq().number()).isEqualTo(2);
        receive(Messages.response(bye, 200));
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
        assertThat(agent.dialogCount()).isZero();
    }

    @Test
    void anAnswerThatCrossesTheCancelIsAcknowledgedAndHungUp() {
        Call call = call();
        SipMessage invite = wire.request("INVITE");
        receive(withContact(invite, 180));
        agent.hangUp(call, clock.now());
        assertThat(wire.one().method()).isEqualTo("CANCEL");
        receive(withContact(invite, 200));
        assertThat(wire.takeText()).containsExactly("ACK@0", "BYE@0");
    }

    @Test
    void aCallHungUpBeforeItsChallengeRingsNobody() {
        Call call = call();
        SipMessage invite = wire.request("INVITE");
        agent.hangUp(call, clock.now());
        challenge(invite, CHALLENGE);
        assertThat(wire.takeText()).containsExactly("ACK@0");
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
    }

    @Test
    void aByeToAnEarlyDialogThrowsNothingWhenTheInviteEnds() {
        Call call = call();
        SipMessage invite = wire.request("INVITE");
        receive(withContact(invite, 180));
        receive(inDialog("BYE", invite, 1));
        receive(withContact(invite, 487));
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
    }

    private static SipMessage inDialog(String method, SipMessage invite, int sequence) {
        return Messages.parse(
                """
                %s sip:alice@192.0.2.1:5060 SIP/2.0
                Via: SIP/2.0/TLS server.example;branch=z9hG4bKs%s%d
                From: <sip:bob@acorn.example>;tag=bob1
                To: %s
                Call-ID: %s
                CSeq: %d %s
                Contact: <sip:bob@192.0.2.3>
                Content-Length: 0
                """.formatted(method, method, sequence, invite.from(), invite.callId(), sequence, method));
    }

    @Test
    void glareIsAnswered491AndTriedAgainLater() {
        Call call = callUp();
        agent.reinvite(call, "application/sdp", new byte[] {'w'}, clock.now());
        SipMessage reinvite = wire.request("INVITE");
        receive(inDialog("INVITE", call.invite(), 1));
        assertThat(wire.one().status()).isEqualTo(491);
        receive(Messages.response(reinvite, 491));
        wire.take();
        clock.pass(agent, 2_099);
        assertThat(wire.take()).isEmpty();
        clock.pass(agent, 1_901);
        assertThat(wire.request("INVITE").cseq().number())
                .isEqualTo(reinvite.cseq().number() + 1);
    }

    @Test
    void anUpdateMovesTheTargetAndAnOldRequestIsRefused() {
        Call call = callUp();
        receive(inDialog("UPDATE", call.invite(), 5));
        assertThat(wire.one().status()).isEqualTo(200);
        receive(inDialog("INFO", call.invite(), 4));
        assertThat(wire.one().status()).isEqualTo(500);
        agent.hangUp(call, clock.now());
        assertThat(wire.request("BYE").requestUriText()).isEqualTo("sip:bob@192.0.2.3");
    }

    @Test
    void aMessageThatComesAgainIsAnsweredAndDropped() {
        receive(Messages.request("MESSAGE"));
        receive(Messages.request("MESSAGE", "sip:alice@acorn.example", "TLS", "z9hG4bKagain"));
        assertThat(wire.takeText()).containsExactly("200@0", "200@0");
        assertThat(events.get(0)).isInstanceOf(UserAgentEvent.MessageReceived.class);
        assertThat(events.get(1)).isInstanceOf(UserAgentEvent.RepetitionDropped.class);
    }
}
