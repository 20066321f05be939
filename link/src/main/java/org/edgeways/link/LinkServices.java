package org.edgeways.link;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The services that the inside names, which edge nodes may ask for and no others. Safe to use from any thread. */
public final class LinkServices {

    /**
     * One service.
     *
     * @param origin where it is found
     * @param nodes which edge nodes may ask for it; empty for all
     */
    public record Named(Origin origin, Set<String> nodes) {
        public Named {
            nodes = Set.copyOf(nodes);
        }
    }

    private volatile Map<String, Named> services;

    /**
     * Those services, for all nodes.
     *
     * @param origins by name, lower case
     */
    public LinkServices(Map<String, Origin> origins) {
        this.services = checked(forAll(origins));
    }

    /** Names other services from the next stream on, for all nodes; streams that run go on. */
    public void replace(Map<String, Origin> next) {
        services = checked(forAll(next));
    }

    /** As {@link #replace}, each for the nodes that it says. */
    public void replaceNamed(Map<String, Named> next) {
        services = checked(next);
    }

    /** How many there are. */
    public int size() {
        return services.size();
    }

    /** Where that service is found; empty if it is not named, or not for that node. */
    public Optional<Origin> find(String name, String node) {
        return Optional.ofNullable(services.get(name))
                .filter(service -> service.nodes().isEmpty() || service.nodes().contains(node))
                .map(Named::origin);
    }

    private static Map<String, Named> forAll(Map<String, Origin> origins) {
        Map<String, Named> named = new HashMap<>();
        origins.forEach((name, origin) -> named.put(name, new Named(origin, Set.of())));
        return named;
    }

    private static Map<String, Named> checked(Map<String, Named> services) {
        if (services.containsKey(LinkProtocol.CONTROL)) {
            throw new IllegalArgumentException("no service can be named " + LinkProtocol.CONTROL);
        }
        return Map.copyOf(services);
    }
}
