package org.edgeways.app.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Where to listen: every address with the port.
 *
 * @param addresses literals of local addresses
 * @param port 1 to 65535
 */
public record ListenConfig(List<InetAddress> addresses, int port) {

    public ListenConfig {
        addresses = List.copyOf(addresses);
    }

    /** Reads {@code addresses} (by default all) and the port under the given key. */
    static ListenConfig read(JsonSection section, String portKey) {
        return read(section, portKey, List.of("0.0.0.0", "::"));
    }

    /** As {@link #read(JsonSection, String)}, with other addresses by default. */
    static ListenConfig read(JsonSection section, String portKey, List<String> byDefault) {
        return new ListenConfig(addresses(section, byDefault), section.port(portKey));
    }

    private static List<InetAddress> addresses(JsonSection section, List<String> byDefault) {
        List<InetAddress> addresses = new ArrayList<>();
        List<String> literals = section.texts("addresses", byDefault);
        if (literals.isEmpty()) {
            section.problem(
                    "addresses",
                    byDefault.size() == 1
                            ? "must name at least one local address; leave it out for " + byDefault.getFirst()
                            : "must name at least one local address; leave it out to listen on all");
        }
        for (String literal : literals) {
            try {
                addresses.add(InetAddress.ofLiteral(literal));
            } catch (IllegalArgumentException e) {
                section.problem("addresses", "must be literals of local addresses, \"" + literal + "\" is none");
            }
        }
        return addresses;
    }

    /** The same as socket addresses. */
    public List<InetSocketAddress> sockets() {
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }
}
