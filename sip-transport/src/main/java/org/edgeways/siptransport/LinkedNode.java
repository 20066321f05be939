package org.edgeways.siptransport;

import java.net.InetSocketAddress;
import java.util.List;
import org.edgeways.net.ClientTls;

/**
 * An edge node that the inside keeps connections to.
 *
 * @param host the DNS name in its certificate, which also stands in its Path and Record-Route towards the inside
 * @param address where to dial: a name or an address literal
 * @param port of its inside leg
 * @param connections how many to keep open, 1 to 16, default 4
 * @param others where it may still be, not resolved: tried in turn when it is not reached there
 */
public record LinkedNode(String host, String address, int port, int connections, List<InetSocketAddress> others) {

    private static final int MOST_CONNECTIONS = 16;

    /** Checks the number of connections. */
    public LinkedNode {
        others = List.copyOf(others);
        if (connections < 1 || connections > MOST_CONNECTIONS) {
            throw new IllegalArgumentException("1 to " + MOST_CONNECTIONS + " connections to an edge node");
        }
    }

    /** One that is in one place only. */
    public LinkedNode(String host, String address, int port, int connections) {
        this(host, address, port, connections, List.of());
    }

    /** What a dialer of these connections is told. */
    public SipDialerSettings dialer(ClientTls tls, LinkLimits limits) {
        return limits.applyTo(SipDialerSettings.of("link-" + host, address, port, host, tls)
                .withConnections(connections)
                .withOthers(others));
    }
}
