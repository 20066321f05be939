package org.edgeways.pool.presence.engine;

/** How a watcher stands with the person it watches. */
enum Standing {
    /** It sees the person. */
    ACTIVE,
    /** It sees somebody who is not there. */
    POLITELY_BLOCKED,
    /** The person has not decided yet. */
    PENDING,
    /** It is refused. */
    REJECTED
}
