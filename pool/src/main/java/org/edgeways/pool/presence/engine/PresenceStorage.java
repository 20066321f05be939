package org.edgeways.pool.presence.engine;

/** What the engine asks of the store. */
public interface PresenceStorage {

    /** The ticket of a write whose completion nobody waits for. */
    long NO_TICKET = 0;

    /**
     * Writes. Returns at once; writes are done in the order of the calls, and completions are posted back as
     * {@link PresenceEngine#written} under the same ticket.
     */
    void write(long ticket, PresenceWrite write);
}
