package org.edgeways.siptransport;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/**
 * The open connections between edge and inside, by the names in the peer's certificate. Who dials is the inside, who is
 * dialled an edge node: at the edge a peer is found by the names of its service and host, and a node by none; at the inside it
 * is found by the names of its node and host, and a service by none. So no node stands for a service that is called as it is.
 * Names are compared without regard to case. Safe to use from any thread.
 */
public final class LinkTable {

    private final ConcurrentHashMap<String, List<SipConnection>> byName = new ConcurrentHashMap<>();

    /**
     * Enters a connection. The others of the same party are asked whether they live: it may come in the place of one that is dead
     * and that only the other end has found so.
     *
     * @param accepted true at the edge, false at the inside, which dialled
     */
    public void add(SipConnection connection, boolean accepted) {
        for (String name : namesOf(connection.peer(), accepted)) {
            connections(name).forEach(SipConnection::ask);
            byName.compute(name, (key, present) -> {
                List<SipConnection> all = new ArrayList<>(present == null ? List.of() : present);
                all.add(connection);
                return List.copyOf(all);
            });
        }
    }

    /** Takes a connection out, and has the others asked: what ended it may have ended them. */
    public void remove(SipConnection connection, boolean accepted) {
        for (String name : namesOf(connection.peer(), accepted)) {
            byName.computeIfPresent(name, (key, present) -> {
                List<SipConnection> rest = new ArrayList<>(present);
                rest.remove(connection);
                return rest.isEmpty() ? null : List.copyOf(rest);
            });
            connections(name).forEach(SipConnection::ask);
        }
    }

    /** The open connections to that node or service, in the order in which they came. */
    public List<SipConnection> connections(String name) {
        return byName.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** Whether that party has an open connection. */
    public boolean has(Destination.Service party) {
        return byName.values().stream()
                .flatMap(List::stream)
                .anyMatch(connection -> connection.origin().replyTo().equals(party));
    }

    /**
     * One connection to that node or service, the same for the same Call-ID and loop as long as none comes or goes; one that is
     * congested, or on which nothing comes any more, is passed over while another is not. One on the event loop of who sends is taken if there is any:
     * then no other thread has to be woken for each message.
     *
     * @param loop the number of the event loop of who sends
     * @return null if there is none
     */
    public @Nullable SipConnection pick(String name, String callId, int loop) {
        List<SipConnection> all = connections(name);
        if (all.isEmpty()) {
            return null;
        }
        SipConnection near = near(all, callId, loop);
        if (near != null && isWell(near)) {
            return near;
        }
        int first = Math.floorMod(callId.hashCode(), all.size());
        SipConnection open = null;
        for (int i = 0; i < all.size(); i++) {
            SipConnection candidate = all.get((first + i) % all.size());
            if (isWell(candidate)) {
                return candidate;
            }
            open = open == null && candidate.isOpen() ? candidate : open;
        }
        return open == null ? all.get(first) : open;
    }

    private static boolean isWell(SipConnection connection) {
        return connection.isOpen() && !connection.isCongested() && !connection.isUnanswered();
    }

    private static @Nullable SipConnection near(List<SipConnection> all, String callId, int loop) {
        int count = 0;
        for (SipConnection each : all) {
            count += isOn(each, loop) ? 1 : 0;
        }
        int left = count == 0 ? 0 : Math.floorMod(callId.hashCode(), count);
        for (SipConnection each : all) {
            if (isOn(each, loop) && left-- == 0) {
                return each;
            }
        }
        return null;
    }

    private static boolean isOn(SipConnection connection, int loop) {
        return FlowNumbers.loopOf(connection.flow()) == loop;
    }

    /** All names under which there is a connection at the moment, sorted. */
    public Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    /** By which names that peer may be found. */
    static Set<String> namesOf(@Nullable PeerIdentity peer, boolean accepted) {
        if (peer == null || (accepted ? peer.node() : peer.service()) != null) {
            return Set.of();
        }
        return peer.names();
    }
}
