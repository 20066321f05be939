package org.edgeways.settings.kind;

import java.time.Duration;
import java.util.Optional;
import org.edgeways.settings.form.Key;

/** How many connections are let in. */
public record Admission(
        @Key(says = "Open at once in all.", usual = "10000", least = "1", most = "1000000")
        int connections,

        @Key(
                says = "Open at once of one source network; an office behind address translation is one.",
                usual = "1000",
                least = "1",
                most = "1000000")
        int connectionsPerSource,

        @Key(says = "TLS handshakes in progress at once.", usual = "500", least = "1", most = "1000000")
        int handshakes,

        @Key(says = "The same of one source network.", usual = "250", least = "1", most = "1000000")
        int handshakesPerSource,

        @Key(
                says = "From accept to the end of the TLS handshake, and of the WebSocket upgrade.",
                usual = "10s",
                least = "100ms",
                most = "10m")
        Duration handshakeTimeout,

        @Key(
                says = "New ones of one source network per second in the long run.",
                usual = "200",
                least = "1",
                most = "1000000")
        int connectionsPerSecondPerSource,

        @Key(
                says =
                        "New ones of one source network at once; without it, 1000, or connectionsPerSource if that is more.",
                least = "1",
                most = "1000000")
        Optional<Integer> connectionBurstPerSource) {

    private static final int USUAL_BURST = 1_000;

    /** New ones of one source network at once. */
    public int burst() {
        return connectionBurstPerSource.orElse(Math.max(USUAL_BURST, connectionsPerSource));
    }
}
