package org.edgeways.pool.presence.engine;

import java.util.Locale;

/** What a person has decided about a watcher. */
public enum Decision {
    /** The watcher sees the person's presence. */
    ALLOW,
    /** The watcher sees somebody who is never there, and is not told why. */
    POLITE_BLOCK,
    /** Subscriptions are refused. */
    BLOCK,
    /** None yet: the watcher has asked, and its subscription is over. */
    WAITING;

    /** As it is stored and shown: {@code polite-block}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The decision of that word.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Decision ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
