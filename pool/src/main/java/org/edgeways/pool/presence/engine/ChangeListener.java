package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.Nullable;

/** Is told what came of a change of contacts or decisions. */
public interface ChangeListener {

    /** @param refusal why it was not made; null if it is durable */
    void done(@Nullable PresenceErrorCode refusal);
}
