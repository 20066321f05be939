package org.edgeways.turn.engine;

import org.jspecify.annotations.Nullable;

/** How much a user and a source may have. Called from the engine's thread only, and must not block or allocate per packet. */
public interface Quotas {

    /** What one allocation may relay. */
    interface Meter {

        /** Whether a packet may be relayed, in either direction; if so it is counted. */
        boolean mayRelay(int bytes, long now);

        /** The allocation has ended. Called once. */
        void end(long now);
    }

    /** Takes a place for an allocation; null if the quota is reached. */
    @Nullable
    Meter open(String username, Client client, long now);

    /** No quotas. */
    static Quotas unlimited() {
        Meter free = new Meter() {
            @Override
            public boolean mayRelay(int bytes, long now) {
                return true;
            }

            @Override
            public void end(long now) {}
        };
        return (username, client, now) -> free;
    }
}
