package org.edgeways.pool.engine;

/** Takes away bindings whose devices cannot be reached any more, and has that saved. */
interface BindingDrops {

    /**
     * Drops one binding; nothing happens if it is gone already.
     *
     * @param why for the log
     */
    void drop(String id, String why);
}
