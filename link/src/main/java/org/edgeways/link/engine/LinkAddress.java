package org.edgeways.link.engine;

/**
 * Where an edge node's inside leg listens.
 *
 * @param host a name or an address literal
 * @param port 1 to 65535
 */
public record LinkAddress(String host, int port) {

    public LinkAddress {
        if (host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("an address needs a host and a port");
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
