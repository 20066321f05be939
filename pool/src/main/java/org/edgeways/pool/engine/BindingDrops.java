package org.edgeways.pool.engine;

/** Takes away bindings whose devices cannot be reached any more, and has that saved. */
interface BindingDrops {

    /**
     * Drops one binding; nothing happens if it is gone already, or has moved to another connection meanwhile.
     *
     * @param unreachable the binding as it was when its device was tried
     * @param why for the log
     */
    void drop(Binding unreachable, String why);
}
