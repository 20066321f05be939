package org.edgeways.pool.presence.engine;

/** What holds for a watcher about whom nothing is decided. */
public enum PresenceDefault {
    /** Everybody of the organisation sees everybody. */
    ALLOW,
    /** The subscription is pending until the person has decided. */
    ASK,
    /** The subscription is refused. */
    BLOCK
}
