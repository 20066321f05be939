package org.edgeways.turn.engine;

/** What a client speaks to a listener. */
public enum Transport {
    /** Datagrams. */
    UDP,
    /** A stream. */
    TCP,
    /** A stream in TLS. */
    TLS,
    /** Datagrams in DTLS. */
    DTLS;

    /** True if ChannelData is padded and packets are cut from a stream. */
    public boolean isStream() {
        return this == TCP || this == TLS;
    }

    /** True if the server shows a certificate. */
    boolean isSecured() {
        return this == TLS || this == DTLS;
    }

    /** True if anybody can write any source address on a packet that arrives. */
    boolean isSpoofable() {
        return this == UDP;
    }
}
