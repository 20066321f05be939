package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

class InviteClientTransactionTest {

    private static InviteClientTransaction.State state(ClientTransaction transaction) {
        return ((InviteClientTransaction) transaction).state();
    }

    @Test
    void callingRepeatsTheInviteByTimerAAndGivesUpByTimerB() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.pass(31_999);
        assertThat(bench.wire.takeText())
                .containsExactly(
                        "INVITE@0",
                        "INVITE@500",
                        "INVITE@1500",
                        "INVITE@3500",
                        "INVITE@7500",
                        "INVITE@15500",
                        "INVITE@31500");
        assertThat(bench.takeHeard()).isEmpty();
        bench.pass(1);
        assertThat(bench.takeHeard()).containsExactly("timed out@32000");
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
        assertThat(bench.counters.value("sip_transaction_timeouts", "timer", "b"))
                .isEqualTo(1);
    }

    @Test
    void overReliableTransportTheInviteIsSentOnce() {
        LayerBench bench = LayerBench.tls();
        bench.send("INVITE");
        bench.pass(32_000);
        assertThat(bench.wire.takeText()).containsExactly("INVITE@0");
        assertThat(bench.takeHeard()).containsExactly("timed out@32000");
    }

    @Test
    void aProvisionalResponseEndsTimersAAndB() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.pass(100);
        bench.answer(invite, 100);
        bench.answer(invite, 180);
        bench.pass(3_600_000);
        assertThat(bench.wire.takeText()).containsExactly("INVITE@0");
        assertThat(bench.takeHeard()).containsExactly("response 100@100", "response 180@100");
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.PROCEEDING);
    }

    @Test
    void completedAcknowledgesEachRetransmissionUntilTimerD() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 486);
        bench.pass(500);
        bench.answer(invite, 486);
        bench.answer(invite, 180);
        assertThat(bench.wire.takeText()).containsExactly("INVITE@0", "ACK@0", "ACK@500");
        assertThat(bench.takeHeard()).containsExactly("response 486@0");
        bench.pass(31_499);
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.COMPLETED);
        bench.pass(1);
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void overReliableTransportTheFinalResponseIsAcknowledgedAndEndsIt() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 180);
        bench.answer(invite, 486);
        assertThat(bench.wire.takeText()).containsExactly("INVITE@0", "ACK@0");
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
        bench.answer(invite, 486);
        assertThat(bench.counters.value("sip_responses_stray")).isEqualTo(1);
    }

    @Test
    void theAckIsThatOfSection17113() {
        LayerBench bench = LayerBench.tls();
        SipMessage request = bench.request("INVITE");
        request.setTopVia(request.topVia().with("branch", "z9hG4bK-0-own"));
        request.addFirst(HeaderName.ROUTE, "<sip:p2.example;lr>");
        request.addFirst(HeaderName.ROUTE, "<sip:p1.example;lr>");
        request.add(HeaderName.VIA, "SIP/2.0/TLS lower.example;branch=z9hG4bKlower");
        ClientTransaction invite = bench.layer.send(request, LayerBench.TO, bench.clock.now());
        bench.wire.take();
        bench.answer(invite, 404);
        SipMessage ack = bench.wire.one();
        assertThat(ack.method()).isEqualTo("ACK");
        assertThat(ack.requestUriText()).isEqualTo(request.requestUriText());
        assertThat(ack.values(HeaderName.VIA)).containsExactly(request.topVia().toString());
        assertThat(ack.values(HeaderName.ROUTE)).containsExactly("<sip:p1.example;lr>", "<sip:p2.example;lr>");
        assertThat(ack.toTag()).isEqualTo("bob1");
        assertThat(ack.first(HeaderName.FROM)).isEqualTo(request.first(HeaderName.FROM));
        assertThat(ack.callId()).isEqualTo(request.callId());
        assertThat(ack.cseq()).hasToString("1 ACK");
    }

    @Test
    void acceptedPassesEvery2xxUntilTimerM() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 200);
        bench.pass(500);
        bench.answer(invite, 200);
        bench.answer(invite, 486);
        bench.answer(invite, 180);
        assertThat(bench.takeHeard()).containsExactly("response 200@0", "response 200@500");
        assertThat(bench.wire.takeText()).containsExactly("INVITE@0");
        bench.pass(31_499);
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.ACCEPTED);
        bench.pass(1);
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.TERMINATED);
        bench.answer(invite, 200);
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(bench.counters.value("sip_responses_stray")).isEqualTo(1);
    }

    @Test
    void cancelWaitsForAProvisionalResponse() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.layer.cancel(invite, "SIP;cause=200", bench.clock.now());
        assertThat(bench.wire.takeText()).containsExactly("INVITE@0");
        bench.pass(100);
        bench.answer(invite, 180);
        SipMessage cancel = bench.wire.one();
        assertThat(cancel.method()).isEqualTo("CANCEL");
        assertThat(cancel.cseq()).hasToString("1 CANCEL");
        assertThat(cancel.topVia()).isEqualTo(invite.request().topVia());
        assertThat(cancel.toTag()).isNull();
        assertThat(LayerBench.reason(cancel)).isEqualTo("SIP;cause=200");
        bench.answer(invite, 183);
        bench.layer.cancel(invite, null, bench.clock.now());
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void cancelIsRepeatedUntilItIsAnsweredAndItsAnswerIsForNobody() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 180);
        bench.layer.cancel(invite, null, bench.clock.now());
        bench.pass(600);
        SipMessage cancel = bench.wire.take().getLast().message();
        bench.receive(SipMessage.responseTo(cancel, 200, "OK", "bob1"));
        bench.takeHeard();
        bench.pass(10_000);
        assertThat(bench.wire.take()).isEmpty();
        assertThat(bench.takeHeard()).isEmpty();
        bench.answer(invite, 487);
        assertThat(bench.takeHeard()).containsExactly("response 487@10600");
    }

    @Test
    void cancelThatNeverArrivesEndsTheInviteAfter64T1() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 180);
        bench.pass(1_000);
        bench.layer.cancel(invite, null, bench.clock.now());
        bench.pass(32_000);
        assertThat(bench.takeHeard()).containsExactly("response 180@0", "timed out@33000");
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void cancelAndA2xxThatCross() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 180);
        bench.layer.cancel(invite, null, bench.clock.now());
        bench.answer(invite, 200);
        assertThat(bench.takeHeard()).containsExactly("response 180@0", "response 200@0");
        bench.pass(40_000);
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void cancelAfterTheFinalResponseDoesNothing() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 486);
        bench.wire.take();
        bench.layer.cancel(invite, null, bench.clock.now());
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void aTransportFailureEndsItWhileItIsUnanswered() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction invite = bench.send("INVITE");
        bench.layer.transportFailed(invite.branch(), bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("failed 503@0");
        assertThat(bench.idle()).isTrue();
        assertThat(bench.counters.value("sip_transport_failures", "code", "sip-destination-unreachable"))
                .isEqualTo(1);
    }

    @Test
    void aTransportFailureOfTheAckIsSilent() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 486);
        bench.takeHeard();
        bench.layer.transportFailed(invite.branch(), bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.TERMINATED);
    }

    @Test
    void aTransportFailureAfterA2xxChangesNothing() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE");
        bench.answer(invite, 200);
        bench.layer.transportFailed(invite.branch(), bench.clock.now());
        assertThat(state(invite)).isEqualTo(InviteClientTransaction.State.ACCEPTED);
    }
}
