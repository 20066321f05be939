package org.edgeways.turn.engine;

import java.util.Arrays;
import org.edgeways.turn.stun.TransportAddress;

/**
 * How much each source may cause without having shown who it is: a bucket for each IPv4 address and each IPv6 /64. There
 * are {@value #BUCKETS} buckets and no more; sources that fall into the same one share it. For one thread.
 */
public final class SourceBudget {

    static final int BUCKETS = 16_384;
    private static final long SECOND = 1_000_000_000L;

    private final long seed;
    private final long perSecond;
    private final long burst;

    /** When the bucket of each place will be full again. */
    private final long[] full = new long[BUCKETS];

    /**
     * All buckets are full.
     *
     * @param seed by which sources fall into buckets, so that nobody outside knows who shares one
     * @param perSecond what comes back in a second, in bytes, requests or whatever is counted
     * @param burst how much there is at most
     */
    public SourceBudget(long seed, int perSecond, int burst) {
        this.seed = seed;
        this.perSecond = perSecond;
        this.burst = burst;
        Arrays.fill(full, Long.MIN_VALUE);
    }

    /**
     * Whether {@code source} has so much left.
     *
     * @param now nanoseconds
     */
    public boolean has(TransportAddress source, int amount, long now) {
        return then(bucket(source), amount, now) - now <= burst * SECOND / perSecond;
    }

    /** Takes from {@code source}, if so much is left; as {@link #has}. */
    public boolean take(TransportAddress source, int amount, long now) {
        if (!has(source, amount, now)) {
            return false;
        }
        int bucket = bucket(source);
        full[bucket] = then(bucket, amount, now);
        return true;
    }

    private int bucket(TransportAddress source) {
        long network = source.isIpv4() ? source.low() : source.high();
        return (int) (Mixing.mix(seed ^ network) >>> 32) & BUCKETS - 1;
    }

    private long then(int bucket, int amount, long now) {
        return Math.max(full[bucket], now) + amount * SECOND / perSecond;
    }
}
