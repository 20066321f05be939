package org.edgeways.siptransport;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.edgeways.base.BackOff;

/**
 * When a next hop may be dialled again that could not be connected to, or whose connection ended at once: after a pause of
 * 50 to 100 % of a bound that doubles with each such dial. {@link #LONGEST} is short, so that a server that is back is used
 * soon. Times are nanoseconds since 1970. Safe to use from any thread.
 */
final class RedialPause {

    /** The bound of the first pause. */
    static final Duration FIRST = Duration.ofMillis(100);

    /** The bound of the longest pause, and for how long a connection must have lasted to have been one. */
    static final Duration LONGEST = Duration.ofSeconds(1);

    private static final long NEVER = Long.MIN_VALUE;

    private final BackOff backOff;
    private long until = NEVER;
    private long openedAt = NEVER;

    RedialPause(RandomGenerator random) {
        backOff = new BackOff(FIRST, LONGEST, random);
    }

    /** Whether it may be dialled. */
    synchronized boolean isOver(long now) {
        return now >= until;
    }

    /** A dial has failed: gives how long none follows. */
    synchronized Duration failed(long now) {
        long pause = backOff.pause();
        until = now + pause;
        return Duration.ofNanos(pause);
    }

    /** A dial has led to a connection. */
    synchronized void opened(long now) {
        openedAt = now;
    }

    /**
     * To be asked when there is no connection any more: true, once, if the last one has ended too soon for it to have been one. The
     * first that does so after one that has lasted is forgiven: a server was started anew just after it was dialled.
     */
    synchronized boolean hasEndedEarly(long now) {
        if (openedAt == NEVER) {
            return false;
        }
        boolean early = now - openedAt < LONGEST.toNanos();
        openedAt = NEVER;
        if (!early) {
            backOff.reset();
        } else if (backOff.isReset()) {
            var _ = backOff.pause(); // the next one is not
            return false;
        }
        return early;
    }
}
