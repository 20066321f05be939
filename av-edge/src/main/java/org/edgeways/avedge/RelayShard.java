package org.edgeways.avedge;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.edgeways.avedge.udp.DatagramSockets;
import org.edgeways.base.Counters;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerCertificates;
import org.edgeways.turn.engine.Client;
import org.edgeways.turn.engine.Credentials;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.engine.Output;
import org.edgeways.turn.engine.PeerPolicy;
import org.edgeways.turn.engine.Quotas;
import org.edgeways.turn.engine.ShardHint;
import org.edgeways.turn.engine.Transport;
import org.edgeways.turn.engine.TurnEngine;
import org.edgeways.turn.engine.TurnSettings;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * One thread that relays: one engine, its sockets, and what other shards and connections give to it. All but {@link #execute},
 * {@link #frame} and the numbers belongs to that thread. Longer than other files, because all that one thread does comes together
 * here.
 */
final class RelayShard implements DatagramSockets.Receiver, PacketRing.Taker, Runnable {

    private static final int RING_BYTES = 1 << 20;
    private static final long LONGEST_WAIT = 1_000_000_000L;

    /** What is to be done on the shard's thread, and who waits for it. */
    private record Task(LongConsumer action, CompletableFuture<Void> done) {}

    /** What is the same for all shards of a role. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Shared(
            Credentials credentials,
            Quotas quotas,
            PeerPolicy policy,
            byte[] key,
            RandomGenerator random,
            ProcessClock clock,
            Counters counters,
            AvEdgeLog log) {}

    private final TurnSettings settings;
    private final @Nullable InetAddress relayIpv4;
    private final @Nullable InetAddress relayIpv6;
    private final Shared shared;
    private final DatagramSockets sockets;
    private final TurnEngine engine;
    private final ShardCounts counts;
    private final ClientStreams streams = new ClientStreams();
    private final PeerSockets peers;
    private final ForeignClients foreign;
    private final int[] listenerSockets;
    private final PacketRing ring = new PacketRing(RING_BYTES);
    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    private final Queue<Task> begun = new ArrayDeque<>(); // what is left after a failure is done in the next turn
    private final Forward forward = new Forward();
    private final Map<Integer, Integer> relaySockets = new HashMap<>(); // by port, with a minus for IPv6
    private RelayShard[] all = {};
    private int[] roles = new int[16]; // by socket: its listener, or RELAY or RELAY6 and the port
    private @Nullable DtlsClients dtls; // only where it is switched on
    private int origin = HERE; // while a datagram is handled that came to another shard: its number
    private long unsent;
    private volatile int allocations;
    private volatile int ports;
    private volatile boolean stopped;
    private volatile boolean ended;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int CONNECTION_BIND = StunClass.REQUEST.type(StunMethod.CONNECTION_BIND);
    private static final int RELAY = 1 << 16;
    private static final int RELAY6 = 2 << 16;
    private static final int PORT = 0xffff;
    private static final int HERE = -1;

    /**
     * A shard whose listeners are still to be opened.
     *
     * @param relayIpv4 where its relayed ports are
     */
    RelayShard(
            TurnSettings settings,
            @Nullable InetAddress relayIpv4,
            @Nullable InetAddress relayIpv6,
            Shared shared,
            DatagramSockets sockets) {
        this.settings = settings;
        this.relayIpv4 = relayIpv4;
        this.relayIpv6 = relayIpv6;
        this.shared = shared;
        this.sockets = sockets;
        this.counts = new ShardCounts(shared.counters());
        this.foreign = new ForeignClients(shared.random().nextLong());
        this.listenerSockets = new int[settings.listeners().size()];
        this.peers = new PeerSockets(this, settings.relay(), relayIpv4, relayIpv6);
        this.engine = new TurnEngine(
                settings, shared.credentials(), shared.policy(), shared.quotas(), shared.random(), shared.key());
    }

    /** Opens a listener, before the thread starts. */
    InetSocketAddress listen(int listener, InetSocketAddress address) throws IOException {
        int socket = sockets.open(address, true);
        setRole(socket, listener);
        listenerSockets[listener] = socket;
        return sockets.localAddress(socket);
    }

    /** Before the thread starts: the shards of the node by their numbers, this one among them. */
    void know(RelayShard[] shards) {
        all = shards;
    }

    private void setRole(int socket, int role) {
        if (socket >= roles.length) {
            roles = Arrays.copyOf(roles, Math.max(socket + 1, roles.length * 2));
        }
        roles[socket] = role;
    }

    /** Runs until {@link #stop}, or until its sockets fail: then its clients' connections are closed, so that they go to others. */
    @Override
    public void run() {
        try {
            while (!stopped) {
                turn();
            }
        } catch (IOException | RuntimeException | Error e) {
            shared.log().shardEnded(settings.relay().shard(), e);
        }
        try {
            engine.endAll(shared.clock().now()); // also what they had of quotas is free then
            apply(shared.clock().now());
            counts.publish(engine);
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            ended = true;
            sockets.close();
            peers.closeAll();
            if (!stopped) {
                streams.closeAll(AvEdgeErrorCode.SHARD_ENDED);
            }
            release(begun);
            release(tasks);
        }
    }

    /** Nobody does those any more. */
    private static void release(Queue<Task> undone) {
        for (Task task = undone.poll(); task != null; task = undone.poll()) {
            task.done().complete(null);
        }
    }

    private void turn() throws IOException {
        long now = shared.clock().now();
        try {
            peers.charge(now);
            DtlsClients secured = dtls;
            if (secured != null && secured.nextLook() <= now) {
                secured.look(now);
            }
            if (engine.nextDeadline() <= now) {
                engine.onTimeout(now);
                apply(now);
            }
            for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
                begun.add(task);
            }
            // all frames of a connection of whose end a task tells are there by now, and none of the next one with its
            // handle
            ring.take(this);
            for (Task task = begun.poll(); task != null; task = begun.poll()) {
                run(task, now);
            }
        } catch (RuntimeException
                | Error e) { // also one of memory: a shard that goes on serves more than one that is gone
            failed(e);
        }
        settle();
        boolean more = stopped || !tasks.isEmpty() || !begun.isEmpty() || !ring.isEmpty();
        long next = Math.min(engine.nextDeadline(), dtls == null ? Long.MAX_VALUE : dtls.nextLook());
        long wait = more ? 0 : Math.min(LONGEST_WAIT, next - now); // a time in the past does not wait
        sockets.receive(Math.max(0, wait), this);
        settle();
    }

    private void run(Task task, long now) {
        try {
            task.action().accept(now);
            counts.codesChanged();
            apply(now);
        } finally {
            task.done().complete(null);
        }
    }

    private void settle() {
        sockets.flush();
        streams.flush();
        long total = sockets.unsent();
        if (total > unsent) {
            counts.dropped(AvEdgeErrorCode.NOT_SENT, total - unsent);
            unsent = total;
        }
        counts.publish(engine);
    }

    private void failed(Throwable e) {
        counts.dropped(AvEdgeErrorCode.SHARD_FAILED, 1);
        shared.log().shardFailed(e);
    }

    /**
     * Does something on the shard's thread.
     *
     * @param task is given the time; not done if the thread has ended
     * @return done when what came of it is done too, or the thread has ended
     */
    CompletableFuture<Void> execute(LongConsumer task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        tasks.add(new Task(task, done));
        if (ended) {
            release(tasks);
        } else {
            sockets.wakeUp();
        }
        return done;
    }

    /** Whether its thread has ended. From any thread. */
    boolean hasEnded() {
        return ended;
    }

    /** The role has dropped something. From any thread. */
    void dropped(AvEdgeErrorCode code) {
        counts.dropped(code, 1);
    }

    /** Has it look what there is to do. */
    void wake() {
        sockets.wakeUp();
    }

    /** Ends the thread. */
    void stop() {
        stopped = true;
        sockets.wakeUp();
    }

    /** For a shard whose thread never started. */
    void abandon() {
        sockets.close();
    }

    /** Its TCP towards peers. */
    PeerSockets peers() {
        return peers;
    }

    /** Bytes were passed on between a client's connection and a peer's. */
    void passed(boolean toPeer, long bytes) {
        counts.relayed(toPeer ? ShardCounts.Direction.TO_PEER : ShardCounts.Direction.TO_CLIENT, bytes);
    }

    /** The connections of its clients. */
    ClientStreams streams() {
        return streams;
    }

    /** Whether a frame names another shard. From any thread. */
    boolean isOfAnother(MemorySegment frame, long offset, int length) {
        return ShardHint.of(settings.relay(), frame, offset, length)
                != settings.relay().shard();
    }

    /**
     * Gives it a frame that came on a client's connection.
     *
     * @return false if there is no room at the moment
     */
    boolean frame(int handle, MemorySegment from, long offset, int length) {
        return wake(ring.frame(handle, from, offset, length));
    }

    private boolean relayed(Forward packet, MemorySegment buffer) {
        return wake(ring.relayed(packet, buffer));
    }

    private boolean wake(int put) {
        if (put == PacketRing.FIRST) {
            sockets.wakeUp();
        }
        return put != PacketRing.FULL;
    }

    /** A client's connection is closed. */
    void closed(int handle) {
        var _ = execute(now -> {
            ClientStream stream = streams.get(handle);
            if (stream != null) {
                TransportAddress address = stream.address();
                engine.clientClosed(now, stream.listener(), address.high(), address.low(), address.port());
                streams.remove(handle);
            }
        });
    }

    /** How many allocations there are. */
    int allocations() {
        return allocations;
    }

    /** How many relayed ports are open. */
    int ports() {
        return ports;
    }

    /** Its engine; for tasks. */
    TurnEngine engine() {
        return engine;
    }

    @Override
    public void received(int socket, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        try {
            long now = shared.clock().now();
            int role = roles[socket];
            if (role < RELAY) {
                DtlsClients secured = dtls;
                if (secured != null && length > 0 && DtlsRecord.isDtls(buffer.get(ValueLayout.JAVA_BYTE, offset))) {
                    secured.received(now, role, high, low, port, buffer, offset, length);
                    return;
                }
                int other = all.length > 1 ? shardOf(role, high, low, port, buffer, offset, length) : -1;
                if (other >= 0) {
                    handOver(other, role, high, low, port, buffer, offset, length);
                    return;
                }
                engine.fromClient(now, role, high, low, port, socket, buffer, offset, length, forward);
                clientsPacket(now, buffer);
            } else {
                engine.fromPeer(now, role >= RELAY6, role & PORT, high, low, port, offset, length, forward);
                toClient(buffer, ShardCounts.Direction.TO_CLIENT);
            }
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    @Override
    public void refused(int socket, long high, long low, int port, int type, int code, int mtu) {
        try {
            int role = roles[socket];
            if (role >= RELAY) {
                long now = shared.clock().now();
                engine.fromRouter(now, role >= RELAY6, role & PORT, high, low, port, type, code, mtu);
                apply(now);
            }
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    /** The other shard that a client's datagram is for; -1 if it is for this one. */
    private int shardOf(int listener, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        if (!foreign.isEmpty()) {
            int known = foreign.shardOf(listener, high, low, port);
            if (known >= 0) {
                return known;
            }
        }
        int named = ShardHint.of(settings.relay(), buffer, offset, length);
        return named == settings.relay().shard() || engine.hasAllocation(listener, high, low, port) ? -1 : named;
    }

    private void handOver(
            int other, int listener, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        RelayShard shard = all[other];
        if (!shard.wake(
                shard.ring.foreign(settings.relay().shard(), listener, high, low, port, buffer, offset, length))) {
            counts.dropped(AvEdgeErrorCode.HAND_OVER_FULL, 1);
        }
    }

    @Override
    public void taken(
            int from, int listener, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        long now = shared.clock().now();
        origin = from;
        try {
            engine.fromClient(
                    now, listener, high, low, port, listenerSockets[listener], buffer, offset, length, forward);
            clientsPacket(now, buffer);
        } finally {
            origin = HERE;
        }
    }

    @Override
    public void taken(int handle, MemorySegment buffer, long offset, int length) {
        ClientStream stream = streams.get(handle);
        if (stream == null) {
            return;
        }
        long now = shared.clock().now();
        TransportAddress client = stream.address();
        int named = ShardHint.of(settings.relay(), buffer, offset, length);
        boolean waits = named != settings.relay().shard() || buffer.get(SHORT, offset) == CONNECTION_BIND;
        if (named != settings.relay().shard()
                && !engine.hasAllocation(stream.listener(), client.high(), client.low(), client.port())) {
            stream.moveTo(all[named], buffer.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
            return;
        }
        engine.fromClient(
                now,
                stream.listener(),
                client.high(),
                client.low(),
                client.port(),
                handle,
                buffer,
                offset,
                length,
                forward);
        clientsPacket(now, buffer);
        if (waits) {
            stream.handled();
        }
    }

    @Override
    public void taken(
            boolean ipv6, int relayPort, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        engine.fromShard(shared.clock().now(), ipv6, relayPort, high, low, port, offset, length, forward);
        toClient(buffer, ShardCounts.Direction.BETWEEN_CLIENTS);
    }

    private void clientsPacket(long now, MemorySegment buffer) {
        switch (forward.kind()) {
            case NOTHING -> {
                counts.codesChanged();
                apply(now);
            }
            case TO_PEER -> {
                counts.relayed(ShardCounts.Direction.TO_PEER, forward.length());
                sockets.send(forward.handle(), forward, buffer);
            }
            case TO_CLIENT -> toClient(buffer, ShardCounts.Direction.BETWEEN_CLIENTS);
            case TO_SHARD -> {
                if (!all[forward.shard()].relayed(forward, buffer)) {
                    counts.dropped(AvEdgeErrorCode.HAND_OVER_FULL, 1);
                }
            }
        }
    }

    private void toClient(MemorySegment buffer, ShardCounts.Direction direction) {
        if (forward.kind() != Forward.Kind.TO_CLIENT) {
            counts.codesChanged();
            apply(shared.clock().now());
            return;
        }
        Transport transport = settings.listeners().get(forward.listener());
        if (transport == Transport.DTLS) {
            if (toDtls(buffer)) {
                counts.relayed(direction, forward.length());
            }
            return;
        }
        if (!transport.isStream()) {
            counts.relayed(direction, forward.length());
            sockets.send(forward.handle(), forward, buffer);
            return;
        }
        ClientStream stream = streams.get(forward.handle(), forward.high(), forward.low(), forward.port());
        if (stream == null) {
            counts.dropped(AvEdgeErrorCode.CLIENT_GONE, 1);
        } else if (stream.send(forward, buffer)) {
            counts.relayed(direction, forward.length());
            streams.flushLater(stream);
        } else {
            counts.dropped(AvEdgeErrorCode.CLIENT_CONGESTED, 1);
        }
    }

    private boolean toDtls(MemorySegment buffer) {
        DtlsClients secured = dtls;
        if (secured == null) {
            return false;
        }
        ByteBuffer message =
                buffer.asSlice(forward.wrap(buffer), forward.packetLength()).asByteBuffer();
        TransportAddress to = new TransportAddress(forward.high(), forward.low(), forward.port());
        return secured.send(forward.handle(), to, message);
    }

    /** From now on it takes DTLS on its sockets for clients; for its thread. */
    void dtls(ServerCertificates certificates, Duration idle, ListenerNumbers numbers) {
        dtls = new DtlsClients(certificates, DtlsClients.MOST, idle, shared.random(), new DtlsClients.Server() {
            @Override
            public void decrypted(
                    int session, int listener, TransportAddress client, MemorySegment buffer, long offset, int length) {
                long now = shared.clock().now();
                engine.fromClient(
                        now,
                        numbers.dtls(listener),
                        client.high(),
                        client.low(),
                        client.port(),
                        session,
                        buffer,
                        offset,
                        length,
                        forward);
                clientsPacket(now, buffer);
            }

            @Override
            public void send(int listener, TransportAddress to, byte[] datagram) {
                sockets.send(listenerSockets[listener], datagram, to.high(), to.low(), to.port());
            }

            @Override
            public boolean hasAllocation(int listener, TransportAddress client) {
                return engine.hasAllocation(numbers.dtls(listener), client.high(), client.low(), client.port());
            }

            @Override
            public void ended(int listener, TransportAddress client) {
                long now = shared.clock().now();
                engine.clientClosed(now, numbers.dtls(listener), client.high(), client.low(), client.port());
                apply(now);
            }

            @Override
            public void dropped(AvEdgeErrorCode code) {
                counts.dropped(code, 1);
            }
        });
    }

    private void apply(long now) {
        for (List<Output> outputs = engine.takeOutputs(); !outputs.isEmpty(); outputs = engine.takeOutputs()) {
            counts.codesChanged();
            allocations = engine.allocationCount(); // before the client has its answer
            for (Output output : outputs) {
                apply(now, output);
            }
        }
    }

    private void apply(long now, Output output) {
        switch (output) {
            case Output.Respond(Client client, byte[] message) -> respond(client, message);
            case Output.OpenRelay(boolean ipv6, int port, boolean tcp) -> open(now, ipv6, port, tcp);
            case Output.CloseRelay(boolean ipv6, int port, boolean tcp) -> {
                Integer socket = tcp ? null : relaySockets.remove(ipv6 ? -port : port);
                if (tcp) {
                    peers.close(ipv6, port);
                } else if (socket != null) {
                    sockets.close(socket);
                }
                ports = relaySockets.size() + peers.ports();
            }
            case Output.Allocated allocated -> {
                counts.allocated();
                begins(allocated.client());
                shared.log().allocated(allocated);
            }
            case Output.Moved moved -> {
                ends(moved.from());
                begins(moved.to());
            }
            case Output.Ended ended -> {
                counts.ended(ended.reason());
                ends(ended.client());
                shared.log().ended(ended);
            }
            case Output.Refused refused -> shared.log().refused(refused);
            case Output.Dropping dropping -> shared.log().dropping(dropping);
            case Output.ConnectPeer connect ->
                peers.connect(
                        connect,
                        (six, port) -> settings.relay().isInRange(port)
                                && all[settings.relay().shardOf(port)].peers.isListening(six, port));
            case Output.Join(int connection, Client client) -> peers.join(connection, streamOf(client));
            case Output.ClosePeer(int connection) -> peers.close(connection);
        }
    }

    private void open(long now, boolean ipv6, int port, boolean tcp) {
        InetAddress address = ipv6 ? relayIpv6 : relayIpv4;
        if (address == null) {
            engine.relayFailed(now, ipv6, port);
            return;
        }
        try {
            if (tcp) {
                peers.open(ipv6, port);
                ports = relaySockets.size() + peers.ports();
                engine.relayOpened(now, ipv6, port, 0);
                return;
            }
            int socket = sockets.open(new InetSocketAddress(address, port), false);
            setRole(socket, (ipv6 ? RELAY6 : RELAY) | port);
            relaySockets.put(ipv6 ? -port : port, socket);
            ports = relaySockets.size() + peers.ports();
            engine.relayOpened(now, ipv6, port, socket);
        } catch (IOException e) {
            shared.log().portTaken(address, port, e);
            engine.relayFailed(now, ipv6, port);
        }
    }

    private boolean isStream(Client client) {
        return settings.listeners().get(client.listener()).isStream();
    }

    private void respond(Client client, byte[] message) {
        TransportAddress to = client.address();
        if (origin != HERE && !isStream(client)) {
            RelayShard first = all[origin];
            var _ = first.execute(now -> first.sockets.send(
                    first.listenerSockets[client.listener()], message, to.high(), to.low(), to.port()));
            return;
        }
        DtlsClients secured = dtls;
        if (secured != null && settings.listeners().get(client.listener()) == Transport.DTLS) {
            var _ = secured.send(client.handle(), to, ByteBuffer.wrap(message));
            return;
        }
        if (!isStream(client)) {
            sockets.send(client.handle(), message, to.high(), to.low(), to.port());
            return;
        }
        ClientStream stream = streamOf(client);
        if (stream != null) {
            stream.send(message);
            streams.flushLater(stream);
        }
    }

    private @Nullable ClientStream streamOf(Client client) {
        TransportAddress address = client.address();
        return streams.get(client.handle(), address.high(), address.low(), address.port());
    }

    /** A client has an allocation now. */
    private void begins(Client client) {
        if (origin != HERE && !isStream(client)) {
            foreign.comesTo(client, origin);
            RelayShard first = all[origin];
            var _ = first.execute(
                    now -> first.foreign.isElsewhere(client, settings.relay().shard()));
        }
        tell(client, true);
    }

    /** A client has none any more. */
    private void ends(Client client) {
        Integer first = foreign.gone(client);
        if (first != null) {
            var _ = all[first].execute(now -> all[first].foreign.isElsewhereNoMore(client));
        }
        tell(client, false);
    }

    /** How many clients come here whose allocation is another shard's; for tests. */
    int foreignClients() {
        return foreign.size();
    }

    private void tell(Client client, boolean allocated) {
        ClientStream stream = isStream(client) ? streamOf(client) : null;
        if (stream != null) {
            stream.allocated(allocated);
        }
    }
}
