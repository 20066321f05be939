package org.edgeways.app.command;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.net.EventLoops;

/**
 * Keeps something running until the process is told to stop by SIGINT or SIGTERM, then stops it cleanly and says so; the
 * process exits when that is over.
 */
final class Lifetime implements AutoCloseable {

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);
    private final String what;
    private final Runnable stop;
    private final PrintWriter out;
    private final IntConsumer exit;
    private final int exitCode;

    /** @param exit ends the process */
    Lifetime(String what, Runnable stop, int exitCode, PrintWriter out, IntConsumer exit) {
        this.what = what;
        this.stop = stop;
        this.exitCode = exitCode;
        this.out = out;
        this.exit = exit;
    }

    /**
     * From now on a signal runs {@code stop}, once, and ends the process.
     *
     * @param what is stopped, such as {@code "The demo"}
     * @param exitCode what a process that was told to stop exits with
     * @param out is told
     */
    static Lifetime of(String what, Runnable stop, int exitCode, PrintWriter out) {
        Lifetime lifetime = new Lifetime(what, stop, exitCode, out, Runtime.getRuntime()::halt);
        Runtime.getRuntime().addShutdownHook(new Thread(lifetime::signalled, "stop"));
        return lifetime;
    }

    /**
     * Says that a role is ready and keeps it running; a signal closes it, and its event loops after it.
     *
     * @param what such as {@code "The pool"}
     * @param ready what there is to say, without that name
     * @return what the process exits with, if no signal has ended it
     */
    static int run(String what, AutoCloseable role, EventLoops loops, String ready, PrintWriter out) {
        Runnable stop = () -> {
            try {
                role.close();
            } catch (Exception e) {
                throw new IllegalStateException(what + " does not stop", e);
            }
            loops.close();
        };
        try (Lifetime lifetime = of(what, stop, ExitCode.DONE, out)) {
            lifetime.say(what + " is ready: " + ready);
            lifetime.await();
        }
        return ExitCode.DONE;
    }

    /** Blocks until the process is told to stop; does not return then. */
    void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process was told to stop. */
    void signalled() {
        if (stopped.compareAndSet(false, true)) {
            say(what + " is stopping.");
            stop.run();
            say(what + " has stopped.");
            exit.accept(exitCode);
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
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
