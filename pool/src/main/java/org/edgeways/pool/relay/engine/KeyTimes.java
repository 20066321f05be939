package org.edgeways.pool.relay.engine;

/**
 * When a key of relay credentials does what; in seconds since 1970 where nothing else is said.
 *
 * @param id the key's
 * @param madeAtMillis when it was made, in milliseconds since 1970; 0 if that is not known
 * @param mintsFrom from when on it makes credentials, until the next key does
 * @param goodUntil when the last credentials that it has made end; 0 if it has made none
 */
public record KeyTimes(int id, long madeAtMillis, long mintsFrom, long goodUntil) {

    /** The same, having made credentials that end then. */
    public KeyTimes withCredentials(long expiry) {
        return new KeyTimes(id, madeAtMillis, mintsFrom, Math.max(goodUntil, expiry));
    }

    /** The same with another turn. */
    KeyTimes withTurn(long from) {
        return new KeyTimes(id, madeAtMillis, from, goodUntil);
    }
}
