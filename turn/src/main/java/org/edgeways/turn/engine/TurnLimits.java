package org.edgeways.turn.engine;

import java.time.Duration;

/**
 * Limits of one engine, but for the answers, of which each engine of a node gives its part; all are at least 1.
 *
 * @param allocations at once, 508 past it
 * @param permissions of an allocation at once, 508 past it
 * @param channels of an allocation at once, 508 past it
 * @param connections to peers of a TCP allocation at once, 508 past it
 * @param defaultLifetime of an allocation, in whole seconds (RFC 8656 section 3.2)
 * @param longestLifetime of an allocation, whatever is asked for
 * @param answerBytesPerSecond of UDP payload that a source (an IPv4 address, an IPv6 /64) may cause without credentials, at all engines
 *     of a node together: each gives its part of it
 * @param answerBurstBytes how much of that at once
 */
public record TurnLimits(
        int allocations,
        int permissions,
        int channels,
        int connections,
        Duration defaultLifetime,
        Duration longestLifetime,
        int answerBytesPerSecond,
        int answerBurstBytes) {

    /** What is good for most: 10,000 allocations, lives of 10 minutes to an hour, 16 KiB of answers per second. */
    public static final TurnLimits DEFAULTS =
            new TurnLimits(10_000, 64, 64, 16, Duration.ofMinutes(10), Duration.ofHours(1), 16 * 1024, 64 * 1024);

    public TurnLimits {
        if (Math.min(Math.min(allocations, permissions), Math.min(channels, connections)) < 1
                || Math.min(answerBytesPerSecond, answerBurstBytes) < 1
                || defaultLifetime.toSeconds() < 1
                || longestLifetime.compareTo(defaultLifetime) < 0) {
            throw new IllegalArgumentException("limits are at least 1, and the longest lifetime not below the default");
        }
    }
}
