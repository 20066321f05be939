package org.edgeways.connector.engine;

import java.util.Locale;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;

/**
 * What the connector calls itself.
 *
 * @param host the name or address by which the server reaches it; an IPv6 address in brackets
 * @param port on which it listens for the server, 1 to 65535
 * @param transport how it and the server talk: {@code tls}, {@code tcp} or {@code udp}
 */
public record ConnectorNames(String host, int port, String transport) {

    /** Lower-cases the names. */
    public ConnectorNames {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port out of range: " + port);
        }
        host = host.toLowerCase(Locale.ROOT);
        transport = transport.toLowerCase(Locale.ROOT);
    }

    /** True if a URI is one that we wrote into Path or Record-Route. */
    boolean isOurs(SipUri uri) {
        return uri.port() == port && uri.host().equalsIgnoreCase(host);
    }

    /** What stands in Record-Route, in either direction. */
    String route() {
        return "<" + uri() + ">";
    }

    /** What stands in Path (RFC 3327); with {@code ob} if the first hop of the client supports Outbound. */
    String path(boolean outbound) {
        return "<" + uri() + (outbound ? ";ob" : "") + ">";
    }

    private String uri() {
        return "sip:" + host + ":" + port + ";transport=" + transport + ";lr";
    }

    /** Our Via, without branch, on requests to the server. */
    Via viaToServer() {
        return new Via(transport.toUpperCase(Locale.ROOT), host, port, Parameters.NONE);
    }

    /** Our Via, without branch, on requests to an edge node. */
    Via viaToEdge() {
        return new Via("TLS", host, port, Parameters.NONE);
    }
}
