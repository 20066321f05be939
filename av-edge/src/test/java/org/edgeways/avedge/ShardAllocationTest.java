package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The threads of a whole relay allocate nothing for what they relay over loopback, by their own counters. */
@Timeout(300)
class ShardAllocationTest extends OnBothPaths {

    /** The ways that data goes. */
    enum Way {
        PEER_AND_BACK,
        BETWEEN_CLIENTS_OF_A_SHARD,
        BETWEEN_CLIENTS_OF_TWO_SHARDS
    }

    private static final int BURST = 16;
    private static final int BURSTS_OF_A_ROUND = 125;

    /** Of each burst every packet goes there and back. */
    private static final int PACKETS_OF_A_ROUND = 2 * BURST * BURSTS_OF_A_ROUND;

    /** The compiler may be late where others need the processors. */
    private static final int MOST_ROUNDS = 100;

    /** What is counted but never reached. */
    private static final int MUCH = 1_000_000_000;

    private static final String PAYLOAD = "x".repeat(160);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** One burst there and back. */
    @FunctionalInterface
    private interface Exchange {
        void once() throws IOException;
    }

    private static long allocated(Rig rig) {
        return rig.edge.threads().stream()
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.threadId()))
                .sum();
    }

    /** Bytes for each packet in the best round. */
    private double least(Rig rig, Way way, Exchange exchange, double enough) throws IOException {
        double least = Double.MAX_VALUE;
        int rounds = 0;
        while (rounds < MOST_ROUNDS && least >= enough) { // until all of it is compiled
            long before = allocated(rig);
            for (int i = 0; i < BURSTS_OF_A_ROUND; i++) {
                exchange.once();
            }
            least = Math.min(least, (allocated(rig) - before) / (double) PACKETS_OF_A_ROUND);
            rounds++;
        }
        System.out.printf(
                "%s, %s: %.2f bytes allocated for a packet in the best of %d rounds of %,d%n",
                sockets, way, least, rounds, PACKETS_OF_A_ROUND);
        return least;
    }

    private static Exchange toPeerAndBack(Rig rig) throws IOException {
        TurnClient client = rig.client("1:alice");
        client.relayed();
        DatagramSocket peer = rig.peer();
        assertThat(TurnClient.error(client.bind(0x4001, Rig.address(peer)))).isZero();
        DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
        return () -> {
            for (int i = 0; i < BURST; i++) {
                client.channel(0x4001, PAYLOAD);
            }
            for (int i = 0; i < BURST; i++) {
                packet.setLength(2_000);
                peer.receive(packet);
                peer.send(packet);
            }
            for (int i = 0; i < BURST; i++) {
                assertThat(client.data().channel()).isEqualTo(0x4001);
            }
        };
    }

    private static int shardOf(TransportAddress relayed, int shards) {
        return (relayed.port() - AvEdgeSettings.Relay.FIRST_PORT) / 2 % shards;
    }

    private static Exchange betweenClients(Rig rig, int shards) throws IOException {
        TurnClient alice = rig.client("1:alice");
        TransportAddress aliceAt = alice.relayed();
        TurnClient other = rig.client("1:bob");
        TransportAddress at = other.relayed();
        while (shards > 1 && shardOf(at, shards) == shardOf(aliceAt, shards)) {
            other.refresh(0);
            other = rig.client("1:bob"); // from another port, until the system gives it to the other shard
            at = other.relayed();
        }
        TurnClient bob = other;
        assertThat(TurnClient.error(alice.bind(0x4001, at))).isZero();
        assertThat(TurnClient.error(bob.bind(0x4002, aliceAt))).isZero();
        return () -> {
            for (int i = 0; i < BURST; i++) {
                alice.channel(0x4001, PAYLOAD);
            }
            for (int i = 0; i < BURST; i++) {
                assertThat(bob.data().channel()).isEqualTo(0x4002);
                bob.channel(0x4002, PAYLOAD);
            }
            for (int i = 0; i < BURST; i++) {
                assertThat(alice.data().channel()).isEqualTo(0x4001);
            }
        };
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void relayingAllocatesNothing(Way way) throws Exception {
        int shards = way == Way.BETWEEN_CLIENTS_OF_TWO_SHARDS ? 2 : 1;
        AvEdgeSettings.Share much = new AvEdgeSettings.Share(64, MUCH, MUCH);
        AvEdgeSettings settings = Rig.settings(shards).withQuotas(new AvEdgeSettings.Quota(much, much, much));
        try (Rig rig = new Rig(sockets, settings)) {
            Exchange exchange = way == Way.PEER_AND_BACK ? toPeerAndBack(rig) : betweenClients(rig, shards);
            // a channel makes an InetSocketAddress, its InetAddress and ours for a sender that is not the one before
            double limit = sockets == Sockets.PLAIN ? 200 : 0.1;
            assertThat(least(rig, way, exchange, limit)).isLessThan(limit);
        }
    }
}
