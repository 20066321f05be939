package org.edgeways.net;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread of its own on which things happen one after the other, and may wait for the disk. A task that breaks is logged and
 * ends neither the desk nor what is repeated. After {@link #close} what comes is not done: streams may end later than it.
 */
public final class Desk implements Executor, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
    private static final int CLOSE_SECONDS = 10;

    private final String name;
    private final ScheduledExecutorService executor;

    /** @param name of the thread, for the log */
    public Desk(String name) {
        this.name = name;
        executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /** Does it later, unless the desk is closed. */
    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException closed) {
            LOG.debug("event=desk-closed desk={}", name);
        }
    }

    /**
     * Does it again and again, {@code every} after it has been done, for the first time after {@code first}.
     *
     * @return ends that
     */
    public Runnable repeat(Runnable task, Duration first, Duration every) {
        Future<?> repeated =
                executor.scheduleWithFixedDelay(guarded(task), first.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        return () -> repeated.cancel(false);
    }

    /**
     * Waits for what it gives. Not for an event loop, and not for a task of this desk.
     *
     * @throws RejectedExecutionException after {@link #close}
     * @throws CompletionException around an exception of the task that must be declared; others come as they are
     */
    public <T> T ask(Callable<T> task) {
        try {
            return CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return task.call();
                                } catch (RuntimeException e) {
                                    throw e;
                                } catch (Exception e) {
                                    throw new CompletionException(e);
                                }
                            },
                            executor)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("event=desk-task-broken code={} desk={}", NetErrorCode.TASK_FAILED.code(), name, e);
            }
        };
    }

    /** Does what was given before, for ten seconds at most, and nothing more. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
