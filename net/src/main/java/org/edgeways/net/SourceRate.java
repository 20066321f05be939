package org.edgeways.net;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.base.SourceNetwork;

/**
 * A rate for each source network: so many per second in the long run, so many at once. Per network one number is kept,
 * the time at which all that it took is paid back; until then only. Safe to use from any thread.
 */
final class SourceRate {

    /** From so many networks on, those that owe nothing are forgotten, at most once a second. */
    static final int SOURCES = 65_536;

    private static final long SECOND = 1_000_000_000L;

    private record Rate(long nanosEach, long nanosBurst) {}

    private volatile Rate rate;
    private final ConcurrentHashMap<SourceNetwork, Long> paidBackAt = new ConcurrentHashMap<>();
    private final AtomicLong sweptAt = new AtomicLong(Long.MIN_VALUE);

    SourceRate(int perSecond, int burst) {
        rate = rate(perSecond, burst);
    }

    private static Rate rate(int perSecond, int burst) {
        long nanosEach = SECOND / perSecond;
        return new Rate(nanosEach, nanosEach * burst);
    }

    /** Another rate from now on; what was taken is paid back as it was reckoned. */
    void use(int perSecond, int burst) {
        rate = rate(perSecond, burst);
    }

    /** Takes one; false if that is more than is allowed, and then nothing is taken. */
    boolean take(SourceNetwork source, long now) {
        sweep(now);
        Rate held = rate;
        boolean[] taken = new boolean[1];
        paidBackAt.compute(source, (key, known) -> {
            long from = known == null ? now : Math.max(known, now);
            taken[0] = from + held.nanosEach() - now <= held.nanosBurst();
            return taken[0] ? from + held.nanosEach() : known;
        });
        return taken[0];
    }

    /** How many networks are remembered. */
    int sources() {
        return paidBackAt.size();
    }

    private void sweep(long now) {
        long last = sweptAt.get();
        boolean due = last == Long.MIN_VALUE || now - last >= SECOND;
        if (paidBackAt.size() >= SOURCES && due && sweptAt.compareAndSet(last, now)) {
            paidBackAt.values().removeIf(time -> time <= now);
        }
    }
}
