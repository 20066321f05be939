package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** Calls that the user agent takes (RFC 3261 sections 8.2.2.2, 9.2, 13.3, 15). */
class CalleeTest {

    private static final byte[] ANSWER = {'a'};

    private final AgentBench bench = new AgentBench();

    private Call offered() {
        return bench.offered(AgentBench.invitation("z9hG4bKi1"));
    }

    private SipMessage accept(Call call) {
        bench.agent.accept(call, "application/sdp", ANSWER, bench.now());
        return bench.wire.one();
    }

    private void ended(Call call, int status, String reason) {
        assertThat(bench.events.getLast()).isEqualTo(new UserAgentEvent.CallEnded(call, status, reason));
        assertThat(bench.all(UserAgentEvent.CallEnded.class)).hasSize(1);
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
        assertThat(bench.agent.dialogCount()).isZero();
    }

    @Test
    void ringsWithTheRecordRouteAndAContact() {
        Call call = offered();
        assertThat(call.caller()).isFalse();
        assertThat(new String(call.peerSession(), StandardCharsets.UTF_8)).isEqualTo("v");
        bench.agent.ring(call, bench.now());
        SipMessage ringing = bench.wire.one();
        assertThat(ringing.status()).isEqualTo(180);
        assertThat(ringing.toTag()).isNotNull();
        assertThat(ringing.elements(HeaderName.RECORD_ROUTE))
                .containsExactly("<sip:near.example;lr>", "<sip:far.example;lr>");
        assertThat(ringing.first(HeaderName.CONTACT)).contains("sip:alice@192.0.2.1:5060");
    }

    @Test
    void earlyMediaGoesWithItsSession() {
        Call call = offered();
        bench.agent.progress(call, 183, "Session Progress", "application/sdp", ANSWER, bench.now());
        SipMessage progress = bench.wire.one();
        assertThat(progress.status()).isEqualTo(183);
        assertThat(progress.body()).isEqualTo(ANSWER);
    }

    @Test
    void acceptsWithItsSessionAndIsUpWithTheAck() {
        Call call = offered();
        SipMessage accepted = accept(call);
        assertThat(accepted.status()).isEqualTo(200);
        assertThat(accepted.body()).isEqualTo(ANSWER);
        assertThat(accepted.elements(HeaderName.RECORD_ROUTE))
                .containsExactly("<sip:near.example;lr>", "<sip:far.example;lr>");
        assertThat(call.state()).isEqualTo(Call.State.ACCEPTED);
        bench.receive(AgentBench.ofBob("ACK", accepted, 1));
        assertThat(bench.events.getLast()).isEqualTo(new UserAgentEvent.CallEstablished(call));
        bench.pass(60_000);
        assertThat(bench.wire.take()).isEmpty();
        bench.agent.hangUp(call, bench.now());
        SipMessage bye = bench.wire.request("BYE");
        assertThat(bye.requestUriText()).isEqualTo("sip:bob@192.0.2.2");
        assertThat(bye.elements(HeaderName.ROUTE)).containsExactly("<sip:near.example;lr>", "<sip:far.example;lr>");
        assertThat(bye.toTag()).isEqualTo("bob1");
        assertThat(bye.fromTag()).isEqualTo(accepted.toTag());
        bench.answer(bye, 200);
        ended(call, 200, "BYE");
    }

    @Test
    void ringingAndAnswerBelongToOneDialog() {
        Call call = offered();
        bench.agent.ring(call, bench.now());
        String tag = bench.wire.one().toTag();
        assertThat(accept(call).toTag()).isEqualTo(tag);
    }

