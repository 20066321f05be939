package org.edgeways.siptransport;

/** How SIP travels on a connection. */
public enum SipTransport {
    /** TLS over TCP. */
    TLS("TLS"),
    /** WebSocket over TLS (RFC 7118). */
    WSS("WSS"),
    /** Plain TCP: inside and in tests only. */
    TCP("TCP"),
    /** Datagrams between us and one other: inside only. */
    UDP("UDP");

    private final String viaName;

    SipTransport(String viaName) {
        this.viaName = viaName;
    }

    /** The transport as it is written into Via. */
    public String viaName() {
        return viaName;
    }
}
