package org.edgeways.turn.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TURN server (RFC 8656, 6062, 8016) and STUN server (RFC 8489) without I/O: one for each core. In go packets, what became
 * of ports and connections, and timeouts, always with {@code now}, nanoseconds since 1970; out come a {@link Forward} for each packet
 * of data, and {@link Output}s for all else. Relaying allocates nothing; control messages do.
 *
 * <p>Addresses are two numbers of 64 bits, IPv4 in its mapped form, as in {@link TransportAddress}. Not safe for use by
 * several threads.
 */
public final class TurnEngine {

    private static final byte SEND_FIRST = 0x00;
    private static final byte SEND_SECOND = 0x16;

    /** What somebody without credentials is answered is never longer, in bytes; so much there must be for anybody to be answered at all. */
    static final int LONGEST_ANSWER = 1_024;

    private final TurnSettings settings;
    private final Allocations allocations;
    private final Authentication authentication;
    private final AllocateRequests allocate;
    private final AllocationRequests requests;
    private final DataPath data;
    private final PeerCheck peers;
    private final SourceBudget budget;

    /**
     * An engine without allocations.
     *
     * @param random of cryptographic quality: ports, tokens and ids are taken from it
     * @param key for nonces and tickets, 32 random bytes; all shards of a node share it
     */
    public TurnEngine(
            TurnSettings settings,
            Credentials credentials,
            PeerPolicy policy,
            Quotas quotas,
            RandomGenerator random,
            byte[] key) {
        this.settings = settings;
        this.allocations = new Allocations(settings, random);
        Tickets tickets = new Tickets(key);
        this.peers = new PeerCheck(settings.relay(), policy);
        this.allocate = new AllocateRequests(allocations, quotas, tickets);
        this.requests = new AllocationRequests(allocations, peers, tickets);
        this.authentication = new Authentication(settings, credentials, requests::isOngoing, key);
        this.data = new DataPath(allocations);
        this.budget = budget(random.nextLong());
    }

    /** This engine's part: a source comes to all of a node's engines, by its ports or by tokens that it makes up. */
    private SourceBudget budget(long seed) {
        TurnLimits limits = settings.limits();
        int engines = settings.relay().shards();
        return new SourceBudget(
                seed,
                Math.max(1, limits.answerBytesPerSecond() / engines),
                Math.max(Math.min(LONGEST_ANSWER, limits.answerBurstBytes()), limits.answerBurstBytes() / engines));
    }

    /**
     * A datagram, or a frame that {@link Frames#length} has cut from a stream.
     *
     * @param listener which of {@link TurnSettings#listeners} it came to
     * @param high the client's address, the first 64 bits
     * @param low the client's address, the last 64 bits
     * @param port the client's port
     * @param handle kept with an allocation and given back in each {@link Forward} and {@link Client}
     * @param buffer where the packet lies; not written to
     * @param forward what is to be done with it
     */
    public void fromClient(
            long now,
            int listener,
            long high,
            long low,
            int port,
            int handle,
            MemorySegment buffer,
            long offset,
            int length,
            Forward forward) {
        forward.drop(null);
        if (length < Frames.CHANNEL_HEADER_BYTES) {
            drop(forward, TurnErrorCode.MALFORMED);
            return;
        }
        byte first = buffer.get(ValueLayout.JAVA_BYTE, offset);
        boolean channel = Frames.isChannelData(first);
        if (!channel && (first != SEND_FIRST || buffer.get(ValueLayout.JAVA_BYTE, offset + 1) != SEND_SECOND)) {
            control(
                    now,
                    new Client(listener, new TransportAddress(high, low, port), handle),
                    buffer,
                    offset,
                    length,
                    forward);
            return;
        }
        Allocation allocation = allocations.find(listener, high, low, port);
        if (allocation == null) {
            drop(forward, TurnErrorCode.DATA_WITHOUT_ALLOCATION);
            return;
        }
        if (channel) {
            data.channelData(now, allocation, buffer, offset, length, forward);
        } else {
            data.send(now, allocation, buffer, offset, length, forward);
        }
        count(forward);
    }

    /**
     * A datagram that came to a relayed port. The payload itself is not looked at.
     *
     * @param ipv6 the family of the relayed address
     * @param offset where the payload is; only handed on to {@code forward}
     */
    public void fromPeer(
            long now,
            boolean ipv6,
            int relayPort,
            long high,
            long low,
            int port,
            long offset,
            int length,
            Forward forward) {
        if (settings.relay().isOwn(high, low)) {
            drop(forward, TurnErrorCode.NO_PERMISSION); // what is relayed here comes by no socket: somebody lies
            return;
        }
        fromShard(now, ipv6, relayPort, high, low, port, offset, length, forward);
    }

    /** What another shard's {@link Forward.Kind#TO_SHARD} said: as {@link #fromPeer}, from its relayed address and port. */
    public void fromShard(
            long now,
            boolean ipv6,
            int relayPort,
            long high,
            long low,
            int port,
            long offset,
            int length,
            Forward forward) {
        data.fromPeer(now, ipv6, relayPort, high, low, port, offset, length, forward);
        count(forward);
    }

