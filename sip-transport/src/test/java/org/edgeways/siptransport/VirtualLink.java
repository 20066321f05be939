package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A link at the end that dialled it, in virtual time; what is written on it is taken when a test says so. */
abstract class VirtualLink {

    static final Duration STEP = Duration.ofMillis(250);

    private final int queueBytes;

    final AtomicLong nanos = new AtomicLong();
    final EventLoops loops = new EventLoops(1);
    final InMemoryCounters counters = new InMemoryCounters();
    final TransportContext context = new TransportContext(
            loops,
            new ProcessClock(InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z")), nanos::get),
            counters,
            new SecureRandom());
    final Loopback.Recorder events = new Loopback.Recorder(false);
    final Wire wire = new Wire();
    EmbeddedChannel channel;
    ChannelSipConnection link;

    /** What is written, taken at once or when it is let through. */
    static final class Wire extends ChannelOutboundHandlerAdapter {
        private final Deque<ChannelPromise> waiting = new ArrayDeque<>();
        final List<Integer> written = new ArrayList<>();
        boolean stuck;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf bytes = (ByteBuf) message;
            written.add(bytes.readableBytes());
            bytes.release();
            waiting.add(promise);
            if (!stuck) {
                take();
            }
        }

        void take() {
            while (!waiting.isEmpty()) {
                takeOne();
            }
        }

        void takeOne() {
            var _ = waiting.removeFirst().setSuccess();
        }
    }

    VirtualLink(int queueBytes) {
        this.queueBytes = queueBytes;
    }

    @BeforeEach
    final void start() {
        channel = new EmbeddedChannel(wire) {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress("192.0.2.1", 5061);
            }

            @Override
            protected SocketAddress localAddress0() {
                return new InetSocketAddress("192.0.2.2", 40_000);
            }
        };
        channel.freezeTime();
        ConnectionSetup setup = ConnectionSetup.of(
                context,
                "link-edge1",
                SipTransport.TLS,
                true,
                SipConnectionSettings.BETWEEN_PARTS.withQueueBytes(queueBytes),
                events);
        link = new ChannelSipConnection(
                setup,
                channel,
                StreamHandler.PACKING,
                PoolLink.POOL,
                context.flows().next(0));
        link.open();
    }

    @AfterEach
    final void stop() {
        var _ = channel.close();
        context.close();
        loops.close();
    }

    final void pass(int seconds) {
        for (Duration passed = Duration.ZERO; passed.toSeconds() < seconds; passed = passed.plus(STEP)) {
            nanos.addAndGet(STEP.toNanos());
            channel.advanceTimeBy(STEP.toNanos(), TimeUnit.NANOSECONDS);
            channel.runPendingTasks();
        }
    }

    final void send(byte[] message) {
        assertThat(link.send(message)).isEqualTo(SendOutcome.SENT);
        channel.runPendingTasks();
    }
}
