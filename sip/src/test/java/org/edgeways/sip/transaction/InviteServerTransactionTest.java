package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

class InviteServerTransactionTest {

    private static InviteServerTransaction.State state(ServerTransaction transaction) {
        return ((InviteServerTransaction) transaction).state();
    }

    @Test
    void proceedingSaysTryingAfter200MillisecondsUnlessTheUserSpoke() {
        LayerBench bench = LayerBench.udp();
        bench.arrives("INVITE");
        bench.pass(199);
        assertThat(bench.wire.takeText()).isEmpty();
        bench.pass(1);
        assertThat(bench.wire.takeText()).containsExactly("100@200");
        LayerBench quick = LayerBench.udp();
        quick.respond(quick.arrives("INVITE"), 180);
        quick.pass(1000);
        assertThat(quick.wire.takeText()).containsExactly("180@0");
    }

    @Test
    void proceedingRepeatsTheLastProvisionalResponseWhenTheInviteComesAgain() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.receive(bench.request("INVITE"));
        assertThat(bench.wire.takeText()).isEmpty();
        bench.respond(invite, 180);
        bench.respond(invite, 183);
        bench.receive(bench.request("INVITE"));
        assertThat(bench.wire.takeText()).containsExactly("180@0", "183@0", "183@0");
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
        assertThat(bench.counters.value("sip_requests_absorbed")).isEqualTo(2);
    }

    @Test
    void proceedingWaitsForEverForTheUser() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.pass(3_600_000);
        assertThat(invite.awaitsFinalResponse()).isTrue();
        assertThat(bench.respond(invite, 200)).isTrue();
    }

    @Test
    void proceedingAbsorbsAnAck() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.receive(Messages.ack(invite.request()));
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.PROCEEDING);
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
    }

    @Test
    void completedRepeatsTheFinalResponseByTimerGUntilTimerH() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 486);
        bench.pass(31_999);
        assertThat(bench.wire.takeText())
                .containsExactly(
                        "486@0",
                        "486@500",
                        "486@1500",
                        "486@3500",
                        "486@7500",
                        "486@11500",
                        "486@15500",
                        "486@19500",
                        "486@23500",
                        "486@27500",
                        "486@31500");
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.COMPLETED);
        bench.pass(1);
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
        assertThat(bench.counters.value("sip_transaction_timeouts", "timer", "h"))
                .isEqualTo(1);
    }

    @Test
    void completedRepeatsTheFinalResponseWhenTheInviteComesAgain() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 486);
        bench.receive(bench.request("INVITE"));
        assertThat(bench.wire.takeText()).containsExactly("486@0", "486@0");
    }

    @Test
    void completedTakesNoFurtherResponse() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 486);
        assertThat(bench.respond(invite, 200)).isFalse();
        assertThat(bench.respond(invite, 180)).isFalse();
        assertThat(bench.wire.takeText()).containsExactly("486@0");
    }

    @Test
    void confirmedAbsorbsAcksAndInvitesForTimerI() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 486);
        bench.wire.take();
        bench.receive(Messages.ack(invite.request()));
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.CONFIRMED);
        bench.receive(Messages.ack(invite.request()));
        bench.receive(bench.request("INVITE"));
        bench.pass(4_999);
        assertThat(bench.wire.takeText()).isEmpty();
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.CONFIRMED);
        bench.pass(1);
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void overReliableTransportNothingIsRepeatedAndTheAckEndsIt() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 486);
        bench.pass(20_000);
        assertThat(bench.wire.takeText()).containsExactly("486@0");
        bench.receive(Messages.ack(invite.request()));
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.TERMINATED);
        assertThat(bench.idle()).isTrue();
        assertThat(bench.counters.value("sip_transactions_ended", "side", "server"))
                .isEqualTo(1);
    }

    @Test
    void overReliableTransportTimerHEndsItWithoutAck() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 486);
        bench.pass(32_000);
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.TERMINATED);
    }

    @Test
    void acceptedAbsorbsTheInviteAndPassesFurther2xxUntilTimerL() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 200);
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.ACCEPTED);
        bench.receive(bench.request("INVITE"));
        assertThat(bench.wire.takeText()).containsExactly("200@0");
        bench.pass(500);
        assertThat(bench.respond(invite, 200)).isTrue();
        assertThat(bench.respond(invite, 486)).isFalse();
        assertThat(bench.respond(invite, 183)).isFalse();
        assertThat(bench.wire.takeText()).containsExactly("200@500");
        bench.pass(31_499);
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.ACCEPTED);
        bench.pass(1);
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.TERMINATED);
        assertThat(bench.respond(invite, 200)).isFalse();
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
    }

    @Test
    void acceptedKeepsOfTheRequestWhatResponsesAreMadeFrom() {
        LayerBench bench = LayerBench.udp();
        SipMessage request = bench.request("INVITE");
        request.setBody("application/sdp", new byte[1_000]);
        bench.receive(request);
        ServerTransaction invite = bench.requests.getLast();
        assertThat(invite.request().bodyLength()).isEqualTo(1_000);
        bench.respond(invite, 200);
        assertThat(invite.request().bodyLength()).isZero();
        for (HeaderName name :
                List.of(HeaderName.VIA, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID, HeaderName.CSEQ)) {
            assertThat(invite.request().values(name)).as(name.toString()).isEqualTo(request.values(name));
        }
        assertThat(bench.respond(invite, 200)).isTrue();
        assertThat(bench.wire.takeText()).containsExactly("200@0", "200@0");
    }

    @Test
    void acceptedPassesAMatchingAckToTheUser() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 200);
        bench.receive(Messages.ack(invite.request()));
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "acknowledged@0");
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.ACCEPTED);
    }

    @Test
    void theEndOfItsConnectionAbandonsIt() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.layer.flowClosed(LayerBench.FLOW, bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "abandoned@0");
        assertThat(bench.respond(invite, 200)).isFalse();
        assertThat(bench.wire.takeText()).isEmpty();
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void theEndOfItsConnectionAfterTheFinalResponseIsSilent() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 200);
        bench.takeHeard();
        bench.layer.flowClosed(LayerBench.FLOW, bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(state(invite)).isEqualTo(InviteServerTransaction.State.TERMINATED);
    }

    @Test
    void responsesGetOneToTagButA100GetsNone() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.pass(200);
        assertThat(bench.wire.one().toTag()).isNull();
        bench.respond(invite, 180);
        String tag = bench.wire.one().toTag();
        assertThat(tag).isEqualTo(invite.localTag()).hasSizeGreaterThan(8);
        bench.respond(invite, 486);
        assertThat(bench.wire.one().toTag()).isEqualTo(tag);
    }
}