    /**
     * A receiver or a router has refused (ICMP) what was sent from a relayed port: the client is told, if it may send there
     * (RFC 8656 section 11.5).
     *
     * @param ipv6 the family of the relayed address, and so whether {@code type} and {@code code} are of ICMPv6
     * @param high the address that it was sent to, whoever has refused it
     * @param mtu of the next link, where it was too long for that; else without meaning
     */
    public void fromRouter(
            long now, boolean ipv6, int relayPort, long high, long low, int port, int type, int code, int mtu) {
        data.fromRouter(now, ipv6, relayPort, new TransportAddress(high, low, port), type, code, mtu);
    }

    /** A client's connection was closed: its allocation ends (RFC 8656 section 3.1), unless it may move (RFC 8016). */
    public void clientClosed(long now, int listener, long high, long low, int port) {
        Allocation allocation = allocations.find(listener, high, low, port);
        if (allocation != null && !allocation.isMobile()) {
            allocations.end(now, allocation, Output.EndReason.CONNECTION_CLOSED);
        }
    }

    /**
     * What {@link Output.OpenRelay} asked for is done. It is said before the engine is called with anything else.
     *
     * @param handle given back in each {@link Forward} that sends from there
     */
    public void relayOpened(long now, boolean ipv6, int port, int handle) {
        allocate.opened(now, ipv6, port, handle);
    }

    /** What {@link Output.OpenRelay} asked for cannot be done. */
    public void relayFailed(long now, boolean ipv6, int port) {
        allocate.failed(now, ipv6, port);
    }

    /** What {@link Output.ConnectPeer} asked for is done. */
    public void peerConnected(long now, int connection) {
        allocations.connections.connected(now, connection);
    }

    /** What {@link Output.ConnectPeer} asked for failed, or either end of a connection was closed. */
    public void peerClosed(int connection) {
        allocations.connections.closed(connection);
    }

    /**
     * A peer has connected to a relayed port (RFC 6062 section 5.3).
     *
     * @return the connection's id; 0 if it is to be closed, which is counted by its reason
     */
    public int peerAccepted(long now, boolean ipv6, int relayPort, TransportAddress peer) {
        return allocations.connections.accepted(now, relayPort, ipv6, peer);
    }

    /**
     * Bytes have passed between a connection and the client's that it is joined to. They are counted, and metered as packets of
     * 1,024 bytes.
     *
     * @param toPeer the direction
     * @return how many of them the user may relay at the moment; the others are to be told of again, and until then nothing more
     *     is to be passed on
     */
    public long passed(long now, int connection, boolean toPeer, long bytes) {
        return allocations.connections.passed(now, connection, toPeer, bytes);
    }

    /** Whether something may be relayed to that address as the policy is now: asked again where it is connected to. */
    public boolean allows(long high, long low) {
        return peers.refusal(high, low) == null;
    }

    /**
     * From now on there are no new allocations: clients are sent elsewhere ({@link #alternates}), or refused. A port that was reserved
     * before is still given to who has its token.
     */
    public void drain() {
        allocate.drain(true);
    }

    /** Takes {@link #drain} back. */
    public void resume() {
        allocate.drain(false);
    }

    /**
     * Where clients are sent from now on (300, Try Alternate) when nobody new is taken: while it is drained, and when there are as many
     * allocations as there may be in all, or no port is free. Who has no more for oneself is refused as before, and so is who shows the
     * token of a port that was reserved here.
     *
     * @param each by the number of the listener; those that are not there have none
     */
    public void alternates(List<Alternate> each) {
        allocate.alternates(each);
    }

    /** Ends the allocations of all holders of credentials for whom {@code withdrawn} holds; asked once for each allocation. */
    public void endOf(long now, Predicate<Credentials.Holder> withdrawn) {
        end(now, withdrawn, Output.EndReason.WITHDRAWN);
    }

    /** Ends all allocations: the node stops. */
    public void endAll(long now) {
        end(now, everybody -> true, Output.EndReason.BY_SERVER);
    }

    private void end(long now, Predicate<Credentials.Holder> holders, Output.EndReason reason) {
        allocations
                .where(allocation -> holders.test(allocation.holder))
                .forEach(allocation -> allocations.end(now, allocation, reason));
    }

    /** Another policy: permissions and channels that it would refuse are gone, and TCP connections closed. An equal one is none. */
    public void policy(PeerPolicy policy) {
        if (!peers.use(policy)) {
            return;
        }
        for (Allocation allocation : allocations.where(all -> true)) {
            allocation.permissions.removeIf(permission -> peers.refusal(permission.high, permission.low) != null);
            allocations.connections.closeWhere(allocation, peer -> peers.refusal(peer.high(), peer.low()) != null);
        }
    }

    /** When {@link #onTimeout} is to be called; {@link org.edgeways.base.TimerQueue#NEVER} if nothing is due. */
    public long nextDeadline() {
        return allocations.timers.nextDeadline();
    }

