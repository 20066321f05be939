package org.edgeways.net;

import java.time.Duration;

/**
 * How many connections one listener, or several that share an {@link Admission}, let in.
 *
 * @param connections open at once in all; default 10,000
 * @param connectionsPerSource open at once per source network (an office behind address translation is one); default
 *     1,000
 * @param handshakes TLS handshakes in progress at once; default 500
 * @param handshakesPerSource the same for one source network, so that none can take the places of all; default 250
 * @param handshakeTimeout from accept to the end of the TLS handshake (and of the WebSocket upgrade); default 10 s
 * @param connectionsPerSecondPerSource new ones of one source network per second in the long run; default 200
 * @param connectionBurstPerSource new ones of one source network at once; default 1,000, as many as may be open, so that
 *     an office whose connections all broke can come back
 */
public record AdmissionLimits(
        int connections,
        int connectionsPerSource,
        int handshakes,
        int handshakesPerSource,
        Duration handshakeTimeout,
        int connectionsPerSecondPerSource,
        int connectionBurstPerSource) {

    private static final int PER_SECOND = 200;
    private static final int BURST = 1_000;

    public AdmissionLimits {
        if (connections < 1
                || connectionsPerSource < 1
                || handshakes < 1
                || handshakesPerSource < 1
                || connectionsPerSecondPerSource < 1
                || connectionBurstPerSource < 1
                || !handshakeTimeout.isPositive()) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** Limits with the default rate of new connections. */
    public AdmissionLimits(
            int connections,
            int connectionsPerSource,
            int handshakes,
            int handshakesPerSource,
            Duration handshakeTimeout) {
        this(
                connections,
                connectionsPerSource,
                handshakes,
                handshakesPerSource,
                handshakeTimeout,
                PER_SECOND,
                Math.max(BURST, connectionsPerSource));
    }

    /** The same with no other bound on one source network's handshakes than that on all. */
    public AdmissionLimits(int connections, int connectionsPerSource, int handshakes, Duration handshakeTimeout) {
        this(connections, connectionsPerSource, handshakes, handshakes, handshakeTimeout);
    }

    /** The defaults above. */
    public static AdmissionLimits defaults() {
        return new AdmissionLimits(10_000, 1_000, 500, 250, Duration.ofSeconds(10));
    }

    /**
     * The same with another rate of new connections per source network.
     *
     * @param perSecond in the long run
     * @param burst at once
     */
    public AdmissionLimits withConnectionRate(int perSecond, int burst) {
        return new AdmissionLimits(
                connections, connectionsPerSource, handshakes, handshakesPerSource, handshakeTimeout, perSecond, burst);
    }
}
