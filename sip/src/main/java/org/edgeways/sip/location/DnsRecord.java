package org.edgeways.sip.location;

import java.net.InetAddress;

/** One record of an answer. */
public sealed interface DnsRecord {

    /** RFC 3403. */
    record Naptr(int order, int preference, String flags, String service, String replacement) implements DnsRecord {}

    /** RFC 2782. */
    record Srv(int priority, int weight, int port, String target) implements DnsRecord {}

    /** A or AAAA. */
    record Address(InetAddress address) implements DnsRecord {}
}
