package org.edgeways.avedge.client;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a client and its server exchange packets. For one thread. */
public interface Wire extends AutoCloseable {

    /** Sends one packet, whole. */
    void send(byte[] packet) throws IOException;

    /** The next packet, whole; null if none comes in that time, or only one of somebody else. */
    byte @Nullable [] receive(Duration within) throws IOException;

    /** Whether a packet may be lost, so that a request without an answer is sent again. */
    boolean isLossy();

    @Override
    void close() throws IOException;
}
