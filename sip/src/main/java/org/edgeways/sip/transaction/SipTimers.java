package org.edgeways.sip.transaction;

import java.time.Duration;

/**
 * The timer values of RFC 3261 (its table 4), in nanoseconds.
 *
 * @param t1 round-trip estimate, default 500 ms
 * @param t2 longest retransmission interval of requests that are no INVITE and of responses to INVITE, default 4 s
 * @param t4 longest time that a message stays in the network, default 5 s
 * @param timerC how long a proxy lets an INVITE ring without news, more than 3 minutes, default 185 s
 */
public record SipTimers(long t1, long t2, long t4, long timerC) {

    /** The defaults named above. */
    public static final SipTimers DEFAULT =
            of(Duration.ofMillis(500), Duration.ofSeconds(4), Duration.ofSeconds(5), Duration.ofSeconds(185));

    /** Checks that all are positive and that T2 is not below T1. */
    public SipTimers {
        if (t1 < 1 || t2 < t1 || t4 < 1 || timerC < 1) {
            throw new IllegalArgumentException("timers are positive and T2 is at least T1");
        }
    }

    /** The values as durations. */
    public static SipTimers of(Duration t1, Duration t2, Duration t4, Duration timerC) {
        return new SipTimers(t1.toNanos(), t2.toNanos(), t4.toNanos(), timerC.toNanos());
    }

    /** 64*T1: timers B, F, H, J, L and M. */
    public long transactionLifetime() {
        return 64 * t1;
    }

    /** Timer D: at least 32 s over unreliable transport. */
    public long timerD() {
        return Math.max(transactionLifetime(), 32_000_000_000L);
    }

    /** After how long a request that is no INVITE gets a 100 (RFC 4320 section 4.1): when Timer E reaches T2. */
    public long lateTrying() {
        long elapsed = 0;
        for (long interval = t1; interval < t2; interval *= 2) {
            elapsed += interval;
        }
        return elapsed;
    }
}
