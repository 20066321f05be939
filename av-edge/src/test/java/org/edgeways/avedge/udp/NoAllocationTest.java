package org.edgeways.avedge.udp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.edgeways.avedge.udp.DatagramSockets.Count;
import org.edgeways.net.Gathering;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Receiving and sending allocates nothing, by the thread's own counter. */
@Timeout(300)
class NoAllocationTest {

    private static final int CLIENTS = 40;
    private static final int ROUNDS = 10;

    /** The compiler may be late where others need the processors. */
    private static final int MOST_ROUNDS = 120 * ROUNDS;

    private static final int TURNS_OF_A_ROUND = 250;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    /** Clients and server that send each other the same datagrams for ever. */
    private static final class Exchange implements DatagramSockets.Receiver {

        private final DatagramSockets sockets;

        Exchange(DatagramSockets sockets, int clients) throws IOException {
            this.sockets = sockets;
            TransportAddress server = TransportAddress.of(sockets.localAddress(sockets.open(LOOPBACK, true)));
            for (int i = 0; i < clients; i++) {
                int client = sockets.open(LOOPBACK, false);
                for (int burst = 0; burst < 3; burst++) { // so that there are some that the system joins
                    sockets.send(client, new byte[160], server.high(), server.low(), server.port());
                }
            }
        }

        @Override
        public void received(
                int socket,
                long high,
                long low,
                int port,
                java.lang.foreign.MemorySegment buffer,
                long offset,
                int length) {
            sockets.send(socket, buffer, offset, length, high, low, port);
        }

        long packets() {
            return sockets.count(Count.RECEIVED);
        }

        /** Bytes for each datagram. */
        double round() throws IOException {
            long packets = packets();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < TURNS_OF_A_ROUND; i++) {
                sockets.receive(SECOND, this);
            }
            long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            return bytes / (double) (packets() - packets);
        }
    }

    private static double least(DatagramSockets sockets, int clients, int most) throws IOException {
        Exchange exchange = new Exchange(sockets, clients);
        double least = Double.MAX_VALUE;
        long began = System.nanoTime();
        int rounds = 0;
        while (rounds < most && least > 0) { // until all of it is compiled
            least = Math.min(least, exchange.round());
            rounds++;
        }
        System.out.printf(
                "%s: %.2f bytes allocated for a datagram in the best of %d rounds; %,d datagrams received in %d ms, %.1f sent and %.1f"
                        + " received with a call%n",
                sockets,
                least,
                rounds,
                exchange.packets(),
                (System.nanoTime() - began) / 1_000_000,
                sockets.count(Count.SENT) / (double) sockets.count(Count.SEND_CALLS),
                sockets.count(Count.RECEIVED) / (double) sockets.count(Count.RECEIVE_CALLS));
        return least;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void batchedCallsAllocateNothing() throws IOException {
        try (DatagramSockets sockets = new LinuxSockets()) {
            assertThat(least(sockets, CLIENTS, MOST_ROUNDS)).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void neitherDoTheyWhereDatagramsAreLetGather() throws IOException {
        Gathering always = new Gathering() {
            @Override
            public int pause(long now, int received, long timeoutNanos) {
                return Math.max(1, super.pause(now, received, timeoutNanos));
            }
        };
        try (DatagramSockets sockets = new LinuxSockets(always)) {
            assertThat(least(sockets, CLIENTS, MOST_ROUNDS)).isZero();
        }
    }

    @Test
    void aChannelAllocatesOnlyTheAddressOfASenderThatIsNotTheOneBefore() throws IOException {
        try (DatagramSockets sockets = new PlainSockets()) {
            assertThat(least(sockets, CLIENTS, ROUNDS))
                    .isLessThan(600); // an InetSocketAddress, its InetAddress, ours; the selector's list
        }
    }
}
