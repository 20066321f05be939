package org.edgeways.link.engine;

import java.time.Duration;

/**
 * How long the Link waits for what.
 *
 * @param connect from the start of dialling until the edge node's first HTTP/2 frame; default 10 s
 * @param firstBackOff upper bound of the pause after the first failure, doubled with each further one; default 500 ms
 * @param longestBackOff upper bound of every pause; default 10 s. Each pause is 50 to 100 % of its bound
 * @param ping how long nothing may have come before a PING is sent; default 5 s
 * @param pong how long nothing may come after a PING; default 5 s
 * @param drainGrace how long a connection that is no longer wanted takes streams that were already under way; default 1 s
 * @param drainLimit how long its streams may still take; default 60 s
 */
public record LinkTimes(
        Duration connect,
        Duration firstBackOff,
        Duration longestBackOff,
        Duration ping,
        Duration pong,
        Duration drainGrace,
        Duration drainLimit) {

    /** The defaults named above. */
    public static final LinkTimes DEFAULT = new LinkTimes(
            Duration.ofSeconds(10),
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60));

    public LinkTimes {
        if (!connect.isPositive() || !firstBackOff.isPositive() || !ping.isPositive() || !pong.isPositive()) {
            throw new IllegalArgumentException("times must be positive");
        }
        if (drainGrace.isNegative()
                || drainLimit.compareTo(drainGrace) < 0
                || longestBackOff.compareTo(firstBackOff) < 0) {
            throw new IllegalArgumentException("a limit must not be shorter than what it limits");
        }
    }

    /** The same with other pings. */
    public LinkTimes withPings(Duration interval, Duration answer) {
        return new LinkTimes(connect, firstBackOff, longestBackOff, interval, answer, drainGrace, drainLimit);
    }

    /** The same with other pauses. */
    public LinkTimes withBackOff(Duration first, Duration longest) {
        return new LinkTimes(connect, first, longest, ping, pong, drainGrace, drainLimit);
    }
}