    @Test
    void theAnswerIsRepeatedUntilItsAckEvenOverTls() {
        Call call = offered();
        SipMessage accepted = accept(call);
        bench.pass(12_000);
        assertThat(bench.wire.takeText()).containsExactly("200@500", "200@1500", "200@3500", "200@7500", "200@11500");
        bench.receive(AgentBench.ofBob("ACK", accepted, 1));
        assertThat(call.state()).isEqualTo(Call.State.UP);
        bench.pass(60_000);
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void anAckOfAnotherNumberDoesNotCount() {
        Call call = offered();
        SipMessage accepted = accept(call);
        bench.receive(AgentBench.ofBob("ACK", accepted, 2));
        assertThat(call.state()).isEqualTo(Call.State.ACCEPTED);
    }

    @Test
    void withoutAckTheCallIsHungUpAfter64T1() {
        Call call = offered();
        accept(call);
        bench.pass(31_999);
        assertThat(call.state()).isEqualTo(Call.State.ACCEPTED);
        assertThat(bench.wire.take()).hasSize(10);
        bench.pass(1);
        assertThat(bench.wire.one().method()).isEqualTo("BYE");
        ended(call, 408, "No ACK");
        bench.pass(60_000);
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void hangingUpBeforeTheAckWaitsForIt() {
        Call call = offered();
        SipMessage accepted = accept(call);
        bench.agent.hangUp(call, bench.now());
        assertThat(bench.wire.take()).isEmpty();
        bench.receive(AgentBench.ofBob("ACK", accepted, 1));
        bench.answer(bench.wire.request("BYE"), 200);
        ended(call, 200, "BYE");
    }

    @Test
    void theCallerHangsUpBeforeItsAckArrives() {
        Call call = offered();
        SipMessage accepted = accept(call);
        bench.receive(AgentBench.ofBob("BYE", accepted, 2));
        assertThat(bench.wire.one().status()).isEqualTo(200);
        ended(call, 200, "BYE");
        bench.receive(AgentBench.ofBob("ACK", accepted, 1));
        bench.pass(60_000);
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void bothHangUpAtOnce() {
        Call call = bench.takenUp();
        bench.agent.hangUp(call, bench.now());
        SipMessage bye = bench.wire.request("BYE");
        bench.receive(AgentBench.ofBob("BYE", crossing(bye), 2));
        assertThat(bench.wire.one().status()).isEqualTo(200);
        ended(call, 200, "BYE");
        bench.answer(bye, 200);
        bench.pass(60_000);
        assertThat(bench.wire.take()).isEmpty();
        ended(call, 200, "BYE");
    }

    /** What alice's BYE would be answered with in the other direction: From and To are bob's. */
    private static SipMessage crossing(SipMessage bye) {
        SipMessage view = bye.copy();
        view.set(HeaderName.FROM, bye.to().toString());
        view.set(HeaderName.TO, bye.from().toString());
        return view;
    }

    @Test
    void refusesACall() {
        Call call = offered();
        bench.agent.reject(call, 486, "Busy Here", bench.now());
        SipMessage refusal = bench.wire.one();
        assertThat(refusal.status()).isEqualTo(486);
        assertThat(refusal.toTag()).isNotNull();
        ended(call, 486, "Busy Here");
        bench.receive(Messages.ack(AgentBench.invitation("z9hG4bKi1")));
        assertThat(bench.wire.take()).isEmpty();
        assertThatThrownBy(() -> bench.agent.accept(call, null, ANSWER, bench.now()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void hangingUpACallThatIsOnlyOfferedRefusesIt() {
        Call call = offered();
        bench.agent.hangUp(call, bench.now());
        assertThat(bench.wire.one().status()).isEqualTo(480);
        ended(call, 480, "Temporarily Unavailable");
    }

    @Test
    void aCancelBeforeTheAnswerEndsTheCall() {
        SipMessage invite = AgentBench.invitation("z9hG4bKi1");
        Call call = bench.offered(invite);
        bench.agent.ring(call, bench.now());
        bench.wire.take();
        bench.receive(Messages.cancel(invite));
        assertThat(bench.wire.takeText()).containsExactly("200@0", "487@0");
        ended(call, 487, "Request Terminated");
    }

    @Test
    void aCancelAfterTheAnswerChangesNothing() {
        SipMessage invite = AgentBench.invitation("z9hG4bKi1");
        Call call = bench.offered(invite);
        accept(call);
        bench.receive(Messages.cancel(invite));
        assertThat(bench.wire.takeText()).containsExactly("200@0");
        assertThat(call.state()).isEqualTo(Call.State.ACCEPTED);
    }

    @Test
    void aByeToAnOfferedCallAnswersItsInvite() {
        Call call = offered();
        bench.agent.ring(call, bench.now());
        bench.receive(AgentBench.ofBob("BYE", bench.wire.one(), 2));
        assertThat(bench.wire.takeText()).containsExactlyInAnyOrder("200@0", "487@0");
        ended(call, 200, "BYE");
    }

    @Test
    void theEndOfTheConnectionEndsAnOfferedCall() {
        Call call = offered();
        bench.agent.flowClosed(AgentBench.SERVER, bench.now());
        ended(call, 503, "Service Unavailable");
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void aProxyIsToldEveryMinuteThatItStillRings() {
        Call call = offered();
        bench.agent.ring(call, bench.now());
        bench.pass(120_000);
        assertThat(bench.wire.takeText()).containsExactly("180@0", "180@60000", "180@120000");
        accept(call);
        bench.pass(20_000);
        bench.wire.take();
        bench.agent.hangUp(call, bench.now());
        bench.pass(600_000);
        assertThat(bench.wire.takeText()).noneMatch(sent -> sent.startsWith("180"));
        assertThat(bench.agent.nextDeadline()).isEqualTo(TimerQueue.NEVER);
    }

    // ---- merged requests (section 8.2.2.2)

    private int merged() {
        int calls = bench.all(UserAgentEvent.CallOffered.class).size();
        bench.wire.take();
        bench.receive(AgentBench.invitation("z9hG4bKotherWay"));
        assertThat(bench.all(UserAgentEvent.CallOffered.class)).hasSize(calls);
        return bench.wire.one().status();
    }

    @Test
    void anInviteThatCameByTwoWaysIsOneCall() {
        offered();
        assertThat(merged()).isEqualTo(482);
    }

    @Test
    void anInviteThatCameByTwoWaysWasASecondCallOnceTheFirstWasTaken() {
        accept(offered());
        assertThat(merged()).isEqualTo(482);
    }

    @Test
    void anInviteThatCameByTwoWaysWasASecondCallOnceTheFirstWasRefused() {
        bench.agent.reject(offered(), 486, "Busy Here", bench.now());
        assertThat(merged()).isEqualTo(482);
    }

    @Test
    void theSameInviteWithTheNextNumberIsANewCall() {
        bench.agent.reject(offered(), 486, "Busy Here", bench.now());
        SipMessage next = AgentBench.invitation("z9hG4bKi2");
        next.set(HeaderName.CSEQ, "2 INVITE");
        bench.offered(next);
    }

    @Test
    void aMergedInviteIsForgottenWithItsTransaction() {
        bench.agent.reject(offered(), 486, "Busy Here", bench.now());
        bench.pass(32_000);
        bench.offered(AgentBench.invitation("z9hG4bKotherWay"));
    }

    @Test
    void anInviteWithoutContactIsRefused() {
        SipMessage invite = AgentBench.invitation("z9hG4bKi1");
        invite.remove(HeaderName.CONTACT);
        bench.receive(invite);
        assertThat(bench.wire.one().status()).isEqualTo(400);
        assertThat(bench.events).isEmpty();
    }
}
