package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

class TransactionLimitsTest {

    private static SipMessage request(int number) {
        return Messages.request("MESSAGE", "sip:bob@acorn.example", "TLS", "z9hG4bK" + number);
    }

    @Test
    void theLastServerTransactionIsServedAndTheNextRequestGets503() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(2, 100, 100, 100, 100, 10, 5));
        bench.layer.receive(request(1), new Flow(1), bench.clock.now());
        bench.layer.receive(request(2), new Flow(2), bench.clock.now());
        assertThat(bench.requests).hasSize(2);
        bench.layer.receive(request(3), new Flow(3), bench.clock.now());
        assertThat(bench.requests).hasSize(2);
        SipMessage refusal = bench.wire.one();
        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.first(HeaderName.RETRY_AFTER)).isEqualTo("5");
        assertThat(bench.counters.value("sip_transactions_refused", "code", "sip-transactions-too-many"))
                .isEqualTo(1);
        bench.respond(bench.requests.getFirst(), 200);
        bench.layer.receive(request(4), new Flow(3), bench.clock.now());
        assertThat(bench.requests).hasSize(3);
    }

    @Test
    void theLastTransactionOfAConnectionIsServedAndTheNextRequestGets503() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(100, 2, 100, 100, 100, 10, 5));
        for (int i = 1; i <= 3; i++) {
            bench.layer.receive(request(i), new Flow(1), bench.clock.now());
        }
        assertThat(bench.requests).hasSize(2);
        assertThat(bench.wire.one().status()).isEqualTo(503);
        assertThat(bench.counters.value("sip_transactions_refused", "code", "sip-flow-transactions-too-many"))
                .isEqualTo(1);
        bench.layer.receive(request(4), new Flow(2), bench.clock.now());
        assertThat(bench.requests).hasSize(3);
    }

    @Test
    void aNodeHasHalfOfAllTransactionsOverAllItsConnectionsAndTheRestIsLeftToOthers() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(4, 100, 100, 100, 100, 10, 5));
        bench.layer.receive(request(1), Origin.service(new Flow(1), "edge1"), bench.clock.now());
        bench.layer.receive(request(2), Origin.service(new Flow(2), "edge1"), bench.clock.now());
        assertThat(bench.requests).hasSize(2);
        bench.layer.receive(request(3), Origin.service(new Flow(1), "edge1"), bench.clock.now());
        assertThat(bench.requests).hasSize(2);
        assertThat(bench.wire.one().status()).isEqualTo(503);
        assertThat(bench.counters.value("sip_transactions_refused", "code", "sip-party-transactions-too-many"))
                .isEqualTo(1);
        bench.layer.receive(request(4), new Flow(3), bench.clock.now());
        bench.layer.receive(request(5), Origin.service(new Flow(4), "edge2"), bench.clock.now());
        assertThat(bench.requests).hasSize(4);

        bench.respond(bench.requests.getFirst(), 200);
        bench.wire.take();
        bench.layer.receive(request(6), Origin.service(new Flow(2), "edge1"), bench.clock.now());
        assertThat(bench.requests).hasSize(5);
        bench.layer.receive(request(7), Origin.service(new Flow(2), "edge1"), bench.clock.now());
        assertThat(bench.requests).as("again").hasSize(5);
    }

    @Test
    void anAnsweredInviteTakesNoRoomOfANodesShareAndGivesItBackOnce() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(3, 100, 100, 1, 100, 10, 5));
        for (int i = 1; i <= 6; i++) {
            SipMessage invite = Messages.request("INVITE", "sip:bob@acorn.example", "TLS", "z9hG4bK" + i);
            bench.layer.receive(invite, Origin.service(new Flow(1), "edge1"), bench.clock.now());
            assertThat(bench.requests).as("INVITE %d", i).hasSize(i);
            bench.respond(bench.requests.getLast(), 200);
        }
        bench.wire.take();
        for (int i = 11; i <= 13; i++) {
            bench.layer.receive(request(i), Origin.service(new Flow(1), "edge1"), bench.clock.now());
        }
        assertThat(bench.requests).as("two of the three").hasSize(8);
        assertThat(bench.wire.one().status()).isEqualTo(503);
    }

    @Test
    void aTrunkHasNoLimitPerConnection() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(100, 2, 100, 100, 100, 10, 5));
        for (int i = 1; i <= 10; i++) {
            bench.layer.receive(request(i), Origin.service(new Flow(1), "edge1"), bench.clock.now());
        }
        assertThat(bench.requests).hasSize(10);
    }

    @Test
    void anInviteCanBeCancelledAtTheLimit() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(1, 1, 100, 100, 100, 10, 5));
        ServerTransaction invite = bench.arrives("INVITE");
        bench.receive(Messages.cancel(invite.request()));
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "cancelled@0");
    }

    @Test
    void anAckIsNeverAnsweredEvenAtTheLimit() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(1, 1, 100, 100, 100, 10, 5));
        bench.arrives("MESSAGE");
        bench.receive(Messages.ack(bench.request("INVITE")));
        assertThat(bench.wire.take()).isEmpty();
    }

    @Test
    void theLastClientTransactionIsSentAndTheNextFailsWith480() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(100, 100, 1, 100, 100, 10, 5));
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 2; i++) {
            SipMessage request = request(i);
            request.setTopVia(request.topVia().with("branch", Branches.create(0, random)));
            bench.layer.send(request, LayerBench.TO, bench.clock.now());
        }
        assertThat(bench.wire.takeText()).containsExactly("MESSAGE@0");
        bench.pass(0);
        assertThat(bench.takeHeard()).containsExactly("failed 480@0");
        assertThat(bench.counters.value("sip_transactions_refused", "code", "sip-client-transactions-too-many"))
                .isEqualTo(1);
    }

    @Test
    void limitsAndTimersArePositive() {
        assertThatThrownBy(() -> new SipEngineLimits(0, 1, 1, 100, 100, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SipTimers(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SipTimers(2, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
