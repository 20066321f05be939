package org.edgeways.accessedge;

import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.edgeways.accessedge.engine.EdgeNames;
import org.edgeways.accessedge.engine.EdgePolicy;
import org.edgeways.accessedge.engine.InsideNames;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.net.PeerIdentity;
import org.edgeways.siptransport.SipConnection;

/**
 * The policy that the shards are given, and what was learnt of the inside by who connected there, which every policy knows.
 * Safe for use by several threads.
 */
final class PolicyInForce {

    /** Most names that are learnt: room is left for what the settings say of the inside beside its names. */
    static final int MOST_LEARNT = InsideNames.MAX_NAMES - 10;

    private final Set<String> learnt = new LinkedHashSet<>();
    private final Consumer<String> leftOut;
    private EdgePolicy policy;

    /**
     * The one of the start.
     *
     * @param leftOut is told of a name of the inside that is past the limit, and so is not hidden
     */
    PolicyInForce(EdgeNames names, AccessEdgeSettings settings, Consumer<String> leftOut) {
        this.leftOut = leftOut;
        policy = made(names, settings);
    }

    synchronized EdgePolicy policy() {
        return policy;
    }

    /**
     * Another one from now on.
     *
     * @throws IllegalArgumentException if the names do not go together; then nothing changes
     */
    synchronized EdgePolicy use(EdgeNames names, AccessEdgeSettings settings) {
        EdgePolicy next = made(names.after(policy.names()), settings);
        learnt.forEach(next.insideNames()::add);
        policy = next;
        return next;
    }

    /** Whether that server is a next hop that we dial. */
    synchronized boolean dials(PeerIdentity server) {
        return policy.nextHops().dials(server.dnsNames(), server.addresses());
    }

    /** Whoever is connected on the inside has names and an address that are not read outside. */
    synchronized void learn(SipConnection connection) {
        PeerIdentity peer = connection.peer();
        if (peer != null) {
            peer.dnsNames().forEach(this::learn);
        }
        InetAddress address = connection.remoteAddress().getAddress();
        if (address != null && !address.isLoopbackAddress()) {
            learn(address.getHostAddress());
        }
    }

    private void learn(String name) {
        if (learnt.contains(name)) {
            return;
        }
        if (learnt.size() >= MOST_LEARNT) {
            leftOut.accept(name);
            return;
        }
        learnt.add(name);
        policy.insideNames().add(name);
    }

    private static EdgePolicy made(EdgeNames names, AccessEdgeSettings settings) {
        InsideNames insideNames = new InsideNames(settings.insideNames(), names.known(settings.domains()));
        insideNames.add(names.insideHost());
        for (NextHop hop : settings.nextHops().all()) {
            if (hop instanceof NextHop.Direct(var uri) && !isLoopback(uri.host())) {
                insideNames.add(uri.host());
            }
        }
        return new EdgePolicy(
                names,
                settings.domains(),
                settings.nextHops(),
                settings.hiding(),
                settings.limits(),
                settings.flowTimer(),
                insideNames);
    }

    /** What every host has is no name of the inside, and would be blanked where it means something else. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }
}
