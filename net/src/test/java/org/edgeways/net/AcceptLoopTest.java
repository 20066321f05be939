package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.edgeways.base.InMemoryCounters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class AcceptLoopTest {

    private final InMemoryCounters counters = new InMemoryCounters();
    private final List<SocketChannel> taken = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final Deque<Object> coming = new ArrayDeque<>();

    private SocketChannel next() throws IOException {
        return switch (coming.pop()) {
            case IOException failure -> throw failure;
            case SocketChannel channel -> channel;
            default -> throw new AssertionError();
        };
    }

    @Test
    void oneConnectionThatCannotBeTakenIsNotTheLast() throws IOException {
        try (SocketChannel first = SocketChannel.open();
                SocketChannel second = SocketChannel.open()) {
            coming.add(first);
            coming.add(new SocketException("Too many open files"));
            coming.add(new SocketException("Too many open files"));
            coming.add(second);
            coming.add(new ClosedChannelException());
            new AcceptLoop("admin.sock", this::next, taken::add, counters, pauses::add).run();
            assertThat(taken).containsExactly(first, second);
            assertThat(pauses).containsExactly(AcceptLoop.PAUSE, AcceptLoop.PAUSE);
            assertThat(counters.value("accepts_failed", "socket", "admin.sock")).isEqualTo(2);
        }
    }

    @Test
    void aConnectionAtWhichTheTakerFailsIsNotTheLast() throws IOException {
        try (SocketChannel first = SocketChannel.open();
                SocketChannel second = SocketChannel.open()) {
            coming.add(first);
            coming.add(second);
            coming.add(new ClosedChannelException());
            Consumer<SocketChannel> taker = channel -> {
                if (channel.equals(first)) {
                    throw new IllegalStateException("a bug");
                }
                taken.add(channel);
            };
            new AcceptLoop("admin.sock", this::next, taker, counters, pauses::add).run();
            assertThat(taken).containsExactly(second);
            assertThat(counters.value("accepts_failed", "socket", "admin.sock")).isEqualTo(1);
        }
    }

    @Test
    void aSocketThatIsClosedWhileItWaitsEndsTheLoopWithoutAFailure() {
        coming.add(new AsynchronousCloseException());
        new AcceptLoop("admin.sock", this::next, taken::add, counters, pauses::add).run();
        assertThat(pauses).isEmpty();
        assertThat(counters.value("accepts_failed", "socket", "admin.sock")).isZero();
    }

    @Test
    void anInterruptEndsThePauseAndTheLoop() {
        coming.add(new IOException("broken"));
        new AcceptLoop("admin.sock", this::next, taken::add, counters, time -> {
                    throw new InterruptedException();
                })
                .run();
        assertThat(Thread.interrupted()).isTrue();
    }
}
