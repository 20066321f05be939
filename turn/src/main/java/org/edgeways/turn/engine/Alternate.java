package org.edgeways.turn.engine;

import java.nio.charset.StandardCharsets;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Another server, to which clients of one listener are sent for whom there is no room here (RFC 8489 section 10). They come to it over
 * the transport that they came here by.
 *
 * @param ipv4 where clients with an IPv4 address come to it; null if they cannot
 * @param ipv6 where clients with an IPv6 address come to it; null if they cannot
 * @param domain the name in its certificate, for clients over TLS and DTLS, at most {@value #MOST_DOMAIN} characters of ASCII; empty if none
 *     is known: then clients are told none, and they expect the name of this server there (RFC 8489 section 10)
 */
public record Alternate(
        @Nullable TransportAddress ipv4, @Nullable TransportAddress ipv6, String domain) {

    /** There is none: clients are refused. */
    public static final Alternate NONE = new Alternate(null, null, "");

    /** RFC 8489 section 14.16. */
    private static final int MOST_DOMAIN = 255;

    public Alternate {
        if (ipv4 != null && !ipv4.isIpv4() || ipv6 != null && ipv6.isIpv4()) {
            throw new IllegalArgumentException("an address of the other family: " + ipv4 + ", " + ipv6);
        }
        if (domain.length() > MOST_DOMAIN
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(domain)) {
            throw new IllegalArgumentException("no name for a certificate: " + domain);
        }
    }

    /** Where clients of a family come to it. */
    @Nullable
    TransportAddress address(boolean ipv6Family) {
        return ipv6Family ? ipv6 : ipv4;
    }
}
