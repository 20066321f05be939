package org.edgeways.pool.relay.engine;

/**
 * When a key of relay credentials does what; all in seconds since 1970.
 *
 * @param id the key's
 * @param mintsFrom from when on it makes credentials, until the next key does
 * @param goodUntil when the last credentials that it has made end; 0 if it has made none
 */
public record KeyTimes(int id, long mintsFrom, long goodUntil) {

    /** The same, having made credentials that end then. */
    public KeyTimes withCredentials(long expiry) {
        return new KeyTimes(id, mintsFrom, Math.max(goodUntil, expiry));
    }
}
