package org.edgeways.turn.engine;

import org.edgeways.turn.stun.TransportAddress;

/**
 * How many bytes of answers a source may cause without credentials: a bucket for each IPv4 address and each IPv6 /64. There
 * are {@value #BUCKETS} buckets and no more; sources that fall into the same one share it.
 */
final class ResponseBudget {

    static final int BUCKETS = 16_384;
    private static final long SECOND = 1_000_000_000L;

    private final long seed;
    private final long bytesPerSecond;
    private final long burst;

    /** When the bucket of each place will be full again. */
    private final long[] full = new long[BUCKETS];

    ResponseBudget(long seed, int bytesPerSecond, int burst) {
        this.seed = seed;
        this.bytesPerSecond = bytesPerSecond;
        this.burst = burst;
        java.util.Arrays.fill(full, Long.MIN_VALUE);
    }

    /** Takes {@code bytes} for an answer to {@code source}, if there are as many left. */
    boolean take(TransportAddress source, int bytes, long now) {
        long network = source.isIpv4() ? source.low() : source.high();
        int bucket = (int) (Mixing.mix(seed ^ network) >>> 32) & BUCKETS - 1;
        long from = Math.max(full[bucket], now);
        long then = from + bytes * SECOND / bytesPerSecond;
        if (then - now > burst * SECOND / bytesPerSecond) {
            return false;
        }
        full[bucket] = then;
        return true;
    }
}
