package org.edgeways.connector;

import java.net.InetSocketAddress;
import java.util.List;
import org.edgeways.net.ClientTls;
import org.edgeways.net.ServerTls;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.LinkLimits;
import org.edgeways.siptransport.LinkedNode;
import org.jspecify.annotations.Nullable;

/**
 * What a connector is told.
 *
 * @param host the name or address by which the server reaches it, and which it writes into Via, Path and Record-Route
 * @param listen where it listens for the server; over UDP also where it sends from
 * @param server the existing SIP server
 * @param edges the edge nodes that it dials at first, by the hosts that they write into Path and Record-Route
 * @param linkTls shows the connector's certificate to them
 * @param link how those connections are looked after
 * @param transactions limits of what is under way
 */
public record ConnectorSettings(
        String host,
        InetSocketAddress listen,
        Server server,
        List<LinkedNode> edges,
        ClientTls linkTls,
        LinkLimits link,
        SipEngineLimits transactions) {

    public ConnectorSettings {
        edges = List.copyOf(edges);
    }

    /**
     * The existing SIP server.
     *
     * @param host its name or address; for TLS the name in its certificate
     * @param port where it listens
     * @param wire how to talk to it
     */
    public record Server(String host, int port, Wire wire) {}

    /** How connector and server talk. */
    public sealed interface Wire {

        /** The transport parameter of a SIP URI. */
        String transport();

        /**
         * TLS, with certificates on both sides in both directions.
         *
         * @param dials for connections that we open to it
         * @param accepts for those that it opens to us: mutual
         */
        record Tls(ClientTls dials, ServerTls accepts) implements Wire {
            @Override
            public String transport() {
                return "tls";
            }
        }

        /** Plain TCP: connections from other addresses than the server's are closed. */
        record Tcp() implements Wire {
            @Override
            public String transport() {
                return "tcp";
            }
        }

        /** UDP: what comes from elsewhere than the server is not even read. */
        record Udp() implements Wire {
            @Override
            public String transport() {
                return "udp";
            }
        }
    }

    /** The TLS of connections to the server; null if there are none. */
    @Nullable
    ClientTls serverTls() {
        return server.wire() instanceof Wire.Tls tls ? tls.dials() : null;
    }
}
