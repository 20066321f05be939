package org.edgeways.net;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the connections of a blocking server socket, one after the other, until the socket is closed. That one cannot be
 * taken (too many open files, for example) is counted in {@code accepts_failed} and logged once until the next is taken;
 * after a pause it goes on.
 */
public final class AcceptLoop implements Runnable {

    /** How long nothing is tried after a failure. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(AcceptLoop.class);

    /** Where the next connection comes from. */
    @FunctionalInterface
    public interface Source {
        /** Waits for the next connection; {@link ClosedChannelException} when there will be none. */
        SocketChannel accept() throws IOException;
    }

    /** Waits. */
    @FunctionalInterface
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    private final String name;
    private final Source source;
    private final Consumer<SocketChannel> taker;
    private final Counters.Counter failures;
    private final Pause pause;

    /**
     * A loop that has not begun.
     *
     * @param name for log and counter, such as {@code admin.sock}
     * @param taker must not wait for the peer; closes what it does not want
     */
    public AcceptLoop(String name, Source source, Consumer<SocketChannel> taker, Counters counters) {
        this(name, source, taker, counters, Thread::sleep);
    }

    AcceptLoop(String name, Source source, Consumer<SocketChannel> taker, Counters counters, Pause pause) {
        this.name = name;
        this.source = source;
        this.taker = taker;
        this.failures = counters.counter("accepts_failed", "socket", name);
        this.pause = pause;
    }

    /** Returns when the socket is closed or the thread interrupted. */
    @Override
    public void run() {
        boolean failing = false;
        while (true) {
            try {
                taker.accept(source.accept());
                failing = false;
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | RuntimeException e) {
                failures.increment();
                if (!failing && e instanceof IOException broken) {
                    LOG.warn(
                            "event=net-accept-failed code={} socket={} reason=\"{}\": goes on",
                            NetErrorCode.ACCEPT_FAILED.code(),
                            name,
                            IoReason.of(broken));
                } else if (!failing) {
                    LOG.error(
                            "event=net-accept-failed code={} socket={}: goes on",
                            NetErrorCode.ACCEPT_FAILED.code(),
                            name,
                            e);
                }
                failing = true;
                try {
                    pause.sleep(PAUSE);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
