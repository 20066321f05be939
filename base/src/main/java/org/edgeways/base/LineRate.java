package org.edgeways.base;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many log lines strangers may cause: {@value #LINES_PER_SECOND} in one second, the rest is only counted. Safe for use
 * by several threads.
 */
public final class LineRate {

    /** Most lines in one second. */
    public static final int LINES_PER_SECOND = 100;

    private static final long SECOND = 1_000_000_000L;

    private final Counters.Counter suppressed;
    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong lines = new AtomicLong();

    /** @param suppressed counts the lines that are not written */
    public LineRate(Counters.Counter suppressed) {
        this.suppressed = suppressed;
    }

    /**
     * Whether one more line may be written.
     *
     * @param now nanoseconds since 1970
     */
    public boolean mayWrite(long now) {
        long current = now / SECOND;
        if (second.getAndSet(current) != current) {
            lines.set(0);
        }
        if (lines.incrementAndGet() <= LINES_PER_SECOND) {
            return true;
        }
        suppressed.increment();
        return false;
    }
}
