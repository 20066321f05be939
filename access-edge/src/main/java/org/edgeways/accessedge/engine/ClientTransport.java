package org.edgeways.accessedge.engine;

/** How a client outside is connected; never in clear text. */
public enum ClientTransport {
    /** SIP over TLS. */
    TLS("TLS", "tls"),
    /** SIP over secure WebSocket (RFC 7118): {@code transport=ws} in URIs. */
    WSS("WSS", "ws");

    private final String viaName;
    private final String uriName;

    ClientTransport(String viaName, String uriName) {
        this.viaName = viaName;
        this.uriName = uriName;
    }

    /** As it stands in Via. */
    public String viaName() {
        return viaName;
    }

    /** As it stands in the transport parameter of a URI. */
    public String uriName() {
        return uriName;
    }
}
