package org.edgeways.link;

import org.edgeways.net.PeerIdentity;

/** The other end of one control stream. Safe to use from any thread. */
public interface ControlPeer {

    /** Who it is, by its verified certificate. */
    PeerIdentity identity();

    /**
     * Sends a message. What cannot be sent any more is dropped, and {@link ControlSession#closed} tells so; if the other
     * end takes nothing and the queue grows over its limit, the stream is closed.
     *
     * @throws IllegalArgumentException if it is longer than {@link LinkLimits#controlMessageBytes()}
     */
    void send(byte[] message);

    /**
     * Ends the stream.
     *
     * @param reason for a person
     */
    void close(String reason);
}
