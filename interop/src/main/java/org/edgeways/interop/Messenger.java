package org.edgeways.interop;

/** A client that signs in and exchanges text messages. Every wait fails with what the client has said. */
public interface Messenger extends AutoCloseable {
    /** Waits until the client says that it is signed in. */
    void awaitSignedIn();

    /** Sends a text message; the client reports a failure later, if at all. */
    void sendMessage(String toUri, String text);

    /** Waits for a text message from that address. */
    void awaitMessage(String fromUri, String text);

    @Override
    void close();
}
