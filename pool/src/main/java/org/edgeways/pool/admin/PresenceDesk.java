package org.edgeways.pool.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.edgeways.pool.presence.engine.PresenceEngine;

/** Takes administrators' questions about presence to the thread on which presence lives. */
public interface PresenceDesk {

    /** A question. */
    interface Question<T> {

        /** Asks it, on that thread; {@code answer} may be called later. */
        void ask(PresenceEngine presence, Consumer<T> answer, long now);
    }

    /** Asks a question; the future completes on that thread. */
    <T> CompletableFuture<T> ask(Question<T> question);
}
