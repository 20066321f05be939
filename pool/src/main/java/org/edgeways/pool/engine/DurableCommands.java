package org.edgeways.pool.engine;

import java.util.List;

/**
 * What the engine asks of the store. Each call returns at once; the driver does it on a thread of its own, in the order
 * of the calls for one person, and posts the completion back to the engine under the same ticket.
 */
public interface DurableCommands {

    /**
     * Makes {@code bindings} the whole set of the person's bindings; completion is
     * {@link PoolEngine#bindingsSaved}.
     */
    void saveBindings(long ticket, String person, List<Binding> bindings);

    /** Stores a message; completion, once it is durable, is {@link PoolEngine#messageStored}. */
    void storeMessage(long ticket, StoredMessage message);

    /** Reads the recipient's messages after {@code afterId}, oldest first; completion is {@link PoolEngine#messagesLoaded}. */
    void loadMessages(long ticket, String recipient, long afterId, int limit);

    /** Forgets a message that a device has; completion is {@link PoolEngine#messageDeleted}. */
    void deleteMessage(long ticket, String recipient, long id);

    /** Forgets messages older than {@code storedBefore}, nanoseconds since 1970; completion is {@link PoolEngine#messagesExpired}. */
    void expireMessages(long ticket, long storedBefore);
}
