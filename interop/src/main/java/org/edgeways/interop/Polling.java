package org.edgeways.interop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Waits for something that gives no event, such as a file that grows. */
public final class Polling {
    private static final long INTERVAL_MILLIS = 100;

    private Polling() {}

    /**
     * Looks again and again until it is so.
     *
     * @throws AssertionError naming what was waited for when the limit has passed, or when looking failed
     */
    public static void until(String what, Duration limit, BooleanSupplier isSo) {
        CountDownLatch met = new CountDownLatch(1);
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        try (ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory())) {
            var looking = timer.scheduleWithFixedDelay(
                    () -> {
                        try {
                            if (isSo.getAsBoolean()) {
                                met.countDown();
                            }
                        } catch (RuntimeException e) {
                            failure.set(e);
                            met.countDown();
                        }
                    },
                    0,
                    INTERVAL_MILLIS,
                    TimeUnit.MILLISECONDS);
            boolean inTime = met.await(limit.toMillis(), TimeUnit.MILLISECONDS);
            looking.cancel(false);
            if (failure.get() != null) {
                throw new AssertionError(what + ": looking failed", failure.get());
            }
            if (!inTime) {
                throw new AssertionError(what + ": not within " + limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(what + ": interrupted", e);
        }
    }
}
