package org.edgeways.turn.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.AddressFamily;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Requests about an allocation that exists: Refresh (RFC 8656 section 8.2, RFC 8016 section 3.2.2), CreatePermission (section
 * 10.2), ChannelBind (section 12.2), Connect and ConnectionBind (RFC 6062 sections 5.2 and 5.4).
 */
final class AllocationRequests {

    private final Allocations allocations;
    private final TurnSettings settings;
    private final PeerCheck peers;
    private final Tickets tickets;

    AllocationRequests(Allocations allocations, PeerCheck peers, Tickets tickets) {
        this.allocations = allocations;
        this.settings = allocations.settings;
        this.peers = peers;
        this.tickets = tickets;
    }

    /**
     * Whether a request is about what that user has already: the allocation of the client, the one that its ticket moves, or the one
     * whose connection it takes over. Asked before anything of the request is believed.
     */
    boolean isOngoing(Client client, StunMessage message, String username) {
        Allocation allocation = allocationOf(client, message, username);
        return allocation != null && allocation.live && allocation.username.equals(username);
    }

    private @Nullable Allocation allocationOf(Client client, StunMessage message, String username) {
        byte[] moving = message.method() == StunMethod.REFRESH ? message.valueOf(StunAttribute.MOBILITY_TICKET) : null;
        if (moving != null) {
            Tickets.Ticket ticket = tickets.read(moving, username);
            return ticket == null ? null : allocations.findMobile(ticket.allocation());
        }
        if (message.method() == StunMethod.CONNECTION_BIND) {
            OptionalInt id = message.numberOf(StunAttribute.CONNECTION_ID);
            PeerConnection connection = id.isEmpty() ? null : allocations.connections.find(id.getAsInt());
            return connection == null ? null : connection.allocation;
        }
        return allocations.find(client);
    }

    /** The allocation that the request is about; null if it was refused. */
    private @Nullable Allocation owned(Request request) {
        Allocation allocation = allocations.find(request.client());
        if (allocation == null || !allocation.live) {
            allocations.refuse(request, TurnErrorCode.NO_ALLOCATION);
            return null;
        }
        if (!allocation.username.equals(request.username())) {
            allocations.refuse(request, TurnErrorCode.OTHER_USER);
            return null;
        }
        return allocation;
    }

    void refresh(long now, Request request) {
        StunMessage message = request.message();
        byte[] family = message.valueOf(StunAttribute.REQUESTED_ADDRESS_FAMILY);
        if (Lifetimes.isMalformed(message) || family != null && family.length != 4) {
            allocations.refuse(request, TurnErrorCode.BAD_REQUEST);
            return;
        }
        byte[] ticket = message.valueOf(StunAttribute.MOBILITY_TICKET);
        if (ticket != null && !move(request, ticket)) {
            return;
        }
        Allocation allocation = owned(request);
        if (allocation == null) {
            return;
        }
        boolean ipv6 = family != null && family[0] == AddressFamily.IPV6;
        if (family != null && (!ipv6 && family[0] != AddressFamily.IPV4 || allocation.relay(ipv6) == null)) {
            allocations.refuse(request, TurnErrorCode.FAMILY_MISMATCH);
            return;
        }
        if (Lifetimes.isZero(message)) {
            if (family != null && allocation.relay(!ipv6) != null) {
                allocations.removeRelay(allocation, ipv6, true); // the other one stays
            } else {
                allocations.end(now, allocation, Output.EndReason.BY_CLIENT);
            }
            allocations.out(request.answer(request.success().add(StunAttribute.LIFETIME, 0)));
            return;
        }
        long seconds = Lifetimes.seconds(message, settings.limits());
        allocations.prolong(now, allocation, seconds);
        var writer = request.success().add(StunAttribute.LIFETIME, (int) seconds);
        if (ticket != null) {
            writer.add(StunAttribute.MOBILITY_TICKET, tickets.create(allocation));
        }
        allocations.out(request.answer(writer));
    }

