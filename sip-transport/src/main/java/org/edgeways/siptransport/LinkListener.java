package org.edgeways.siptransport;

import java.time.Duration;

/** Who is told how a dialer's connections fare. Called on event loops; must not block. */
public interface LinkListener {

    /** Nobody is told. */
    LinkListener NONE = new LinkListener() {};

    /**
     * One more connection is open.
     *
     * @param open how many are now
     */
    default void up(SipConnection connection, int open) {}

    /**
     * One connection fewer is open.
     *
     * @param open how many are now
     */
    default void down(SipConnection connection, TransportErrorCode reason, int open) {}

    /**
     * An attempt failed.
     *
     * @param pause until the next attempt in that place
     */
    default void failed(Throwable cause, Duration pause) {}
}
