package org.edgeways.base;

/**
 * A limit of a rate that allows bursts: it holds a number of tokens, gets them back one by one at even distances, and lets
 * pass who can pay. Full in the beginning. Safe for use by several threads.
 */
public final class TokenBucket {

    private static final long SECOND = 1_000_000_000L;

    private final long tokens;
    private final long nanosPerToken;
    private boolean used;
    private long fullAt;

    /**
     * A full one.
     *
     * @param tokens that it holds, at least 1
     * @param perSecond that it gets back, 1 to 1,000,000
     */
    public TokenBucket(int tokens, int perSecond) {
        if (tokens < 1 || perSecond < 1 || perSecond > 1_000_000) {
            throw new IllegalArgumentException(tokens + " tokens, " + perSecond + " per second");
        }
        this.tokens = tokens;
        this.nanosPerToken = SECOND / perSecond;
    }

    /**
     * Takes that many tokens if it has them, else none.
     *
     * @param count more than it holds are taken as all that it holds
     * @param now nanoseconds since 1970; a clock that is set back costs no more than one full bucket
     */
    public synchronized boolean take(long count, long now) {
        long whole = tokens * nanosPerToken;
        fullAt = used ? Math.clamp(fullAt, now, now + whole) : now;
        used = true;
        long next = fullAt + Math.min(count, tokens) * nanosPerToken;
        if (next - now > whole) {
            return false;
        }
        fullAt = next;
        return true;
    }
}
