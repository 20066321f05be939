package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;

/** Engines hear when a named party has lost a connection, and when it was the last. */
final class LostPartyTest {

    @Test
    void enginesHearOfTheLastConnectionOnlyAndOfEachNewOne() {
        Recorder engine = new Recorder();
        try (Loopback loopback = new Loopback()) {
            TransportContext context = loopback.context;
            SipShards shards = SipShards.single(context, OutboundSettings.none(), (shard, transmitter) -> () -> engine);
            PoolLink first = new PoolLink(new Flow(1), true, false);
            PoolLink second = new PoolLink(new Flow(2), true, false);
            for (PoolLink link : List.of(first, second)) {
                context.links().add(link, true);
                shards.opened(link, 0);
            }
            for (PoolLink link : List.of(first, second)) {
                context.links().remove(link, true);
                shards.closed(link, TransportErrorCode.PEER_CLOSED, 0);
                assertThat(heardBy(shards, engine))
                        .contains("closed " + link.flow().id());
            }
            context.links().add(first, true);
            shards.opened(first, 0);
            assertThat(heardBy(shards, engine))
                    .containsExactly(
                            "found pool",
                            "found pool",
                            "closed 1",
                            "reduced pool",
                            "closed 2",
                            "lost pool",
                            "found pool");
        }
    }

    private static List<String> heardBy(SipShards shards, Recorder engine) {
        CompletableFuture<List<String>> heard = new CompletableFuture<>();
        shards.shard(0).execute(now -> heard.complete(List.copyOf(engine.heard)));
        return heard.join();
    }

    /** Writes down what it hears. */
    private static final class Recorder extends IdleEngine {
        final List<String> heard = new ArrayList<>();

        @Override
        public void flowClosed(Flow flow, long now) {
            heard.add("closed " + flow.id());
        }

        @Override
        public void partyLost(Destination.Service party, long now) {
            heard.add("lost " + party.name());
        }

        @Override
        public void partyReduced(Destination.Service party, long now) {
            heard.add("reduced " + party.name());
        }

        @Override
        public void partyFound(Destination.Service party, long now) {
            heard.add("found " + party.name());
        }
    }
}
