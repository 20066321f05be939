package org.edgeways.link;

import java.util.Map;
import java.util.Optional;

/** The services that the inside names, which edge nodes may ask for and no others. Safe to use from any thread. */
public final class LinkServices {

    private volatile Map<String, Origin> origins;

    /**
     * Those services.
     *
     * @param origins by name, lower case
     */
    public LinkServices(Map<String, Origin> origins) {
        this.origins = checked(origins);
    }

    /** Names other services from the next stream on; streams that run go on. */
    public void replace(Map<String, Origin> next) {
        origins = checked(next);
    }

    /** Where that service is found; empty if it is not named. */
    public Optional<Origin> find(String name) {
        return Optional.ofNullable(origins.get(name));
    }

    private static Map<String, Origin> checked(Map<String, Origin> origins) {
        if (origins.containsKey(LinkProtocol.CONTROL)) {
            throw new IllegalArgumentException("no service can be named " + LinkProtocol.CONTROL);
        }
        return Map.copyOf(origins);
    }
}
