package org.edgeways.interop;

/** A client with a person behind it. */
public interface Softphone extends Messenger {
    /** Waits until the client says that the server has refused its credentials. */
    void awaitCredentialsRefused();
}
