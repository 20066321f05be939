package org.edgeways.net;

import java.time.Duration;

/**
 * How many connections one listener, or several that share an {@link Admission}, let in.
 *
 * @param connections open at once in all; default 10,000
 * @param connectionsPerSource open at once per source network (an office behind address translation is one); default
 *     1,000
 * @param handshakes TLS handshakes in progress at once; default 500
 * @param handshakeTimeout from accept to the end of the TLS handshake (and of the WebSocket upgrade); default 10 s
 */
public record AdmissionLimits(int connections, int connectionsPerSource, int handshakes, Duration handshakeTimeout) {

    public AdmissionLimits {
        if (connections < 1 || connectionsPerSource < 1 || handshakes < 1 || !handshakeTimeout.isPositive()) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** The defaults above. */
    public static AdmissionLimits defaults() {
        return new AdmissionLimits(10_000, 1_000, 500, Duration.ofSeconds(10));
    }
}
