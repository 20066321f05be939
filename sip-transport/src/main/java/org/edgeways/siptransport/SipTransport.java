package org.edgeways.siptransport;

/** How SIP travels on a connection. */
public enum SipTransport {
    /** TLS over TCP. */
    TLS("TLS", true),
    /** WebSocket over TLS (RFC 7118). */
    WSS("WSS", true),
    /** Plain TCP: inside and in tests only. */
    TCP("TCP", false);

    private final String viaName;
    private final boolean encrypted;

    SipTransport(String viaName, boolean encrypted) {
        this.viaName = viaName;
        this.encrypted = encrypted;
    }

    /** The transport as it is written into Via. */
    public String viaName() {
        return viaName;
    }

    /** True if nobody on the way can read it. */
    public boolean isEncrypted() {
        return encrypted;
    }
}
