package org.edgeways.pool.engine;

import java.util.List;

/**
 * What the engine asks of the store. Each call returns at once; the driver does it elsewhere, in the order of the calls
 * for one person, and posts the completion back to the engine under the same ticket.
 */
public interface DurableCommands {

    /** No command has this ticket. */
    long NO_TICKET = 0;

    /** Makes {@code bindings} the whole set of the person's bindings; then {@link PoolEngine#bindingsSaved}. */
    void saveBindings(long ticket, String person, List<Binding> bindings);

    /** Stores a message; once it is durable, {@link PoolEngine#messageStored}. */
    void storeMessage(long ticket, StoredMessage message);

    /** Reads the recipient's messages after {@code afterId}, oldest first; then {@link PoolEngine#messagesLoaded}. */
    void loadMessages(long ticket, String recipient, long afterId, int limit);

    /** How many messages are stored for a person, from memory. */
    long messagesWaiting(String recipient);

    /** Forgets a message that a device has; then {@link PoolEngine#messageDeleted}. */
    void deleteMessage(long ticket, String recipient, long id);

    /** Forgets all messages of a person who is no more. */
    void discardMessages(String recipient);
}
