package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** re-INVITE and UPDATE in both directions (RFC 3261 section 14, RFC 3311). */
class SessionChangeTest {

    private static final byte[] OTHER = {'w'};

    private final AgentBench bench = new AgentBench();

    private long reinvite(Call call) {
        return bench.agent.reinvite(call, "application/sdp", OTHER, bench.now());
    }

    private SipMessage answerOf(SipMessage request) {
        bench.wire.take();
        bench.receive(request);
        return bench.wire.one();
    }

    private void isBusy(SipMessage response) {
        assertThat(response.status()).isEqualTo(500);
        assertThat(Integer.parseInt(String.valueOf(response.first(HeaderName.RETRY_AFTER))))
                .isBetween(0, 10);
    }

    private List<Integer> answers(long id) {
        return bench.all(UserAgentEvent.Answered.class).stream()
                .filter(answered -> answered.id() == id)
                .map(UserAgentEvent.Answered::status)
                .toList();
    }

    // ---- ours

    @Test
    void glareIsAnswered491AndTriedAgainLater() {
        Call call = bench.callUp();
        reinvite(call);
        SipMessage reinvite = bench.wire.request("INVITE");
        bench.receive(AgentBench.inDialog("INVITE", call.invite(), 1));
        assertThat(bench.wire.one().status()).isEqualTo(491);
        bench.answer(reinvite, 491);
        bench.wire.take();
        bench.pass(2_099);
        assertThat(bench.wire.take()).isEmpty();
        bench.pass(1_901);
        assertThat(bench.wire.request("INVITE").cseq().number())
                .isEqualTo(reinvite.cseq().number() + 1);
    }

    @Test
    void theCalleeTriesAgainSoonerAfterGlare() {
        Call call = bench.takenUp();
        long id = reinvite(call);
        bench.answer(bench.wire.request("INVITE"), 491);
        bench.wire.take();
        bench.pass(2_000);
        SipMessage again = bench.wire.request("INVITE");
        bench.answerWithContact(again, 200);
        assertThat(bench.wire.one().method()).isEqualTo("ACK");
        assertThat(answers(id)).containsExactly(200);
    }

    @Test
    void aChangeThatMetGlareWasForgottenWhenAnotherWasUnderWay() {
        Call call = bench.callUp();
        long first = reinvite(call);
        bench.answer(bench.wire.request("INVITE"), 491);
        bench.wire.take();
        long second = bench.agent.update(call, "application/sdp", OTHER, bench.now());
        SipMessage update = bench.wire.request("UPDATE");
        bench.pass(4_000);
        assertThat(bench.wire.take()).isEmpty();
        bench.answer(update, 200);
        bench.answerWithContact(bench.wire.request("INVITE"), 200);
        assertThat(answers(second)).containsExactly(200);
        assertThat(answers(first)).containsExactly(200);
    }

    @Test
    void aChangeThatWaitsAfterGlareIsToldWhenTheCallEnds() {
        Call call = bench.callUp();
        long id = reinvite(call);
        bench.answer(bench.wire.request("INVITE"), 491);
        bench.receive(AgentBench.inDialog("BYE", call.invite(), 1));
        assertThat(answers(id)).containsExactly(487);
        bench.wire.take();
        bench.pass(60_000);
        assertThat(bench.wire.take()).isEmpty();
        assertThat(answers(id)).hasSize(1);
    }

    @Test
    void aPeerThatAlwaysSaysGlareIsAskedTenTimes() {
        Call call = bench.callUp();
        long id = reinvite(call);
        int asked = 0;
        for (var sent = bench.wire.take(); !sent.isEmpty() && asked < 100; sent = bench.wire.take()) {
            asked++;
            bench.answer(sent.getFirst().message(), 491);
            bench.wire.take();
            bench.pass(4_000);
        }
        assertThat(asked).isEqualTo(10);
        assertThat(answers(id)).containsExactly(491);
    }

    @Test
    void weDoNotChangeWhileThePeersReInviteIsUnacknowledged() {
        Call call = bench.callUp();
        SipMessage answer = answerOf(AgentBench.withOffer(AgentBench.inDialog("INVITE", call.invite(), 1)));
        assertThat(answer.status()).isEqualTo(200);
        long id = reinvite(call);
        assertThat(bench.wire.take()).isEmpty();
        bench.receive(AgentBench.inDialog("ACK", call.invite(), 1));
        bench.answerWithContact(bench.wire.request("INVITE"), 200);
        assertThat(answers(id)).containsExactly(200);
    }

