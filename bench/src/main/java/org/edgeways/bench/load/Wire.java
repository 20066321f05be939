package org.edgeways.bench.load;

/** How a caller speaks SIP. */
public enum Wire {
    /** SIP over TLS. */
    TLS("TLS"),
    /** SIP over TCP. */
    TCP("TCP"),
    /** SIP over secure WebSocket. */
    WSS("WSS");

    private final String viaName;

    Wire(String viaName) {
        this.viaName = viaName;
    }

    /** As it stands in Via. */
    public String viaName() {
        return viaName;
    }

    boolean isSecure() {
        return this != TCP;
    }
}
