package org.edgeways.turn.stun;

/** The address families of STUN (RFC 8489 section 14.1), as on the wire. */
public final class AddressFamily {

    /** IPv4. */
    public static final int IPV4 = 1;

    /** IPv6. */
    public static final int IPV6 = 2;

    private AddressFamily() {}
}