    /** Does what is due. */
    public void onTimeout(long now) {
        for (Due due = allocations.timers.poll(now); due != null; due = allocations.timers.poll(now)) {
            switch (due) {
                case Due.AllocationEnds(Allocation allocation) ->
                    allocations.end(now, allocation, Output.EndReason.LIFETIME_OVER);
                case Due.ReservationEnds(RelayPorts.Reservation reservation) ->
                    allocations.ports.free(reservation.ipv6(), reservation.port(), reservation);
                case Due.ConnectionEnds(PeerConnection connection) -> allocations.connections.tooLate(connection);
            }
        }
    }

    /** What has come about since the last call. To be asked for after each call of this engine but those for data that is passed on. */
    public List<Output> takeOutputs() {
        return allocations.takeOutputs();
    }

    /** How many allocations there are. */
    public int allocationCount() {
        return allocations.count();
    }

    /** Whether a client has an allocation here. */
    public boolean hasAllocation(int listener, long high, long low, int port) {
        return allocations.find(listener, high, low, port) != null;
    }

    /** How many TCP connections to peers there are. */
    public int connectionCount() {
        return allocations.connections.count();
    }

    /** How often something was refused or dropped with that code. */
    public long count(TurnErrorCode code) {
        return allocations.counts.get(code);
    }

    private void control(long now, Client client, MemorySegment buffer, long offset, int length, Forward forward) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        switch (StunMessage.parse(bytes)) {
            case Result.Bad<StunMessage> _ -> drop(forward, TurnErrorCode.MALFORMED);
            case Result.Ok<StunMessage>(StunMessage message) -> {
                if (message.messageClass() != StunClass.REQUEST) {
                    boolean keepAlive = message.messageClass() == StunClass.INDICATION
                            && message.method() == StunMethod.BINDING; // RFC 8489 section 6.3.2
                    drop(forward, keepAlive ? null : TurnErrorCode.UNEXPECTED);
                    return;
                }
                request(now, client, message, forward);
            }
        }
    }

    private void request(long now, Client client, StunMessage message, Forward forward) {
        switch (message.method()) {
            case StunMethod.BINDING -> binding(now, client, message, forward);
            case StunMethod.ALLOCATE,
                    StunMethod.REFRESH,
                    StunMethod.CREATE_PERMISSION,
                    StunMethod.CHANNEL_BIND,
                    StunMethod.CONNECT,
                    StunMethod.CONNECTION_BIND -> {
                switch (authentication.check(now, client, message)) {
                    case Authentication.Outcome.Failed(TurnErrorCode code, String username) -> {
                        drop(forward, code);
                        boolean sent =
                                respond(now, client, authentication.refusal(now, client, message, code), forward);
                        if (sent && !username.isEmpty()) {
                            allocations.out(new Output.Refused(client, username, code));
                        }
                    }
                    case Authentication.Outcome.Passed(Request request) -> authenticated(now, request);
                }
            }
            default -> drop(forward, TurnErrorCode.UNEXPECTED);
        }
    }

    /** RFC 8489 section 12. */
    private void binding(long now, Client client, StunMessage message, Forward forward) {
        List<Integer> unknown = message.unknownAttributes();
        StunWriter writer = new StunWriter(
                unknown.isEmpty() ? StunClass.SUCCESS : StunClass.ERROR, message.method(), message.transactionId());
        if (unknown.isEmpty()) {
            writer.addXor(StunAttribute.XOR_MAPPED_ADDRESS, client.address());
        } else {
            drop(forward, TurnErrorCode.UNKNOWN_ATTRIBUTE);
            writer.addError(TurnErrorCode.UNKNOWN_ATTRIBUTE.status(), "").addUnknown(unknown);
        }
        if (message.has(StunAttribute.FINGERPRINT)) {
            writer.addFingerprint();
        }
        respond(now, client, writer.toBytes(), forward);
    }

    /** Answers somebody who has not shown credentials, if the source has not had too much already. */
    private boolean respond(long now, Client client, byte[] message, Forward forward) {
        if (settings.listeners().get(client.listener()).isSpoofable()
                && !budget.take(client.address(), message.length, now)) {
            drop(forward, TurnErrorCode.BUDGET_SPENT);
            return false;
        }
        allocations.out(new Output.Respond(client, message));
        return true;
    }

    private void authenticated(long now, Request request) {
        List<Integer> unknown = request.message().unknownAttributes();
        if (!unknown.isEmpty()) {
            allocations.refuse(request, unknown);
            return;
        }
        switch (request.message().method()) {
            case StunMethod.ALLOCATE -> allocate.handle(now, request);
            case StunMethod.REFRESH -> requests.refresh(now, request);
            case StunMethod.CREATE_PERMISSION -> requests.createPermission(now, request);
            case StunMethod.CHANNEL_BIND -> requests.channelBind(now, request);
            case StunMethod.CONNECT -> requests.connect(now, request);
            case StunMethod.CONNECTION_BIND -> requests.connectionBind(request);
            default ->
                throw new IllegalStateException("method " + request.message().method());
        }
    }

    private void drop(Forward forward, @Nullable TurnErrorCode code) {
        forward.drop(code);
        count(forward);
    }

    private void count(Forward forward) {
        TurnErrorCode dropped = forward.dropped();
        if (dropped != null) {
            allocations.counts.add(dropped);
        }
    }
}
