package org.edgeways.interop;

/** What every client with a person behind it can do. Every wait fails with what the client has said. */
public interface Softphone extends AutoCloseable {
    /** Waits until the client says that it is signed in. */
    void awaitSignedIn();

    /** Waits until the client says that the server has refused its credentials. */
    void awaitCredentialsRefused();

    /** Sends a text message; the client reports a failure later, if at all. */
    void sendMessage(String toUri, String text);

    /** Waits for a text message from that address. */
    void awaitMessage(String fromUri, String text);

    @Override
    void close();
}
