package org.edgeways.accessedge.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.edgeways.base.Counters;
import org.edgeways.base.Counters.Counter;
import org.edgeways.base.SourceNetwork;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.tokens.FlowToken;
import org.jspecify.annotations.Nullable;

/**
 * All open connections of the node: which belong to the inside, which to clients, and on which of these a person's device
 * is signed in, the latest first: a device may keep several (RFC 5626), and when one dies the others go on. A connection that is in neither list is nobody's. Safe for use by several threads.
 */
public final class FlowDirectory {

    /** Most connections of one device that are remembered; of more the oldest are forgotten. */
    static final int FLOWS_PER_DEVICE = 8;

    private record Device(String person, String device) {}

    private final EdgeNames names;
    private final Counter forgotten;
    private volatile EdgeLimits limits;
    private final ConcurrentHashMap<Flow, ClientFlow> clients = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Flow, Boolean> inside = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Device, List<ClientFlow>> devices = new ConcurrentHashMap<>();

    /** An empty directory. */
    public FlowDirectory(EdgeNames names, EdgeLimits limits, Counters counters) {
        this.names = names;
        this.limits = limits;
        counters.gauge("access_edge_clients", clients::size);
        counters.gauge("access_edge_devices", devices::size);
        forgotten = counters.counter("access_edge_device_connections_forgotten");
    }

    /** Holds to other limits from now on; who is signed in stays so. */
    public void use(EdgeLimits next) {
        limits = next;
    }

    /** A client has connected. */
    public ClientFlow clientOpened(Flow flow, ClientTransport transport, SourceNetwork source) {
        return clients.computeIfAbsent(flow, key -> new ClientFlow(key, transport, source, () -> limits));
    }

    /** A connection with the inside is open. */
    public void insideOpened(Flow flow) {
        inside.put(flow, true);
    }

    /**
     * A connection is gone.
     *
     * @return the client that was on it; null if there was none
     */
    public @Nullable ClientFlow closed(Flow flow) {
        inside.remove(flow);
        ClientFlow client = clients.remove(flow);
        if (client != null) {
            client.devices().forEach((person, device) -> forget(new Device(person, device), client));
        }
        return client;
    }

    /** The client on that connection; null if it is none or is gone. */
    public @Nullable ClientFlow client(Flow flow) {
        return clients.get(flow);
    }

    /** True if that connection is one with the inside. */
    public boolean isInside(Flow flow) {
        return inside.containsKey(flow);
    }

    /** The open connection that a token names; null if it was made by another node or run, or is gone. */
    public @Nullable ClientFlow named(FlowToken token) {
        boolean ours = token.node().equals(names.node()) && token.boot() == names.boot();
        return ours ? clients.get(new Flow(token.connection())) : null;
    }

    /** The connection on which that person's device is signed in now; null if there is none. */
    public @Nullable ClientFlow signedIn(String person, String device, long now) {
        for (ClientFlow client : devices.getOrDefault(new Device(person, device), List.of())) {
            if (clients.containsKey(client.flow()) && client.isSignedInAs(person, now)) {
                return client;
            }
        }
        return null;
    }

    /** The pool has accepted a sign-in. */
    void signIn(ClientFlow client, String person, String device, long expiresAt, Collection<String> contacts) {
        String before = client.deviceOf(person);
        if (before != null && !before.equals(device)) {
            forget(new Device(person, before), client);
        }
        client.signIn(person, device, expiresAt, contacts);
        devices.merge(new Device(person, device), List.of(client), (known, latest) -> withLatest(known, client));
        if (!clients.containsKey(client.flow())) {
            forget(new Device(person, device), client);
        }
    }

    private List<ClientFlow> withLatest(List<ClientFlow> known, ClientFlow client) {
        List<ClientFlow> all = new ArrayList<>(known.size() + 1);
        all.add(client);
        for (ClientFlow other : known) {
            if (other != client && all.size() < FLOWS_PER_DEVICE) {
                all.add(other);
            } else if (other != client) {
                forgotten.increment();
            }
        }
        return List.copyOf(all);
    }

    /** The pool has ended a sign-in. */
    void signOut(ClientFlow client, String person) {
        String device = client.signOut(person);
        if (device != null) {
            forget(new Device(person, device), client);
        }
    }

    private void forget(Device device, ClientFlow client) {
        devices.computeIfPresent(device, (key, known) -> {
            List<ClientFlow> left =
                    known.stream().filter(other -> other != client).toList();
            return left.isEmpty() ? null : left;
        });
    }

    /** All clients that are connected at the moment. */
    public Collection<ClientFlow> clients() {
        return List.copyOf(clients.values());
    }
}
