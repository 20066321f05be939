package org.edgeways.link;

import java.util.List;
import java.util.Locale;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.net.ClientTls;

/**
 * An edge node that the inside connects to.
 *
 * @param name its name, lower case; its certificate must be of that node
 * @param addresses of its inside leg, at least one
 * @param verifyName the DNS name that its certificate must carry as well
 * @param tls mutual TLS; {@link ClientTls#reload} takes effect from the next connection on
 * @param connections how many are kept open; default 4
 */
public record LinkNode(String name, List<LinkAddress> addresses, String verifyName, ClientTls tls, int connections) {

    /** How many connections are kept open by default. */
    public static final int CONNECTIONS = 4;

    public LinkNode {
        addresses = List.copyOf(addresses);
        if (name.isEmpty() || !name.equals(name.toLowerCase(Locale.ROOT)) || addresses.isEmpty() || connections < 1) {
            throw new IllegalArgumentException(
                    "a node needs a lower-case name, an address and at least one connection");
        }
    }

    /** A node with one address and the default number of connections. */
    public static LinkNode of(String name, LinkAddress address, String verifyName, ClientTls tls) {
        return new LinkNode(name, List.of(address), verifyName, tls, CONNECTIONS);
    }

    /** The same with other addresses, tried in turn. */
    public LinkNode withAddresses(List<LinkAddress> all) {
        return new LinkNode(name, all, verifyName, tls, connections);
    }

    /** The same with another number of connections. */
    public LinkNode withConnections(int count) {
        return new LinkNode(name, addresses, verifyName, tls, count);
    }
}
