package org.edgeways.turn.stun;

/** The methods of STUN and TURN (IANA, "STUN Methods"). */
public final class StunMethod {

    /** RFC 8489: asks for the address that the server sees. */
    public static final int BINDING = 0x001;
    /** RFC 8656: asks for a relayed address. */
    public static final int ALLOCATE = 0x003;
    /** RFC 8656: prolongs or ends an allocation. */
    public static final int REFRESH = 0x004;
    /** RFC 8656: data for a peer. */
    public static final int SEND = 0x006;
    /** RFC 8656: data from a peer. */
    public static final int DATA = 0x007;
    /** RFC 8656: lets peers send. */
    public static final int CREATE_PERMISSION = 0x008;
    /** RFC 8656: gives a peer a channel number. */
    public static final int CHANNEL_BIND = 0x009;
    /** RFC 6062: asks for a TCP connection to a peer. */
    public static final int CONNECT = 0x00a;
    /** RFC 6062: joins a client's connection to a peer's. */
    public static final int CONNECTION_BIND = 0x00b;
    /** RFC 6062: tells that a peer has connected. */
    public static final int CONNECTION_ATTEMPT = 0x00c;

    private StunMethod() {}
}
