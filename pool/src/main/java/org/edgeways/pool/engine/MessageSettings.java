package org.edgeways.pool.engine;

import java.time.Duration;

/**
 * Waiting times and limits of messages (RFC 3428). How many messages may wait, and how long, is the message store's.
 *
 * @param answerTime how long the devices may take to answer before a message is stored, default 10 s
 * @param firstRetry how long after a failed delivery the next one is tried if no device registers before, default 35 s,
 *     so that the transactions of the failed one are over
 * @param longestRetry up to which the time doubles, default 10 minutes
 * @param batch how many stored messages are read at a time, default 16
 */
public record MessageSettings(Duration answerTime, Duration firstRetry, Duration longestRetry, int batch) {

    /** The defaults named above. */
    public static final MessageSettings DEFAULT =
            new MessageSettings(Duration.ofSeconds(10), Duration.ofSeconds(35), Duration.ofMinutes(10), 16);

    /** Checks the values. */
    public MessageSettings {
        if (batch < 1 || answerTime.isNegative() || answerTime.isZero() || longestRetry.compareTo(firstRetry) < 0) {
            throw new IllegalArgumentException("times and batch are positive, longestRetry is at least firstRetry");
        }
    }
}
