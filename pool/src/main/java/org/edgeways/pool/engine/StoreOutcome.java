package org.edgeways.pool.engine;

/** What came of {@link DurableCommands#storeMessage}. */
public sealed interface StoreOutcome {

    /** It is durable, under that id; perhaps it was before, because it had come already. */
    record Stored(long id) implements StoreOutcome {}

    /**
     * A limit does not let it in.
     *
     * @param limit the limit's name, for the administrator
     */
    record Full(String limit) implements StoreOutcome {}

    /**
     * The store does not work.
     *
     * @param why for the administrator
     */
    record Failed(String why) implements StoreOutcome {}
}