    /** Brings an allocation to the client address that its ticket came from; false if that was refused. */
    private boolean move(Request request, byte[] bytes) {
        Tickets.Ticket ticket = tickets.read(bytes, request.username());
        Allocation allocation = ticket == null ? null : allocations.findMobile(ticket.allocation());
        if (!settings.mobility() || ticket == null) {
            allocations.refuse(request, TurnErrorCode.MOBILITY_FORBIDDEN);
            return false;
        }
        if (allocation == null || !allocation.username.equals(request.username())) {
            allocations.refuse(request, TurnErrorCode.NO_ALLOCATION);
            return false;
        }
        boolean here = allocation.client.isSame(request.client());
        if (here && ticket.moves() >= allocation.moves - 1) {
            return true; // this very request again, or one that does not move
        }
        if (here || ticket.moves() != allocation.moves) {
            allocations.refuse(request, TurnErrorCode.MOBILITY_FORBIDDEN); // an old ticket
            return false;
        }
        boolean fits = settings.listeners().get(request.client().listener()).isStream() || !allocation.tcp;
        if (allocations.find(request.client()) != null || !fits) {
            allocations.refuse(request, TurnErrorCode.ALLOCATION_EXISTS);
            return false;
        }
        allocations.move(allocation, request.client());
        return true;
    }

    void createPermission(long now, Request request) {
        Allocation allocation = owned(request);
        if (allocation == null) {
            return;
        }
        StunMessage message = request.message();
        List<TransportAddress> wanted = new ArrayList<>();
        for (int i = 0; i < message.count(); i++) {
            if (message.type(i) == StunAttribute.XOR_PEER_ADDRESS) {
                TransportAddress peer = message.xorAddress(i);
                TurnErrorCode refusal = peer == null ? TurnErrorCode.BAD_REQUEST : peers.refusal(allocation, peer);
                if (peer == null || refusal != null) {
                    allocations.refuse(request, refusal == null ? TurnErrorCode.BAD_REQUEST : refusal);
                    return;
                }
                wanted.add(peer.withPort(0));
            }
        }
        if (wanted.isEmpty()) {
            allocations.refuse(request, TurnErrorCode.BAD_REQUEST);
            return;
        }
        long added = wanted.stream()
                .distinct()
                .filter(peer -> allocation.permissions.get(peer.high(), peer.low(), 0) == null)
                .count();
        if (!hasRoomForPermissions(now, allocation, added)) {
            allocations.refuse(request, TurnErrorCode.NO_CAPACITY);
            return;
        }
        wanted.forEach(peer -> permit(now, allocation, peer));
        allocations.out(request.answer(request.success()));
    }

    private boolean hasRoomForPermissions(long now, Allocation allocation, long added) {
        int limit = settings.limits().permissions();
        if (allocation.permissions.size() + added > limit) {
            allocation.permissions.removeIf(permission -> !permission.holds(now));
        }
        return allocation.permissions.size() + added <= limit;
    }

    private static void permit(long now, Allocation allocation, TransportAddress peer) {
        Permission permission = allocation.permissions.get(peer.high(), peer.low(), 0);
        if (permission == null) {
            permission = new Permission(peer.high(), peer.low());
            allocation.permissions.put(peer.high(), peer.low(), 0, permission);
        }
        permission.refresh(now);
    }

    void channelBind(long now, Request request) {
        Allocation allocation = owned(request);
        if (allocation == null) {
            return;
        }
        StunMessage message = request.message();
        OptionalInt asked = message.numberOf(StunAttribute.CHANNEL_NUMBER);
        int at = message.find(StunAttribute.XOR_PEER_ADDRESS);
        TransportAddress peer = at < 0 ? null : message.xorAddress(at);
        int number = asked.orElse(0) >>> 16;
        if (peer == null
                || peer.port() == 0
                || number < Frames.FIRST_CHANNEL
                || number > Frames.LAST_CHANNEL
                || allocation.tcp) {
            allocations.refuse(request, TurnErrorCode.BAD_REQUEST);
            return;
        }
        TurnErrorCode refusal = peers.refusal(allocation, peer);
        if (refusal != null) {
            allocations.refuse(request, refusal);
            return;
        }
        Channel byNumber = allocation.channelsByNumber.get(0, 0, number);
        Channel byPeer = allocation.channelsByPeer.get(peer.high(), peer.low(), peer.port());
        if (byNumber != null && byNumber.holds(now) && byNumber != byPeer
                || byPeer != null && byPeer.holds(now) && byNumber != byPeer) {
            allocations.refuse(request, TurnErrorCode.BAD_REQUEST);
            return;
        }
        long added = allocation.permissions.get(peer.high(), peer.low(), 0) == null ? 1 : 0;
        if (byNumber == null && isFullOfChannels(now, allocation) || !hasRoomForPermissions(now, allocation, added)) {
            allocations.refuse(request, TurnErrorCode.NO_CAPACITY);
            return;
        }
        permit(now, allocation, peer);
        bind(now, allocation, number, peer, byNumber, byPeer);
        allocations.out(request.answer(request.success()));
    }

