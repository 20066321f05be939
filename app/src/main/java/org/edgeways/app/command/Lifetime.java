package org.edgeways.app.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.edgeways.app.failure.ExitCode;

/**
 * Keeps something running until the process is told to stop by SIGINT or SIGTERM, then stops it cleanly; the process
 * exits with {@link ExitCode#DONE} when that is over.
 */
final class Lifetime implements AutoCloseable {

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Runnable stop;
    private final int exitCode;

    private Lifetime(Runnable stop, int exitCode) {
        this.stop = stop;
        this.exitCode = exitCode;
    }

    /**
     * From now on a signal runs {@code stop}, once, and ends the process.
     *
     * @param exitCode what a process that was told to stop exits with
     */
    static Lifetime of(Runnable stop, int exitCode) {
        Lifetime lifetime = new Lifetime(stop, exitCode);
        Runtime.getRuntime().addShutdownHook(new Thread(lifetime::signalled, "stop"));
        return lifetime;
    }

    /** Blocks until the process is told to stop; does not return then. */
    void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void signalled() {
        if (stopped.compareAndSet(false, true)) {
            stop.run();
            Runtime.getRuntime().halt(exitCode);
        }
    }

    /** Stops it without a signal, if it has not been stopped. */
    @Override
    public void close() {
        if (stopped.compareAndSet(false, true)) {
            stop.run();
            over.countDown();
        }
    }
}
