package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3261 section 10.2 at the user agent. */
class RegistrationTest {

    private final AgentBench bench = new AgentBench();

    private static String expires(SipMessage register) {
        return String.valueOf(register.first(HeaderName.EXPIRES));
    }

    private void grantInContact(SipMessage register, String expires) {
        SipMessage response = Messages.response(register, 200);
        response.add(HeaderName.CONTACT, "<sip:alice@192.0.2.1:5060>;expires=" + expires);
        bench.receive(response);
    }

    @Test
    void signsInAndRefreshesBeforeTheBindingEnds() {
        bench.grant(bench.register(), 600);
        assertThat(bench.events).singleElement().isInstanceOfSatisfying(UserAgentEvent.Registered.class, registered -> {
            assertThat(registered.expiresSeconds()).isEqualTo(600);
            assertThat(registered.flowTimerSeconds()).isEqualTo(120);
        });
        bench.pass(539_999);
        assertThat(bench.wire.take()).isEmpty();
        bench.pass(1);
        SipMessage refresh = bench.wire.request("REGISTER");
        assertThat(refresh.cseq().number()).isEqualTo(2);
    }

    @Test
    void answersAStaleNonceAgainAndAWrongPasswordOnce() {
        bench.challenge(bench.register(), AgentBench.CHALLENGE);
        bench.challenge(bench.wire.request("REGISTER"), AgentBench.CHALLENGE.replace("n1", "n2") + ", stale=true");
        SipMessage third = bench.wire.request("REGISTER");
        assertThat(third.first(HeaderName.AUTHORIZATION)).contains("n2");
        assertThat(third.cseq().number()).isEqualTo(3);
        bench.challenge(third, AgentBench.CHALLENGE.replace("n1", "n3"));
        assertThat(bench.wire.take()).isEmpty();
        assertThat(bench.events.getLast()).isEqualTo(new UserAgentEvent.RegistrationFailed(401, "Status 401"));
    }

