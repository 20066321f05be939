package org.edgeways.link.engine;

import java.util.random.RandomGenerator;

/** Pauses between attempts at one thing: each 50 to 100 % of a bound that doubles with every failure up to its limit. */
final class BackOff {

    private static final int MOST_DOUBLINGS = 20;

    private final LinkTimes times;
    private final RandomGenerator random;
    private int failures;

    BackOff(LinkTimes times, RandomGenerator random) {
        this.times = times;
        this.random = random;
    }

    /** The next attempt counts as the first again. */
    void reset() {
        failures = 0;
    }

    /** How long to wait now, in nanoseconds. */
    long pause() {
        long bound = Math.min(
                times.longestBackOff().toNanos(),
                times.firstBackOff().toNanos() << Math.min(failures++, MOST_DOUBLINGS));
        return (long) (bound * (0.5 + 0.5 * random.nextDouble()));
    }
}
