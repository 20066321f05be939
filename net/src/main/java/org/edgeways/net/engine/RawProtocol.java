package org.edgeways.net.engine;

/** What the first byte of a TCP connection tells (the part of RFC 7983 section 7 that can come over TCP). */
public enum RawProtocol {
    /** A TLS record of the handshake. */
    TLS,
    /** STUN or TURN in the clear. */
    STUN,
    /** Nothing that we serve: the connection is closed unanswered. */
    OTHER;

    private static final int TLS_HANDSHAKE = 0x16;
    private static final int LAST_STUN = 0x03;

    /** Reads the first byte. */
    public static RawProtocol of(byte first) {
        int value = first & 0xff;
        if (value == TLS_HANDSHAKE) {
            return TLS;
        }
        return value <= LAST_STUN ? STUN : OTHER;
    }
}
