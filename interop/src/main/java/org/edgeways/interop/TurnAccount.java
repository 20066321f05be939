package org.edgeways.interop;

import java.net.URI;

/**
 * A relay as a softphone is told of it: over UDP, by host and port.
 *
 * @param host as the softphone dials it
 */
public record TurnAccount(String host, int port, String username, String password) {

    /** For somebody outside. */
    static TurnAccount outside(RelayAccess access) {
        return of(access, access.urls().getFirst());
    }

    /** For somebody inside, on the inside leg. */
    static TurnAccount inside(RelayAccess access) {
        return of(access, access.insideUrls().getFirst());
    }

    private static TurnAccount of(RelayAccess access, String url) {
        URI udp = URI.create(url.replaceFirst("^turn:", "udp://"));
        return new TurnAccount(udp.getHost(), udp.getPort(), access.username(), access.credential());
    }
}
