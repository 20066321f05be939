package org.edgeways.link;

/** This end's side of one control stream. Calls come on the event loop of the connection and must not block. */
public interface ControlSession {

    /** A whole message came. */
    void received(byte[] message);

    /**
     * The stream has ended. Comes once, last.
     *
     * @param reason for a person
     */
    void closed(String reason);
}
