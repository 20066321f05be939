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
import org.junit.jupiter.api.Test;

/** When a link is asked whether it lives, at the end that dialled it, in virtual time. */
final class LinkQuestionTest {

    private static final Duration STEP = Duration.ofMillis(250);
    private static final int QUEUE = 10_000;

    private final AtomicLong nanos = new AtomicLong();
    private final EventLoops loops = new EventLoops(1);
    private final InMemoryCounters counters = new InMemoryCounters();
    private final TransportContext context = new TransportContext(
            loops,
            new ProcessClock(InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z")), nanos::get),
            counters,
            new SecureRandom());
    private final Loopback.Recorder events = new Loopback.Recorder(false);
    private final Wire wire = new Wire();
    private EmbeddedChannel channel;
    private ChannelSipConnection link;

    /** What is written, taken at once or when it is let through. */
    private static final class Wire extends ChannelOutboundHandlerAdapter {
        private final Deque<ChannelPromise> waiting = new ArrayDeque<>();
        private final List<Integer> written = new ArrayList<>();
        private boolean stuck;

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

    @BeforeEach
    void start() {
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
                SipConnectionSettings.BETWEEN_PARTS.withQueueBytes(QUEUE),
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
    void stop() {
        var _ = channel.close();
        context.close();
        loops.close();
    }

    private void pass(int seconds) {
        for (Duration passed = Duration.ZERO; passed.toSeconds() < seconds; passed = passed.plus(STEP)) {
            nanos.addAndGet(STEP.toNanos());
            channel.advanceTimeBy(STEP.toNanos(), TimeUnit.NANOSECONDS);
            channel.runPendingTasks();
        }
    }

    private void send(byte[] message) {
        assertThat(link.send(message)).isEqualTo(SendOutcome.SENT);
        channel.runPendingTasks();
    }

    @Test
    void nobodyAsksWhereNothingWasSent() {
        pass(60);
        assertThat(wire.written).isEmpty();
        assertThat(link.isUnanswered()).isFalse();
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void whoAnswersOnlyTheQuestionIsTakenAgainEachTime() {
        for (int asked = 1; asked <= 3; asked++) {
            send(new byte[100]);
            pass(7);
            assertThat(link.isUnanswered()).isTrue();
            link.heard();
            assertThat(link.isUnanswered()).isFalse();
            assertThat(wire.written).hasSize(2 * asked).endsWith(100, StreamHandler.PING.length);
        }
        pass(20);
        assertThat(link.isOpen()).isTrue();
        assertThat(wire.written).as("nothing more").hasSize(6);
    }

    /** As where {@code pongTimeout} of who dials is 30 s. */
    @Test
    void aKeepAliveMayStayUnansweredAsLongAsItsSenderWaitsForIt() {
        send(StreamHandler.PING);
        pass(15);
        assertThat(link.isUnanswered()).isFalse();
        assertThat(link.isOpen()).isTrue();
        assertThat(wire.written).containsExactly(StreamHandler.PING.length);
    }

    /** They go out as one piece. */
    @Test
    void aMessageBehindAKeepAliveIsAskedForToo() {
        assertThat(link.send(StreamHandler.PING)).isEqualTo(SendOutcome.SENT);
        send(new byte[100]);
        assertThat(wire.written).containsExactly(StreamHandler.PING.length + 100);
        pass(7);
        assertThat(link.isUnanswered()).isTrue();
    }

    @Test
    void whoIsAskedAndSaysNothingIsCutOffThoughNothingElseWasSent() {
        link.ask();
        pass(7);
        assertThat(link.isUnanswered()).isTrue();
        assertThat(link.isOpen()).isTrue();
        pass(7);
        assertThat(link.isOpen()).isFalse();
        assertThat(wire.written).containsExactly(StreamHandler.PING.length, StreamHandler.PING.length);
    }

    @Test
    void whoIsAskedAndAnswersIsLeftAlone() {
        link.ask();
        link.ask();
        pass(1);
        link.heard();
        pass(20);
        assertThat(link.isUnanswered()).isFalse();
        assertThat(link.isOpen()).isTrue();
        assertThat(wire.written).containsExactly(StreamHandler.PING.length);
    }

    @Test
    void whatIsSentBesidesKeepAlivesIsAskedForAndCutOff() {
        send(StreamHandler.PING);
        send(new byte[100]);
        pass(7);
        assertThat(link.isUnanswered()).isTrue();
        assertThat(wire.written).as("with the question").containsExactly(4, 100, 4);
        pass(7);
        assertThat(link.isOpen()).isFalse();
    }

    @Test
    void whoTakesNothingForAWhileWhileTheQueueIsFullIsAskedAndStays() {
        wire.stuck = true;
        send(new byte[QUEUE]);
        assertThat(link.send(new byte[1])).isEqualTo(SendOutcome.FULL);
        pass(11);
        assertThat(link.isUnanswered()).as("others are better").isTrue();
        assertThat(wire.written).as("past the bound of the queue").containsExactly(QUEUE, 4);

        wire.take();
        link.heard();
        pass(20);
        assertThat(link.isOpen()).isTrue();
        assertThat(link.isUnanswered()).isFalse();
    }

    @Test
    void whoTakesTheQuestionLateHasTheWholeTimeForItsAnswerAndNoMore() {
        wire.stuck = true;
        send(new byte[QUEUE]);
        pass(20);
        wire.take();
        pass(4);
        assertThat(link.isOpen()).isTrue();
        pass(3);
        assertThat(link.isOpen()).isFalse();
        assertThat(closedBecause()).isEqualTo(TransportErrorCode.LINK_SILENT);
    }

    @Test
    void whoTakesLittleByLittleIsNotSilent() {
        wire.stuck = true;
        for (int i = 0; i < 20; i++) {
            send(new byte[100]);
        }
        for (int i = 0; i < 15; i++) {
            pass(4);
            wire.takeOne();
            assertThat(link.isUnanswered()).isFalse();
        }
        pass(7);
        assertThat(link.isUnanswered()).as("no more is taken").isTrue();
    }

    @Test
    void whoTakesNothingAtAllIsCutOffAsAStalledReceiver() {
        wire.stuck = true;
        send(new byte[QUEUE]);
        pass(29);
        assertThat(link.isOpen()).isTrue();
        pass(10);
        assertThat(link.isOpen()).isFalse();
        assertThat(closedBecause()).isEqualTo(TransportErrorCode.SLOW_RECEIVER);
    }

    private TransportErrorCode closedBecause() {
        return events.happenings.stream()
                .filter(Loopback.Happening.Closed.class::isInstance)
                .map(happening -> ((Loopback.Happening.Closed) happening).reason())
                .findFirst()
                .orElseThrow();
    }
}
