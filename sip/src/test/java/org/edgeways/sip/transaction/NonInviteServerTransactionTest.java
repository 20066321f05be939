package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NonInviteServerTransactionTest {

    private static NonInviteServerTransaction.State state(ServerTransaction transaction) {
        return ((NonInviteServerTransaction) transaction).state();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void saysTryingOnlyWhenTheClientsTimerEReachesT2(boolean reliable) {
        LayerBench bench = new LayerBench(reliable);
        ServerTransaction message = bench.arrives("MESSAGE");
        bench.receive(bench.request("MESSAGE"));
        bench.pass(3_499);
        assertThat(bench.wire.takeText()).isEmpty();
        bench.pass(1);
        assertThat(bench.wire.takeText()).containsExactly("100@3500");
        assertThat(state(message)).isEqualTo(NonInviteServerTransaction.State.PROCEEDING);
        bench.receive(bench.request("MESSAGE"));
        assertThat(bench.wire.takeText()).containsExactly("100@3500");
    }

    @Test
    void neverSaysTryingToABenotify() {
        LayerBench bench = LayerBench.tls();
        bench.arrives("BENOTIFY");
        bench.pass(60_000);
        assertThat(bench.wire.takeText()).isEmpty();
    }

    @Test
    void dropsProvisionalResponsesOfTheUser() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction message = bench.arrives("MESSAGE");
        assertThat(bench.respond(message, 180)).isFalse();
        assertThat(bench.respond(message, 100)).isFalse();
        assertThat(bench.wire.takeText()).isEmpty();
    }

    @Test
    void dropsA408AndEnds() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction message = bench.arrives("MESSAGE");
        assertThat(bench.respond(message, 408)).isFalse();
        assertThat(bench.wire.takeText()).isEmpty();
        assertThat(state(message)).isEqualTo(NonInviteServerTransaction.State.TERMINATED);
    }

    @Test
    void completedRepeatsTheFinalResponseUntilTimerJ() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction message = bench.arrives("MESSAGE");
        bench.respond(message, 200);
        bench.pass(31_999);
        bench.receive(bench.request("MESSAGE"));
        assertThat(bench.wire.takeText()).containsExactly("200@0", "200@31999");
        assertThat(bench.respond(message, 500)).isFalse();
        bench.pass(1);
        assertThat(state(message)).isEqualTo(NonInviteServerTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
        bench.receive(bench.request("MESSAGE"));
        assertThat(bench.takeHeard()).containsExactly("request MESSAGE@0", "request MESSAGE@32000");
    }

    @Test
    void overReliableTransportTheFinalResponseEndsIt() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction message = bench.arrives("MESSAGE");
        bench.respond(message, 200);
        assertThat(bench.wire.takeText()).containsExactly("200@0");
        assertThat(state(message)).isEqualTo(NonInviteServerTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void isAbandonedWhenTheClientHasGivenUp() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction message = bench.arrives("MESSAGE");
        bench.pass(31_999);
        assertThat(message.awaitsFinalResponse()).isTrue();
        bench.pass(1);
        assertThat(bench.takeHeard()).containsExactly("request MESSAGE@0", "abandoned@32000");
        bench.wire.take();
        assertThat(bench.respond(message, 200)).isFalse();
        assertThat(bench.wire.takeText()).isEmpty();
    }

    @Test
    void theEndOfItsConnectionAbandonsIt() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction message = bench.arrives("MESSAGE");
        bench.layer.flowClosed(LayerBench.FLOW, bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("request MESSAGE@0", "abandoned@0");
        assertThat(message.awaitsFinalResponse()).isFalse();
    }

    @Test
    void copiesTheTimestampIntoTheTrying() {
        LayerBench bench = LayerBench.udp();
        var message = bench.request("MESSAGE");
        message.add(org.edgeways.sip.message.HeaderName.TIMESTAMP, "54.21");
        bench.receive(message);
        bench.pass(3_500);
        assertThat(bench.wire.one().first(org.edgeways.sip.message.HeaderName.TIMESTAMP))
                .isEqualTo("54.21");
    }
}
