package org.edgeways.sip.location;

import java.net.InetAddress;

/**
 * One place to try.
 *
 * @param transport how
 * @param address where
 * @param port 1 to 65535
 * @param serverName whom the certificate has to name: the host of the URI, not the SRV target (RFC 5922 section 4)
 */
public record Candidate(Transport transport, InetAddress address, int port, String serverName) {}
