package org.edgeways.avedge;

import java.util.concurrent.atomic.AtomicLong;

/** A token bucket with a second's worth of burst (the generic cell rate algorithm). Of several threads; allocates nothing. */
final class Rate {

    /** How long an empty bucket takes to be full. */
    static final long SECOND = 1_000_000_000L;

    /** When the bucket is full again. */
    private final AtomicLong fullAt = new AtomicLong();

    /** Whether nothing that was taken is still to come back. */
    boolean isFull(long now) {
        return fullAt.get() <= now;
    }

    /**
     * Whether an amount is there.
     *
     * @param perSecond what comes back in a second, and how much there is at most; at least 1
     * @param now nanoseconds since 1970
     */
    boolean has(int amount, int perSecond, long now) {
        return perSecond == AvEdgeSettings.Share.UNLIMITED
                || Math.max(fullAt.get(), now) + cost(amount, perSecond) - now <= SECOND;
    }

    /** Takes an amount, also if it is not there: then that much later there is something again. As {@link #has}. */
    void takeAnyway(int amount, int perSecond, long now) {
        if (perSecond == AvEdgeSettings.Share.UNLIMITED) {
            return;
        }
        long cost = cost(amount, perSecond);
        long before = fullAt.get();
        while (!fullAt.compareAndSet(before, Math.max(before, now) + cost)) {
            before = fullAt.get();
        }
    }

    /** Takes an amount if it is there. As {@link #has}. */
    boolean take(int amount, int perSecond, long now) {
        if (perSecond == AvEdgeSettings.Share.UNLIMITED) {
            return true;
        }
        long cost = cost(amount, perSecond);
        while (true) {
            long before = fullAt.get();
            long after = Math.max(before, now) + cost;
            if (after - now > SECOND) {
                return false;
            }
            if (fullAt.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    private static long cost(int amount, int perSecond) {
        return Math.min(amount, perSecond) * SECOND / perSecond;
    }
}