    @Test
    void twoChangesOfOursAtOnceAreTheCallersMistake() {
        Call call = bench.callUp();
        reinvite(call);
        assertThatThrownBy(() -> reinvite(call)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReInviteSentAgainWithCredentialsIsAcknowledgedWithItsOwnNumber() {
        Call call = bench.callUp();
        reinvite(call);
        bench.challenge(bench.wire.request("INVITE"), AgentBench.CHALLENGE);
        SipMessage again = bench.wire.request("INVITE");
        assertThat(again.cseq().number()).isEqualTo(3);
        bench.answerWithContact(again, 200);
        assertThat(bench.wire.request("ACK").cseq().number()).isEqualTo(3);
        bench.agent.hangUp(call, bench.now());
        assertThat(bench.wire.request("BYE").cseq().number()).isEqualTo(4);
    }

    // ---- the peer's

    @Test
    void anUpdateMovesTheTargetAndAnOldRequestIsRefused() {
        Call call = bench.callUp();
        bench.receive(AgentBench.inDialog("UPDATE", call.invite(), 5));
        assertThat(bench.wire.one().status()).isEqualTo(200);
        bench.receive(AgentBench.inDialog("INFO", call.invite(), 4));
        assertThat(bench.wire.one().status()).isEqualTo(500);
        bench.agent.hangUp(call, bench.now());
        assertThat(bench.wire.request("BYE").requestUriText()).isEqualTo("sip:bob@192.0.2.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "UPDATE"})
    void anOfferBeforeOurOwnIsAnsweredWasTaken(String method) {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 183);
        SipMessage answer = answerOf(AgentBench.withOffer(AgentBench.inDialog(method, invite, 1)));
        assertThat(answer.status()).isEqualTo(491);
        assertThat(bench.all(UserAgentEvent.CallChanged.class)).isEmpty();
        assertThat(call.state()).isEqualTo(Call.State.CALLING);
    }

    @Test
    void anOfferBeforeTheAnswerToAnInviteWithoutOneIsToComeLater() {
        bench.agent.call("sip:bob@acorn.example", "text/plain", new byte[0], bench.now());
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 183);
        isBusy(answerOf(AgentBench.withOffer(AgentBench.inDialog("UPDATE", invite, 1))));
    }

    @Test
    void anUpdateWithoutOfferMovesTheTargetOfAnEarlyDialog() {
        bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 183);
        assertThat(answerOf(AgentBench.inDialog("UPDATE", invite, 1)).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "UPDATE"})
    void anOfferBeforeWeHaveAnsweredTheFirstWasTaken(String method) {
        Call call = bench.offered(AgentBench.invitation("z9hG4bKi1"));
        bench.agent.ring(call, bench.now());
        SipMessage ringing = bench.wire.one();
        isBusy(answerOf(AgentBench.withOffer(AgentBench.ofBob(method, ringing, 2))));
        assertThat(call.state()).isEqualTo(Call.State.OFFERED);
        bench.agent.accept(call, "application/sdp", OTHER, bench.now());
        assertThat(bench.wire.one().cseq().number()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "UPDATE"})
    void anOfferBeforeTheAckOfOurAnswerIsToComeLater(String method) {
        Call call = bench.offered(AgentBench.invitation("z9hG4bKi1"));
        bench.agent.accept(call, "application/sdp", OTHER, bench.now());
        SipMessage accepted = bench.wire.one();
        isBusy(answerOf(AgentBench.withOffer(AgentBench.ofBob(method, accepted, 2))));
    }

    @Test
    void anOfferBeforeTheAckThatAnswersOursIsGlare() {
        SipMessage invite = AgentBench.invitation("z9hG4bKi1");
        invite.setBody(null, new byte[0]);
        Call call = bench.offered(invite);
        bench.agent.accept(call, "application/sdp", OTHER, bench.now());
        SipMessage accepted = bench.wire.one();
        assertThat(answerOf(AgentBench.withOffer(AgentBench.ofBob("UPDATE", accepted, 2)))
                        .status())
                .isEqualTo(491);
    }

    @Test
    void aReInviteThatCrossesOurByeIsAnswered481() {
        Call call = bench.callUp();
        bench.agent.hangUp(call, bench.now());
        assertThat(answerOf(AgentBench.withOffer(AgentBench.inDialog("INVITE", call.invite(), 1)))
                        .status())
                .isEqualTo(481);
    }

    @Test
    void aReInviteThatCrossesOurCancelIsGlare() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 183);
        bench.agent.hangUp(call, bench.now());
        assertThat(answerOf(AgentBench.withOffer(AgentBench.inDialog("INVITE", invite, 1)))
                        .status())
                .isEqualTo(491);
    }
}
