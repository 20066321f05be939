package org.edgeways.sip.location;

import java.util.List;

/**
 * What location may choose.
 *
 * @param transports that can be used, most wanted first
 * @param ipv6 whether IPv6 addresses are asked for
 * @param ipv4 whether IPv4 addresses are asked for
 * @param preferIpv6 whether IPv6 addresses come before IPv4 ones of the same host, default true (RFC 6724)
 * @param recordsPerAnswer most records of one answer that are looked at, default 32
 * @param candidates most places that are tried for one URI, default 32
 */
public record LocationSettings(
        List<Transport> transports,
        boolean ipv6,
        boolean ipv4,
        boolean preferIpv6,
        int recordsPerAnswer,
        int candidates) {

    /** Checks the values. */
    public LocationSettings {
        transports = List.copyOf(transports);
        if (transports.isEmpty() || !(ipv6 || ipv4) || recordsPerAnswer < 1 || candidates < 1) {
            throw new IllegalArgumentException("at least one transport, address family, record and candidate");
        }
    }

    /** TLS only, both address families. */
    public static LocationSettings tlsOnly() {
        return new LocationSettings(List.of(Transport.TLS), true, true, true, 32, 32);
    }

    /** The given transports, both address families. */
    public static LocationSettings of(Transport... transports) {
        return new LocationSettings(List.of(transports), true, true, true, 32, 32);
    }
}
