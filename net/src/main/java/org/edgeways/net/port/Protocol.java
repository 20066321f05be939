package org.edgeways.net.port;

import java.util.List;
import java.util.Set;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.engine.Content;
import org.jspecify.annotations.Nullable;

/**
 * A protocol as it is registered with listeners.
 *
 * @param name for log and counters; one of each name on a listener
 * @param applicationProtocols its names in ALPN, the preferred first; none if it has none
 * @param firstBytes what it takes from clients that offer no name. In the clear only {@link Content#STUN} is told apart
 * @param tls what its clients are shown, and whether they must show a certificate; all protocols that take clients without
 *     ALPN must have the same one. Null for a protocol in the clear
 * @param taker makes the connection's pipeline
 */
public record Protocol(
        String name,
        List<String> applicationProtocols,
        Set<Content> firstBytes,
        @Nullable ServerCertificates tls,
        Taker taker) {

    /** Takes a connection over, on its event loop: adds handlers at the end of its pipeline. What came already follows. */
    @FunctionalInterface
    public interface Taker {
        /** Takes it; {@link Accepted#ready} must be called when the connection is through with its opening. */
        void take(Accepted accepted);
    }

    public Protocol {
        applicationProtocols = List.copyOf(applicationProtocols);
        firstBytes = Set.copyOf(firstBytes);
        if (tls == null && !applicationProtocols.isEmpty()) {
            throw new IllegalArgumentException(name + ": there is no ALPN without TLS");
        }
    }

    /** A protocol that clients ask for by a name in ALPN. */
    public static Protocol named(String applicationProtocol, ServerCertificates tls, Taker taker) {
        return new Protocol(applicationProtocol, List.of(applicationProtocol), Set.of(), tls, taker);
    }

    /** A protocol in the clear, alone on its listener. */
    public static Protocol clear(String name, Taker taker) {
        return new Protocol(name, List.of(), Set.of(), null, taker);
    }
}
