package org.edgeways.app.check;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A step that one client takes while another waits for it.
 *
 * @param <T> what the step gives
 */
final class Beside<T> {

    /** What to do. */
    @FunctionalInterface
    interface Step<T> {
        /** Does it. */
        T take() throws IOException;
    }

    private final FutureTask<T> task;

    private Beside(FutureTask<T> task) {
        this.task = task;
    }

    /** Starts the step on a thread of its own. */
    static <T> Beside<T> start(Step<T> step) {
        FutureTask<T> task = new FutureTask<>(step::take);
        Thread.ofVirtual().name("check").start(task);
        return new Beside<>(task);
    }

    /**
     * Waits for its end; every step has a time limit of its own.
     *
     * @throws IOException if the step failed
     */
    T join() throws IOException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
