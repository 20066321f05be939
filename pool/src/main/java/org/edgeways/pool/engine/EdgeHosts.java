package org.edgeways.pool.engine;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/** The host names of the edge nodes, as they stand in Path and Route. Nodes come and go while the pool runs. */
final class EdgeHosts {

    private Set<String> hosts;

    EdgeHosts(Set<String> hosts) {
        this.hosts = lower(hosts);
    }

    /** From now on these, and no others. */
    void replace(Set<String> next) {
        hosts = lower(next);
    }

    /** The way to the node with that host name, without regard to case; null if there is none. */
    @Nullable
    Destination way(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return hosts.contains(name) ? new Destination.Service(name) : null;
    }

    private static Set<String> lower(Set<String> hosts) {
        return hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
