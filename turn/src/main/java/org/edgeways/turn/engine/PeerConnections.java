package org.edgeways.turn.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/** The TCP connections of TCP allocations to peers (RFC 6062). */
final class PeerConnections {

    /** How many bytes of a stream are metered as one packet. */
    static final int PIECE = 1024;

    private final Allocations allocations;
    private final Map<Integer, PeerConnection> byId = new HashMap<>();

    PeerConnections(Allocations allocations) {
        this.allocations = allocations;
    }

    int count() {
        return byId.size();
    }

    @Nullable
    PeerConnection find(int id) {
        return byId.get(id);
    }

    boolean isFull(Allocation allocation) {
        return allocation.connections.size() >= allocations.settings.limits().connections();
    }

    /** The connection of an allocation to exactly that peer. */
    @Nullable
    PeerConnection find(Allocation allocation, TransportAddress peer) {
        for (PeerConnection connection : allocation.connections) {
            if (connection.peer.equals(peer)) {
                return connection;
            }
        }
        return null;
    }

    /** RFC 6062 section 5.2. */
    void connect(long now, Allocation allocation, Relay relay, TransportAddress peer, Request request) {
        PeerConnection connection = add(now, allocation, peer, request, PeerConnection.State.CONNECTING);
        allocations.out(new Output.ConnectPeer(connection.id, relay.ipv6, relay.port, peer));
    }

    void connected(long now, int id) {
        PeerConnection connection = byId.get(id);
        if (connection == null || connection.state != PeerConnection.State.CONNECTING) {
            return; // it took too long, and is being closed
        }
        connection.state = PeerConnection.State.WAITING;
        schedule(now, connection);
        Request request = connection.request;
        if (request != null) {
            allocations.out(request.answer(request.success().add(StunAttribute.CONNECTION_ID, id)));
        }
    }

    /** RFC 6062 section 5.3: a peer came by itself. The connection's id; 0 if it is to be closed, which is counted. */
    int accepted(long now, int relayPort, boolean ipv6, TransportAddress peer) {
        Relay relay = allocations.ports.get(ipv6, relayPort);
        if (relay == null || !relay.allocation.tcp || !relay.allocation.live) {
            allocations.counts.add(TurnErrorCode.RELAY_UNKNOWN);
            return 0;
        }
        TurnErrorCode barred = relay.allocation.barred(peer.high(), peer.low(), now);
        if (barred != null) {
            allocations.counts.add(barred);
            allocations.tellDropping(relay.allocation, barred);
            return 0;
        }
        if (isFull(relay.allocation)) {
            allocations.counts.add(TurnErrorCode.NO_CAPACITY);
            return 0;
        }
        if (find(relay.allocation, peer) != null) {
            allocations.counts.add(TurnErrorCode.CONNECTION_EXISTS);
            return 0;
        }
        PeerConnection connection = add(now, relay.allocation, peer, null, PeerConnection.State.WAITING);
        byte[] transaction = new byte[12];
        allocations.random.nextBytes(transaction);
        allocations.out(new Output.Respond(
                relay.allocation.client,
                new StunWriter(StunClass.INDICATION, StunMethod.CONNECTION_ATTEMPT, transaction)
                        .add(StunAttribute.CONNECTION_ID, connection.id)
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, peer)
                        .toBytes()));
        return connection.id;
    }

    /** RFC 6062 section 5.4: a client's new connection takes the peer's over. */
    void join(PeerConnection connection, Request request) {
        connection.state = PeerConnection.State.JOINED;
        cancel(connection);
        allocations.out(request.answer(request.success()));
        allocations.out(new Output.Join(connection.id, request.client()));
    }

    /** How many of so many bytes may be passed on; those are counted. */
    long passed(long now, int id, boolean toPeer, long bytes) {
        PeerConnection connection = byId.get(id);
        if (connection == null) {
            return bytes; // there is nobody any more whose they are
        }
        Allocation allocation = connection.allocation;
        long passed = 0;
        while (passed < bytes && allocation.meter.mayRelay((int) Math.min(PIECE, bytes - passed), now)) {
            passed += Math.min(PIECE, bytes - passed);
            if (toPeer) {
                allocation.packetsFromClient++;
            } else {
                allocation.packetsToClient++;
            }
        }
        if (toPeer) {
            allocation.bytesFromClient += passed;
        } else {
            allocation.bytesToClient += passed;
        }
        return passed;
    }

    /** The peer's connection, or the client's that was joined to it, is closed, or never came about. */
    void closed(int id) {
        PeerConnection connection = byId.get(id);
        if (connection != null) {
            refuseIfConnecting(connection);
            remove(connection);
        }
    }

    /** Too long: either the peer does not answer, or the client does not come. */
    void tooLate(PeerConnection connection) {
        if (connection.state != PeerConnection.State.GONE) {
            refuseIfConnecting(connection);
            remove(connection);
            allocations.out(new Output.ClosePeer(connection.id));
        }
    }

    void closeAll(Allocation allocation) {
        closeWhere(allocation, peer -> true);
    }

    /** Closes the connections of an allocation to peers for which {@code which} holds. */
    void closeWhere(Allocation allocation, Predicate<TransportAddress> which) {
        for (PeerConnection connection : List.copyOf(allocation.connections)) {
            if (which.test(connection.peer)) {
                refuseIfConnecting(connection);
                remove(connection);
                allocations.out(new Output.ClosePeer(connection.id));
            }
        }
    }

    private void refuseIfConnecting(PeerConnection connection) {
        Request request = connection.request;
        if (request != null && connection.state == PeerConnection.State.CONNECTING) {
            allocations.refuse(request, TurnErrorCode.CONNECTION_FAILED);
        }
    }

    private PeerConnection add(
            long now,
            Allocation allocation,
            TransportAddress peer,
            @Nullable Request request,
            PeerConnection.State state) {
        int id;
        do {
            id = ShardHint.connection(allocations.settings.relay(), allocations.random.nextInt());
        } while (id == 0 || byId.containsKey(id));
        PeerConnection connection = new PeerConnection(id, allocation, peer, request, state);
        byId.put(id, connection);
        allocation.connections.add(connection);
        schedule(now, connection);
        return connection;
    }

    private void schedule(long now, PeerConnection connection) {
        cancel(connection);
        connection.timer =
                allocations.timers.schedule(now + PeerConnection.PATIENCE, new Due.ConnectionEnds(connection));
    }

    private void cancel(PeerConnection connection) {
        if (connection.timer != null) {
            allocations.timers.cancel(connection.timer);
            connection.timer = null;
        }
    }

    private void remove(PeerConnection connection) {
        connection.state = PeerConnection.State.GONE;
        cancel(connection);
        byId.remove(connection.id);
        connection.allocation.connections.remove(connection);
    }
}
