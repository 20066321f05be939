package org.edgeways.turn.engine;

import org.edgeways.turn.TurnErrorCode;

/** How much a user and a source may have. Called from the engine's thread only, and must not block or allocate per packet. */
public interface Quotas {

    /** What comes of asking for a place. */
    sealed interface Answer permits Meter, Full {}

    /**
     * There is none.
     *
     * @param code which quota is reached
     */
    record Full(TurnErrorCode code) implements Answer {}

    /** There is one, and this is what its allocation may relay. */
    non-sealed interface Meter extends Answer {

        /** Whether a packet may be relayed, in either direction; if so it is counted. */
        boolean mayRelay(int bytes, long now);

        /** Whether a TCP connection to a peer may be begun; if so it is counted. */
        default boolean mayConnect(long now) {
            return true;
        }

        /**
         * The allocation has gone with its client to another address (RFC 8016). That is not refused: what was relayed before goes on.
         */
        default void moved(Client to) {}

        /** The allocation has ended. Called once. */
        void end(long now);
    }

    /** Takes a place for an allocation. */
    Answer open(String username, Client client, long now);

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
