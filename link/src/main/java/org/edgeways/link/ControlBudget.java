package org.edgeways.link;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.edgeways.base.Counters;
import org.edgeways.base.TokenBucket;

/**
 * What one peer may have this end do on its control streams, all of them together. A message costs a token and one more for
 * each {@value #BYTES_PER_TOKEN} bytes, a stream {@value #STREAM_TOKENS}. Safe for use by several threads.
 */
public final class ControlBudget {

    /** Tokens that a peer may use at once. */
    public static final int TOKENS = 200;

    /** Tokens that it gets back. */
    public static final int TOKENS_PER_SECOND = 20;

    /** Bytes that cost a token. */
    public static final int BYTES_PER_TOKEN = 4096;

    /** Tokens that a stream costs. */
    public static final int STREAM_TOKENS = 5;

    /** Lines in the log at once, and then one each second. */
    public static final int LINES = 30;

    private static final int LINES_PER_SECOND = 1;

    /** Events that it may have put on the record at once, and then one each hour. */
    public static final int EVENTS = 10;

    private static final int SECONDS_PER_EVENT = 3_600;

    private final TokenBucket tokens = new TokenBucket(TOKENS, TOKENS_PER_SECOND);
    private final TokenBucket lines = new TokenBucket(LINES, LINES_PER_SECOND);
    private final TokenBucket events = new TokenBucket(EVENTS * SECONDS_PER_EVENT, 1);
    private final Counters.Counter suppressed;

    /**
     * A whole one.
     *
     * @param suppressed counts the lines that are not written
     */
    public ControlBudget(Counters.Counter suppressed) {
        this.suppressed = suppressed;
    }

    /** Whether the peer may have one more stream. */
    public boolean mayOpen(Instant now) {
        return tokens.take(STREAM_TOKENS, nanos(now));
    }

    /** Whether a message of that length is taken. */
    public boolean maySay(int bytes, Instant now) {
        return tokens.take(1 + bytes / BYTES_PER_TOKEN, nanos(now));
    }

    /** Whether one more line about the peer may be written to the log. */
    public boolean mayLog(Instant now) {
        if (lines.take(1, nanos(now))) {
            return true;
        }
        suppressed.increment();
        return false;
    }

    /** Whether one more event that the peer brings about may be put on the record. */
    public boolean mayRecord(Instant now) {
        return events.take(SECONDS_PER_EVENT, nanos(now));
    }

    private static long nanos(Instant now) {
        return ChronoUnit.NANOS.between(Instant.EPOCH, now);
    }
}
