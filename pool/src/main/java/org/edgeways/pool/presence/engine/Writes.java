package org.edgeways.pool.presence.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is on its way to the store, and what goes on when it is there. */
final class Writes {

    /** Continues what waited for the store; the failure is null if it is durable. */
    interface Completion {
        void done(@Nullable String failure, long now);
    }

    private final PresenceStorage storage;
    private final PresenceHost host;
    private final Map<Long, Completion> waiting = new HashMap<>();
    private long lastTicket = PresenceStorage.NO_TICKET;

    Writes(PresenceStorage storage, PresenceHost host) {
        this.storage = storage;
        this.host = host;
    }

    /** Writes, and nobody waits for it. */
    void write(PresenceWrite write) {
        storage.write(PresenceStorage.NO_TICKET, write);
    }

    /** Writes and then goes on. */
    void write(PresenceWrite write, Completion then) {
        waiting.put(++lastTicket, then);
        storage.write(lastTicket, write);
    }

    /** Completion of {@link PresenceStorage#write}. */
    void written(long ticket, @Nullable String failure, long now) {
        if (failure != null) {
            host.storeFailed("presence", failure);
        }
        Completion then = waiting.remove(ticket);
        if (then != null) {
            then.done(failure, now);
        }
    }
}
