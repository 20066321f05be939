package org.edgeways.net;

import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The clock of one process: nanoseconds since 1970-01-01T00:00Z, taken from the wall once at the start and carried on by
 * the monotonic clock, so that it never goes back. Safe to use from any thread.
 */
public final class ProcessClock implements LongSupplier {

    private final LongSupplier monotonic;
    private final long offset;

    /** Starts the clock at the present wall time. */
    public ProcessClock() {
        this(InstantSource.system(), System::nanoTime);
    }

    /**
     * Starts the clock at another wall's time, and has it carried on by something else; for tests.
     *
     * @param wall read once
     * @param monotonic nanoseconds since any time, never going back; read by all threads
     */
    public ProcessClock(InstantSource wall, LongSupplier monotonic) {
        this.monotonic = monotonic;
        this.offset = TimeUnit.MILLISECONDS.toNanos(wall.millis()) - monotonic.getAsLong();
    }

    /** Nanoseconds since 1970. */
    public long now() {
        return offset + monotonic.getAsLong();
    }

    @Override
    public long getAsLong() {
        return now();
    }
}
