package org.edgeways.joining.tls;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes connections whose time is over, whatever their threads are waiting for, and looks whether other times are. */
final class Patience implements AutoCloseable {

    /** How long a connection may last, from accept or connect to its end: hardly longer than the protocol's own bound. */
    static final int SECONDS = 12;

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("join-patience").factory());

    /** Closes that connection when its time is over, or at once after {@link #close()}; cancelled when it has ended before. */
    Future<?> with(SocketChannel channel) {
        try {
            return executor.schedule(() -> close(channel), SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException over) {
            close(channel);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Does that every second until {@link #close()}. */
    void everySecond(Runnable look) {
        var _ = executor.scheduleWithFixedDelay(look, 1, 1, TimeUnit.SECONDS);
    }

    static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("event=join-connection-left reason=\"{}\"", e.toString());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
