package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;

/** A client's connection has ended: what the inside is told, and what clients cannot say in the edge's place. */
class FlowEndedTest {

    private static final HeaderName ENDED = HeaderName.of("P-Edgeways-Flow-Ended");

    private final EdgeBench bench = new EdgeBench();

    @Test
    void thePoolIsToldOfItByTheMarkOfItsRequests() {
        Flow alice = bench.client();
        String mark = bench.signIn(alice, "sip:alice@acorn.example", "<sip:alice@192.168.77.10:5061;transport=tls>")
                .first(HeaderName.of("P-Edgeways-Flow"));
        EdgeRouter.Telling telling =
                bench.router.flowEnded(alice, new Random(1)).getFirst();
        assertThat(telling.to()).isEqualTo(new Destination.Service("pool"));
        SipMessage told = telling.request();
        assertThat(told.first(ENDED)).isEqualTo(mark);
        assertThat(told.requestUriText()).isEqualTo("sip:acorn.example");
        assertThat(told.method()).isEqualTo("OPTIONS");
    }

    @Test
    void anotherServerInsideIsToldNothing() {
        EdgeBench connector = EdgeBench.dialling(new NextHop.Connector("connector"), 0);
        assertThat(connector.router.flowEnded(new Flow(1), new Random(1))).isEmpty();
    }

    @Test
    void whatAClientWritesThereDoesNotComeThrough() {
        Flow alice = bench.alice();
        bench.fromClient(
                alice,
                bench.request(
                        "OPTIONS",
                        "sip:acorn.example",
                        "sip:alice@acorn.example",
                        "sip:acorn.example",
                        "p-edgeways-flow-ended: edge1;boot=1;connection=7"));
        SipMessage inside = bench.atInside();
        assertThat(inside.has(ENDED)).isFalse();
        assertThat(inside.has(HeaderName.of("P-Edgeways-Flow"))).isTrue();
    }
}
