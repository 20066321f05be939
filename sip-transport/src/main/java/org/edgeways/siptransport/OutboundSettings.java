package org.edgeways.siptransport;

import java.time.Duration;
import org.edgeways.net.ClientTls;
import org.jspecify.annotations.Nullable;

/**
 * How connections to located next hops ({@link org.edgeways.sip.transaction.Destination.Locate}) are opened.
 *
 * @param tls for TLS next hops; null where none may be dialled
 * @param plainTcp true if plain TCP next hops may be dialled
 * @param connectTimeout of one address; default 5 s
 * @param connection limits of each connection
 */
public record OutboundSettings(
        @Nullable ClientTls tls, boolean plainTcp, Duration connectTimeout, SipConnectionSettings connection) {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Nothing may be dialled: located next hops fail. */
    public static OutboundSettings none() {
        return new OutboundSettings(null, false, CONNECT_TIMEOUT, SipConnectionSettings.DEFAULT);
    }

    /** TLS next hops only. */
    public static OutboundSettings tls(ClientTls tls) {
        return new OutboundSettings(tls, false, CONNECT_TIMEOUT, SipConnectionSettings.BETWEEN_PARTS);
    }
}
