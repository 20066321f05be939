package org.edgeways.pool.messages;

import java.time.Duration;

/**
 * How much may wait for absent people.
 *
 * @param messagesPerRecipient how many messages may wait for one person; default 1,000
 * @param bytesPerRecipient how many bytes of whole messages may wait for one person; default 16 MiB
 * @param bytesInAll how many bytes may wait for all people together; default 1 GiB
 * @param age how long a message waits before it is dropped; default 30 days
 */
public record MessageLimits(int messagesPerRecipient, long bytesPerRecipient, long bytesInAll, Duration age) {

    /** The defaults. */
    public static final MessageLimits DEFAULT = new MessageLimits(1_000, 16L << 20, 1L << 30, Duration.ofDays(30));

    public MessageLimits {
        if (messagesPerRecipient < 1 || bytesPerRecipient < 1 || bytesInAll < 1 || !age.isPositive()) {
            throw new IllegalArgumentException("every limit on waiting messages is positive");
        }
    }
}