    private boolean isFullOfChannels(long now, Allocation allocation) {
        int limit = settings.limits().channels();
        if (allocation.channelsByNumber.size() >= limit) {
            allocation.channelsByNumber.removeIf(channel -> !channel.holds(now));
            allocation.channelsByPeer.removeIf(channel -> !channel.holds(now));
        }
        return allocation.channelsByNumber.size() >= limit;
    }

    private static void bind(
            long now,
            Allocation allocation,
            int number,
            TransportAddress peer,
            @Nullable Channel byNumber,
            @Nullable Channel byPeer) {
        Channel channel = byNumber;
        if (channel == null || channel != byPeer) {
            unbind(allocation, byNumber); // their time is over
            unbind(allocation, byPeer);
            channel = new Channel(number, peer);
            allocation.channelsByNumber.put(0, 0, number, channel);
            allocation.channelsByPeer.put(peer.high(), peer.low(), peer.port(), channel);
        }
        channel.refresh(now);
    }

    static void unbind(Allocation allocation, @Nullable Channel channel) {
        if (channel != null) {
            TransportAddress peer = channel.peer;
            allocation.channelsByNumber.remove(0, 0, channel.number);
            allocation.channelsByPeer.remove(peer.high(), peer.low(), peer.port());
        }
    }

    void connect(long now, Request request) {
        Allocation allocation = owned(request);
        if (allocation == null) {
            return;
        }
        int at = request.message().find(StunAttribute.XOR_PEER_ADDRESS);
        TransportAddress peer = at < 0 ? null : request.message().xorAddress(at);
        if (peer == null || peer.port() == 0 || !allocation.tcp) {
            allocations.refuse(request, TurnErrorCode.BAD_REQUEST);
            return;
        }
        TurnErrorCode refusal = peers.refusal(allocation, peer);
        Relay relay = allocation.relay(!peer.isIpv4());
        if (refusal == null && settings.relay().isOwn(peer.high(), peer.low()) && !isListening(peer)) {
            refusal = TurnErrorCode.PEER_FORBIDDEN; // whatever else listens on our address
        }
        if (refusal != null || relay == null) {
            allocations.refuse(request, refusal == null ? TurnErrorCode.FAMILY_MISMATCH : refusal);
        } else if (allocations.connections.find(allocation, peer) != null) {
            allocations.refuse(request, TurnErrorCode.CONNECTION_EXISTS);
        } else if (allocations.connections.isFull(allocation)) {
            allocations.refuse(request, TurnErrorCode.NO_CAPACITY);
        } else if (!allocation.meter.mayConnect(now)) {
            allocations.refuse(request, TurnErrorCode.CONNECTS_TOO_MANY);
        } else {
            allocations.connections.connect(now, allocation, relay, peer, request);
        }
    }

    /** True if a relayed port of ours takes TCP connections, as far as that is known here: of another shard's the driver knows. */
    private boolean isListening(TransportAddress own) {
        if (settings.relay().open()
                && settings.relay().isInRange(own.port())
                && settings.relay().shardOf(own.port()) != settings.relay().shard()) {
            return true;
        }
        Relay relay = allocations.ports.get(!own.isIpv4(), own.port());
        return settings.relay().open() && relay != null && relay.allocation.tcp && relay.allocation.live;
    }

    void connectionBind(Request request) {
        OptionalInt id = request.message().numberOf(StunAttribute.CONNECTION_ID);
        boolean streamed = settings.listeners().get(request.client().listener()).isStream();
        PeerConnection connection = id.isEmpty() ? null : allocations.connections.find(id.getAsInt());
        if (!streamed
                || connection == null
                || connection.state != PeerConnection.State.WAITING
                || allocations.find(request.client()) != null) {
            allocations.refuse(request, TurnErrorCode.BAD_REQUEST);
        } else if (!connection.allocation.username.equals(request.username())) {
            allocations.refuse(request, TurnErrorCode.OTHER_USER);
        } else {
            allocations.connections.join(connection, request);
        }
    }
}
