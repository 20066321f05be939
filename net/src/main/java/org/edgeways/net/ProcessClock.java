package org.edgeways.net;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The clock of one process: nanoseconds since 1970-01-01T00:00Z, taken from the wall once at the start and carried on by
 * the monotonic clock, so that it never goes back. Safe to use from any thread.
 */
public final class ProcessClock implements LongSupplier {

    private final long offset;

    /** Starts the clock at the present wall time. */
    public ProcessClock() {
        offset = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();
    }

    /** Nanoseconds since 1970. */
    public long now() {
        return offset + System.nanoTime();
    }

    @Override
    public long getAsLong() {
        return now();
    }
}
