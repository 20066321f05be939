package org.edgeways.store;

import java.time.Duration;

/**
 * The limits of one store.
 *
 * @param queuedWrites how many writes may be accepted and not yet completed; one more is refused with
 *     {@link StoreErrorCode#WRITE_QUEUE_FULL}; default 10,000
 * @param writesPerCommit how many of them share one transaction at most; default 512
 * @param queuedReads how many reads may wait for a reader; one more is refused with
 *     {@link StoreErrorCode#READ_QUEUE_FULL}; default 10,000
 * @param readers how many reads run at the same time, each on a thread and a connection of its own; default 4
 * @param busyTimeout how long to wait for somebody else (a backup, an administrator's shell) who has the database
 *     locked; default 5 s
 * @param checkpointPages after how many pages (4 KiB each) the write-ahead log is copied into the database; default
 *     1,000
 */
public record StoreLimits(
        int queuedWrites,
        int writesPerCommit,
        int queuedReads,
        int readers,
        Duration busyTimeout,
        int checkpointPages) {

    /** The defaults. */
    public static final StoreLimits DEFAULT = new StoreLimits(10_000, 512, 10_000, 4, Duration.ofSeconds(5), 1_000);

    public StoreLimits {
        if (queuedWrites < 1 || writesPerCommit < 1 || queuedReads < 1 || readers < 1 || checkpointPages < 1) {
            throw new IllegalArgumentException("every limit of a store is at least one");
        }
        if (busyTimeout.isNegative() || busyTimeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("busy timeout out of range: " + busyTimeout);
        }
    }
}
