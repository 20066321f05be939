package org.edgeways.pool.presence.engine;

import java.util.Locale;

/** What holds for a watcher about whom nothing is decided. */
public enum PresenceDefault {
    /** Everybody of the organisation sees everybody. */
    ALLOW,
    /** The subscription is pending until the person has decided. */
    ASK,
    /** The subscription is refused. */
    BLOCK;

    /** As it is written in settings: {@code allow}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
