package org.edgeways.siptransport;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.edgeways.sip.transaction.Flow;
import org.jspecify.annotations.Nullable;

/** The open connections of one process by their numbers. Safe to use from any thread. */
public final class ConnectionTable {

    private final ConcurrentHashMap<Long, SipConnection> connections = new ConcurrentHashMap<>();

    /** Enters a connection. */
    public void add(SipConnection connection) {
        connections.put(connection.flow().id(), connection);
    }

    /** Takes a connection out. */
    public void remove(SipConnection connection) {
        connections.remove(connection.flow().id(), connection);
    }

    /** The open connection of that number, or null. */
    public @Nullable SipConnection get(Flow flow) {
        return connections.get(flow.id());
    }

    /** How many are open. */
    public int size() {
        return connections.size();
    }

    /** All that are open at the moment. */
    public Collection<SipConnection> all() {
        return List.copyOf(connections.values());
    }
}
