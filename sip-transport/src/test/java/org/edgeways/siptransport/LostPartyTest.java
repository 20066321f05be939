package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.base.TimerQueue;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.sip.transaction.TransportFailure;
import org.junit.jupiter.api.Test;

/** Engines hear when a named party has lost its last connection, not before. */
final class LostPartyTest {

    private static final PeerIdentity POOL = new PeerIdentity(null, "pool", List.of("pool.inside.acorn.example"), null);

    @Test
    void enginesHearOfTheLastConnectionOnlyAndOfEachNewOne() {
        Recorder engine = new Recorder();
        try (Loopback loopback = new Loopback()) {
            TransportContext context = loopback.context;
            SipShards shards = SipShards.single(context, OutboundSettings.none(), (shard, transmitter) -> () -> engine);
            Trunk first = new Trunk(new Flow(1));
            Trunk second = new Trunk(new Flow(2));
            for (Trunk trunk : List.of(first, second)) {
                context.links().add(trunk, true);
                shards.opened(trunk, 0);
            }
            for (Trunk trunk : List.of(first, second)) {
                context.links().remove(trunk, true);
                shards.closed(trunk, TransportErrorCode.PEER_CLOSED, 0);
                assertThat(heardBy(shards, engine))
                        .contains("closed " + trunk.flow().id());
            }
            context.links().add(first, true);
            shards.opened(first, 0);
            assertThat(heardBy(shards, engine))
                    .containsExactly("found pool", "found pool", "closed 1", "closed 2", "lost pool", "found pool");
        }
    }

    private static List<String> heardBy(SipShards shards, Recorder engine) {
        CompletableFuture<List<String>> heard = new CompletableFuture<>();
        shards.shard(0).execute(now -> heard.complete(List.copyOf(engine.heard)));
        return heard.join();
    }

    /** A connection of the pool's. */
    private record Trunk(Flow flow) implements SipConnection {
        private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

        @Override
        public Origin origin() {
            return Origin.service(flow, "pool");
        }

        @Override
        public SipTransport transport() {
            return SipTransport.TLS;
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return NOWHERE;
        }

        @Override
        public InetSocketAddress localAddress() {
            return NOWHERE;
        }

        @Override
        public PeerIdentity peer() {
            return POOL;
        }

        @Override
        public boolean isLink() {
            return true;
        }

        @Override
        public String endpoint() {
            return "link";
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isCongested() {
            return false;
        }

        @Override
        public SendOutcome send(byte[] message) {
            return SendOutcome.SENT;
        }

        @Override
        public void close(TransportErrorCode reason) {}
    }

    /** Writes down what it hears. */
    private static final class Recorder implements SipEngine {
        final List<String> heard = new ArrayList<>();

        @Override
        public void receive(SipMessage message, Origin from, long now) {}

        @Override
        public void timeout(long now) {}

        @Override
        public long nextDeadline() {
            return TimerQueue.NEVER;
        }

        @Override
        public void sentOver(String branch, Origin over) {}

        @Override
        public void transportFailed(String branch, TransportFailure failure, long now) {}

        @Override
        public void flowClosed(Flow flow, long now) {
            heard.add("closed " + flow.id());
        }

        @Override
        public void partyLost(Destination.Service party, long now) {
            heard.add("lost " + party.name());
        }

        @Override
        public void partyFound(Destination.Service party, long now) {
            heard.add("found " + party.name());
        }
    }
}