    @Test
    void signsOut() {
        bench.grant(bench.register(), 600);
        bench.agent.unregister(bench.now());
        SipMessage leave = bench.wire.request("REGISTER");
        assertThat(expires(leave)).isEqualTo("0");
        assertThat(leave.cseq().number()).isEqualTo(2);
        bench.answer(leave, 200);
        assertThat(bench.events.getLast()).isEqualTo(new UserAgentEvent.Unregistered());
        assertThat(bench.agent.registered()).isFalse();
        bench.pass(3_600_000);
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void signsOutWithCredentialsWhenTheyAreAskedFor() {
        bench.grant(bench.register(), 600);
        bench.agent.unregister(bench.now());
        bench.challenge(bench.wire.request("REGISTER"), AgentBench.CHALLENGE);
        SipMessage again = bench.wire.request("REGISTER");
        assertThat(again.first(HeaderName.AUTHORIZATION)).contains("n1");
        assertThat(expires(again)).isEqualTo("0");
        assertThat(again.cseq().number()).isEqualTo(3);
        bench.answer(again, 200);
        assertThat(bench.events.getLast()).isEqualTo(new UserAgentEvent.Unregistered());
    }

    @Test
    void aRefusedSignOutIsTold() {
        bench.grant(bench.register(), 600);
        bench.agent.unregister(bench.now());
        bench.answer(bench.wire.request("REGISTER"), 500);
        assertThat(bench.events.getLast()).isEqualTo(new UserAgentEvent.RegistrationFailed(500, "Status 500"));
    }

    // ---- one REGISTER at a time

    @Test
    void aSignOutDuringASignInWasSentBesideItWithItsNumber() {
        SipMessage first = bench.register();
        bench.agent.unregister(bench.now());
        assertThat(bench.wire.take()).isEmpty();
        bench.challenge(first, AgentBench.CHALLENGE);
        SipMessage leave = bench.wire.request("REGISTER");
        assertThat(leave.cseq().number()).isEqualTo(2);
        assertThat(expires(leave)).isEqualTo("0");
        assertThat(leave.first(HeaderName.AUTHORIZATION)).contains("n1");
        bench.answer(leave, 200);
        assertThat(bench.events).containsExactly(new UserAgentEvent.Unregistered());
    }

    @Test
    void aSignOutWaitsForTheAcceptedSignInAndNothingIsRefreshed() {
        SipMessage first = bench.register();
        bench.agent.unregister(bench.now());
        bench.grant(first, 600);
        SipMessage leave = bench.wire.request("REGISTER");
        assertThat(leave.cseq().number()).isEqualTo(2);
        bench.answer(leave, 200);
        assertThat(bench.events).containsExactly(new UserAgentEvent.Unregistered());
        bench.pass(3_600_000);
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void ofSeveralWishesDuringARegisterTheLastCounts() {
        SipMessage first = bench.register();
        bench.agent.unregister(bench.now());
        bench.agent.register(bench.now());
        bench.answer(first, 500);
        SipMessage second = bench.wire.request("REGISTER");
        assertThat(second.cseq().number()).isEqualTo(2);
        bench.grant(second, 600);
        assertThat(bench.events).singleElement().isInstanceOf(UserAgentEvent.Registered.class);
        assertThat(bench.agent.registered()).isTrue();
    }

    @Test
    void theAnswerToARegisterThatASecondOneFollowedWasAnAnswerWithoutAQuestion() {
        SipMessage first = bench.register();
        bench.agent.register(bench.now());
        bench.challenge(first, AgentBench.CHALLENGE);
        SipMessage second = bench.wire.request("REGISTER");
        assertThat(second.cseq().number()).isEqualTo(2);
        bench.grant(second, 600);
        assertThat(bench.wire.take()).isEmpty();
        assertThat(bench.events).singleElement().isInstanceOf(UserAgentEvent.Registered.class);
    }

    @Test
    void aSignOutDuringAnUnansweredSignInIsSentWhenThatTimesOut() {
        bench.register();
        bench.agent.unregister(bench.now());
        bench.pass(31_999);
        assertThat(bench.wire.take()).isEmpty();
        bench.pass(1);
        assertThat(expires(bench.wire.request("REGISTER"))).isEqualTo("0");
    }

    // ---- what is granted

    @Test
    void aRegistrarThatGrantsNoTimeWasAskedAgainWithoutEnd() {
        bench.grant(bench.register(), 0);
        assertThat(bench.events)
                .containsExactly(new UserAgentEvent.RegistrationFailed(200, "The registrar granted no time"));
        assertThat(bench.agent.registered()).isFalse();
        bench.pass(3_600_000);
        assertThat(bench.wire.take()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-1", "1.5"})
    void aTimeThatCannotBeReadWasTakenForNone(String expires) {
        grantInContact(bench.register(), expires);
        assertThat(bench.events)
                .singleElement()
                .isInstanceOfSatisfying(
                        UserAgentEvent.Registered.class,
                        registered -> assertThat(registered.expiresSeconds()).isEqualTo(3_600));
        bench.pass(3_239_999);
        assertThat(bench.wire.take()).isEmpty();
        bench.pass(1);
        bench.wire.request("REGISTER");
    }

    @ParameterizedTest
    @CsvSource({"4294967295,4294967295", "4294967296,4294967295", "99999999999999999999,4294967295", "60,60", "1,1"})
    void aTimeOfManyDigitsIsALongOne(String expires, long seconds) {
        grantInContact(bench.register(), expires);
        assertThat(bench.events)
                .singleElement()
                .isInstanceOfSatisfying(
                        UserAgentEvent.Registered.class,
                        registered -> assertThat(registered.expiresSeconds()).isEqualTo(seconds));
        bench.pass(999);
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void ofSeveralBindingsOnlyOursCounts() {
        SipMessage response = Messages.response(bench.register(), 200);
        response.add(HeaderName.CONTACT, "<sip:alice@192.0.2.99>;expires=10, <sip:alice@192.0.2.1:5060>;expires=100");
        bench.receive(response);
        bench.pass(89_999);
        assertThat(bench.wire.take()).isEmpty();
        bench.pass(1);
        bench.wire.request("REGISTER");
    }

    // ---- 423

    private void tooBrief(SipMessage register, String least) {
        SipMessage response = Messages.response(register, 423);
        response.add(HeaderName.MIN_EXPIRES, least);
        bench.receive(response);
    }

    @Test
    void asksForLongerWhenTheIntervalIsTooBriefAndGoesOnSo() {
        tooBrief(bench.register(), "7200");
        SipMessage longer = bench.wire.request("REGISTER");
        assertThat(expires(longer)).isEqualTo("7200");
        assertThat(longer.cseq().number()).isEqualTo(2);
        bench.answer(longer, 200);
        bench.pass(6_480_000);
        assertThat(expires(bench.wire.request("REGISTER"))).isEqualTo("7200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3600", "60", "x", ""})
    void aMinimumThatWeHaveAskedForAlreadyIsARefusal(String least) {
        tooBrief(bench.register(), least);
        assertThat(bench.wire.take()).isEmpty();
        assertThat(bench.events).containsExactly(new UserAgentEvent.RegistrationFailed(423, "Status 423"));
    }

    @Test
    void aRegistrarThatRaisesItsMinimumEachTimeIsNotFollowed() {
        tooBrief(bench.register(), "3601");
        tooBrief(bench.wire.request("REGISTER"), "3602");
        assertThat(bench.wire.take()).isEmpty();
        assertThat(bench.events).containsExactly(new UserAgentEvent.RegistrationFailed(423, "Status 423"));
    }
}
