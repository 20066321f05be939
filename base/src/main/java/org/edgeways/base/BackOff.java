package org.edgeways.base;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts at one thing: each 50 to 100 % of a bound that doubles with every failure up to its limit. For one
 * thread.
 */
public final class BackOff {

    private static final int MOST_DOUBLINGS = 20;

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    /**
     * No failure yet.
     *
     * @param first the bound of the first pause
     * @param longest the bound of all others
     */
    public BackOff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** The next attempt counts as the first again. */
    public void reset() {
        failures = 0;
    }

    /** Whether nothing has failed since the last {@link #reset}. */
    public boolean isReset() {
        return failures == 0;
    }

    /** One more has failed: how long to wait now, in nanoseconds. */
    public long pause() {
        long bound = Math.min(longest.toNanos(), first.toNanos() << Math.min(failures++, MOST_DOUBLINGS));
        return (long) (bound * (0.5 + 0.5 * random.nextDouble()));
    }
}
