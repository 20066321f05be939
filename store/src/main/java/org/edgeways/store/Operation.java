package org.edgeways.store;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work on the database. Writes run inside a transaction that other operations may share: an operation must
 * neither commit nor roll back, and must not wait for anything outside the database.
 *
 * @param <T> what it finds or makes
 */
@FunctionalInterface
public interface Operation<T extends @Nullable Object> {

    /**
     * Does the work.
     *
     * @throws Exception anything: what this operation wrote is undone, other operations are untouched, and its future
     *     fails with {@link StoreErrorCode#OPERATION_FAILED} and this as the cause
     */
    T run(Handle handle) throws Exception;
}
