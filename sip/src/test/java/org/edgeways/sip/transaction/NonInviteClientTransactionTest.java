package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NonInviteClientTransactionTest {

    private static NonInviteClientTransaction.State state(ClientTransaction transaction) {
        return ((NonInviteClientTransaction) transaction).state();
    }

    @Test
    void tryingRepeatsTheRequestByTimerEAndGivesUpByTimerF() {
        LayerBench bench = LayerBench.udp();
        bench.send("MESSAGE");
        bench.pass(32_000);
        assertThat(bench.wire.takeText())
                .containsExactly(
                        "MESSAGE@0",
                        "MESSAGE@500",
                        "MESSAGE@1500",
                        "MESSAGE@3500",
                        "MESSAGE@7500",
                        "MESSAGE@11500",
                        "MESSAGE@15500",
                        "MESSAGE@19500",
                        "MESSAGE@23500",
                        "MESSAGE@27500",
                        "MESSAGE@31500");
        assertThat(bench.takeHeard()).containsExactly("timed out@32000");
        assertThat(bench.idle()).isTrue();
        assertThat(bench.counters.value("sip_transaction_timeouts", "timer", "f"))
                .isEqualTo(1);
    }

    @Test
    void overReliableTransportTheRequestIsSentOnce() {
        LayerBench bench = LayerBench.tls();
        bench.send("MESSAGE");
        bench.pass(32_000);
        assertThat(bench.wire.takeText()).containsExactly("MESSAGE@0");
        assertThat(bench.takeHeard()).containsExactly("timed out@32000");
    }

    @Test
    void proceedingRepeatsTheRequestEveryT2AndKeepsTimerF() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction message = bench.send("MESSAGE");
        bench.pass(600);
        bench.answer(message, 100);
        bench.pass(31_400);
        assertThat(bench.wire.takeText())
                .containsExactly(
                        "MESSAGE@0",
                        "MESSAGE@500",
                        "MESSAGE@1500",
                        "MESSAGE@5500",
                        "MESSAGE@9500",
                        "MESSAGE@13500",
                        "MESSAGE@17500",
                        "MESSAGE@21500",
                        "MESSAGE@25500",
                        "MESSAGE@29500");
        assertThat(bench.takeHeard()).containsExactly("response 100@600", "timed out@32000");
    }

    @Test
    void completedAbsorbsRetransmissionsForTimerK() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction message = bench.send("MESSAGE");
        bench.answer(message, 200);
        bench.answer(message, 200);
        bench.pass(4_999);
        assertThat(bench.takeHeard()).containsExactly("response 200@0");
        assertThat(state(message)).isEqualTo(NonInviteClientTransaction.State.COMPLETED);
        assertThat(bench.counters.value("sip_responses_stray")).isZero();
        bench.pass(1);
        assertThat(state(message)).isEqualTo(NonInviteClientTransaction.State.TERMINATED);
        assertThat(bench.wire.takeText()).containsExactly("MESSAGE@0");
    }

    @Test
    void overReliableTransportTheFinalResponseEndsIt() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction message = bench.send("MESSAGE");
        bench.answer(message, 404);
        assertThat(bench.takeHeard()).containsExactly("response 404@0");
        assertThat(bench.idle()).isTrue();
        assertThat(bench.counters.value("sip_transactions_ended", "side", "client"))
                .isEqualTo(1);
    }

    @Test
    void theEndOfItsConnectionIs430() {
        LayerBench bench = LayerBench.tls();
        bench.send("MESSAGE");
        bench.layer.flowClosed(new Flow(8), bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("failed 430@0");
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void aFailureAfterTheFinalResponseIsSilent() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction message = bench.send("MESSAGE");
        bench.answer(message, 200);
        bench.takeHeard();
        bench.layer.flowClosed(new Flow(8), bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
    }
}
