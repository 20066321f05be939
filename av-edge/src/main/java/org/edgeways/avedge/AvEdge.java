package org.edgeways.avedge;

import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.edgeways.avedge.udp.DatagramSockets;
import org.edgeways.avedge.udp.LinuxSockets;
import org.edgeways.base.Counters;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.engine.Content;
import org.edgeways.net.port.Accepted;
import org.edgeways.net.port.Protocol;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.engine.Alternate;
import org.edgeways.turn.engine.Credentials;
import org.edgeways.turn.engine.PeerPolicy;
import org.edgeways.turn.engine.PeerRules;
import org.edgeways.turn.engine.RelaySettings;
import org.edgeways.turn.engine.Transport;
import org.edgeways.turn.engine.TurnEngine;
import org.edgeways.turn.engine.TurnSettings;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One A/V Edge: threads that relay, each with sockets and an engine of its own. Clients come over UDP, to sockets that the
 * system spreads them over, and over connections of other listeners.
 */
public final class AvEdge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AvEdge.class);
    private static final int KEY_BYTES = 32;
    private static final int STOP_SECONDS = 5;

    /**
     * What a role gets of its process.
     *
     * @param random cryptographically strong, and safe for several threads
     * @param credentials who may ask for what; asked by all threads
     * @param personOf whose a user name is, for quotas; asked by all threads
     */
    public record Surroundings(
            Counters counters,
            ProcessClock clock,
            RandomGenerator random,
            Credentials credentials,
            UnaryOperator<String> personOf) {}

    private final Surroundings around;
    private final QuotaBook quotas;
    private final RelayShard[] shards;
    private final List<Thread> threads = new ArrayList<>();
    private final List<InetSocketAddress> outside = new ArrayList<>();
    private final List<InetSocketAddress> inside = new ArrayList<>();
    private final Supplier<List<OnLink.Leg>> lookUp;
    private List<OnLink.Leg> legs; // as they were when it looked last; under the lock
    private final AtomicInteger streams = new AtomicInteger();
    private final ListenerNumbers listeners;
    private volatile AvEdgeSettings settings;
    private volatile boolean draining;

    private AvEdge(AvEdgeSettings settings, Surroundings around, Supplier<List<OnLink.Leg>> lookUp) {
        this.settings = settings;
        this.lookUp = lookUp;
        this.legs = lookUp.get();
        this.around = around;
        this.quotas = new QuotaBook(settings.quotas(), around.personOf());
        this.shards = new RelayShard[settings.shards()];
        this.listeners =
                new ListenerNumbers(settings.outside().size(), settings.inside().size());
    }

    /**
     * Starts one; when this returns, it listens.
     *
     * @throws IOException if an address cannot be had; nothing is left open then
     */
    public static AvEdge start(AvEdgeSettings settings, Surroundings around) throws IOException {
        return start(LinuxSockets::gathering, settings, around, OnLink::legs);
    }

    /**
     * As {@link #start(AvEdgeSettings, Surroundings)}, with other sockets where those work.
     *
     * @param lookUp the interfaces of this host
     */
    static AvEdge start(
            DatagramSockets.Maker batched,
            AvEdgeSettings settings,
            Surroundings around,
            Supplier<List<OnLink.Leg>> lookUp)
            throws IOException {
        AvEdge edge = new AvEdge(settings, around, lookUp);
        boolean opened = false;
        try {
            edge.open(batched);
            opened = true;
        } finally {
            if (!opened) {
                for (RelayShard shard : edge.shards) {
                    if (shard != null) {
                        shard.abandon();
                    }
                }
            }
        }
        edge.run();
        return edge;
    }

    private void open(DatagramSockets.Maker batched) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        around.random().nextBytes(key);
        RelayShard.Shared shared = new RelayShard.Shared(
                around.credentials(),
                quotas,
                policy(settings.peers()),
                key,
                around.random(),
                around.clock(),
                around.counters(),
                new AvEdgeLog(around.clock(), around.counters()));
        AvEdgeSettings.Relay relay = settings.relay();
        List<Alternate> alternates = alternates(settings.elsewhere());
        for (int i = 0; i < shards.length; i++) {
            DatagramSockets sockets = DatagramSockets.best(batched, shared.log()::plainSockets);
            shards[i] = new RelayShard(
                    turnSettings(i, sockets.canSendWhole()), relay.ipv4(), relay.ipv6(), shared, sockets);
            shards[i].engine().alternates(alternates);
            LOG.info("event=av-edge-shard code=ok shard={} sockets=\"{}\"", i, sockets);
        }
        int listener = 0;
        for (InetSocketAddress address : settings.outside()) {
            outside.add(listen(listener++, address));
        }
        for (InetSocketAddress address : settings.inside()) {
            inside.add(listen(listener++, address));
        }
    }

    /** Every shard listens there; the first one finds the port. */
    private InetSocketAddress listen(int listener, InetSocketAddress address) throws IOException {
        InetSocketAddress found = address;
        for (RelayShard shard : shards) {
            found = shard.listen(listener, found);
        }
        LOG.info("event=av-edge-listening code=ok address={} threads={}", TransportAddress.of(found), shards.length);
        return found;
    }

    private TurnSettings turnSettings(int shard, boolean canSendWhole) {
        AvEdgeSettings.Relay relay = settings.relay();
        InetAddress seen = relay.advertisedIpv4() == null ? relay.ipv4() : relay.advertisedIpv4();
        return new TurnSettings(
                settings.realm(),
                listeners.transports(),
                new RelaySettings(
                        seen == null ? null : TransportAddress.of(seen, 0),
                        relay.ipv6() == null ? null : TransportAddress.of(relay.ipv6(), 0),
                        relay.firstPort(),
                        relay.lastPort(),
                        relay.open(),
                        relay.open() && relay.tcpPeers(),
                        canSendWhole,
                        shard,
                        shards.length),
                settings.limits(),
                AvEdgeSettings.NONCE_LIFETIME,
                true,
                true);
    }

    /** By the engine's listeners. */
    private List<Alternate> alternates(AvEdgeSettings.Elsewhere elsewhere) {
        List<Alternate> each = new ArrayList<>();
        for (Transport transport : listeners.transports()) {
            AvEdgeSettings.Elsewhere.Leg leg =
                    listeners.isInside(each.size()) ? elsewhere.inside() : elsewhere.outside();
            each.add(leg.of(transport));
        }
        return each;
    }

    private void run() {
        Counters counters = around.counters();
        counters.gauge("av_edge_allocations", this::allocations);
        counters.gauge("av_edge_relay_ports", () -> sum(RelayShard::ports));
        counters.gauge("av_edge_streams", () -> sum(shard -> shard.streams().size()));
        counters.gauge("av_edge_draining", () -> draining ? 1 : 0);
        for (int i = 0; i < shards.length; i++) {
            shards[i].know(shards);
            Thread thread = new Thread(shards[i], "relay-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private long sum(ToIntFunction<RelayShard> number) {
        long sum = 0;
        for (RelayShard shard : shards) {
            sum += number.applyAsInt(shard);
        }
        return sum;
    }

    /** By the interfaces as they were when it looked last. */
    private PeerPolicy policy(AvEdgeSettings.Peers peers) {
        List<AddressPrefix> denied = new ArrayList<>(peers.deny());
        denied.addAll(ownAddresses());
        List<AddressPrefix> inside = new ArrayList<>(OnLink.networks(legs, peers.inside(), outsideAddresses()));
        inside.addAll(peers.insideNetworks());
        return new PeerRules(peers.allow(), denied, inside, peers.outside());
    }

    private List<InetAddress> outsideAddresses() {
        List<InetAddress> addresses = new ArrayList<>();
        settings.outside().forEach(listener -> addresses.add(listener.getAddress()));
        addNonNull(settings.relay().ipv4(), addresses);
        addNonNull(settings.relay().ipv6(), addresses);
        return addresses;
    }

    /** Addresses of this host: nobody gets to what listens there by way of the relay. */
    private List<AddressPrefix> ownAddresses() {
        List<InetAddress> addresses = new ArrayList<>();
        settings.outside().forEach(listener -> addresses.add(listener.getAddress()));
        settings.inside().forEach(listener -> addresses.add(listener.getAddress()));
        addNonNull(settings.relay().ipv4(), addresses);
        addNonNull(settings.relay().ipv6(), addresses);
        addNonNull(settings.relay().advertisedIpv4(), addresses);
        // loopback is refused without being named; a rule that allows it means all of it
        legs.stream()
                .flatMap(leg -> leg.addresses().stream())
                .filter(address -> !address.isLoopbackAddress())
                .forEach(addresses::add);
        return addresses.stream()
                .filter(address -> !address.isAnyLocalAddress())
                .map(address -> TransportAddress.of(address, 0))
                .map(address -> new AddressPrefix(address.high(), address.low(), 128))
                .distinct()
                .toList();
    }

    private static void addNonNull(@Nullable InetAddress address, List<InetAddress> to) {
        if (address != null) {
            to.add(address);
        }
    }

    /**
     * Takes other peers and quotas, and another place to send clients to, while it runs. Permissions for what is now refused are gone
     * when this returns; what was used of a quota stays used. All else stays as it was at the start.
     */
    public synchronized void use(AvEdgeSettings next) {
        legs = lookUp.get();
        quotas.use(next.quotas());
        PeerPolicy policy = policy(next.peers());
        List<Alternate> alternates = alternates(next.elsewhere());
        everywhere((engine, now) -> {
            engine.policy(policy);
            engine.alternates(alternates);
        });
        settings = settings.withPeers(next.peers()).withQuotas(next.quotas()).withElsewhere(next.elsewhere());
    }

    /**
     * Looks which addresses and networks this host has now; permissions for what has become its own are gone when this returns. To be
     * called from time to time: whoever gives the host an address does not tell.
     *
     * @throws IllegalStateException if the interfaces cannot be told; all stays as it was
     */
    public synchronized void lookAtAddresses() {
        List<OnLink.Leg> found = lookUp.get();
        if (found.equals(legs)) {
            return;
        }
        legs = found;
        PeerPolicy policy = policy(settings.peers());
        everywhere((engine, now) -> engine.policy(policy));
        LOG.info("event=av-edge-addresses-changed code=ok");
    }

    /** From now on there are no new allocations: clients are sent elsewhere (300) or refused (508); those that there are go on. */
    public void drain() {
        draining = true;
        LOG.info("event=av-edge-draining code=ok allocations={}", allocations());
        everywhere((engine, now) -> engine.drain());
    }

    /** Takes {@link #drain} back. */
    public void resume() {
        draining = false;
        LOG.info("event=av-edge-resumed code=ok");
        everywhere((engine, now) -> engine.resume());
    }

    /** Whether it takes no new allocations. */
    public boolean isDraining() {
        return draining;
    }

    /** Ends the allocations of all for whom {@code withdrawn} holds; they are over when this returns. All threads that relay ask. */
    public void end(Predicate<Credentials.Holder> withdrawn) {
        everywhere((engine, now) -> engine.endOf(now, withdrawn));
    }

    /** What is done with an engine, on its thread. */
    @FunctionalInterface
    private interface Action {
        void apply(TurnEngine engine, long now);
    }

    private void everywhere(Action action) {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (RelayShard shard : shards) {
            done.add(shard.execute(now -> action.apply(shard.engine(), now)));
        }
        CompletableFuture.allOf(done.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, STOP_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** How many allocations there are. */
    public long allocations() {
        return sum(RelayShard::allocations);
    }

    /** How many clients come to one shard whose allocation another has. */
    int foreignClients() {
        List<Integer> each = new ArrayList<>();
        everywhere((engine, now) -> {});
        for (RelayShard shard : shards) {
            shard.execute(now -> each.add(shard.foreignClients())).join();
        }
        return each.stream().mapToInt(Integer::intValue).sum();
    }

    /** Those that relay; for tests. */
    List<Thread> threads() {
        return List.copyOf(threads);
    }

    /** The allocations that have relayed most, the first one most. */
    public List<AllocationUse> busiest(int count) {
        return quotas.busiest(count);
    }

    /** Why it does not relay as it should; empty if it does. */
    public List<String> problems() {
        return threads.stream().allMatch(Thread::isAlive)
                ? List.of()
                : List.of("a thread that relays audio and video has ended; the log says why");
    }

    /**
     * TURN over TLS, for a port that several protocols share: {@code stun.turn} in ALPN (RFC 7443), or known by its first bytes.
     *
     * @param certificates what clients are shown
     */
    public Protocol tls(ServerCertificates certificates) {
        return new Protocol(
                "turn-tls", List.of("stun.turn"), Set.of(Content.STUN), certificates, accepted -> take(accepted, true));
    }

    /** TURN over TCP in the clear, for such a port. */
    public Protocol tcp() {
        return new Protocol("turn-tcp", List.of(), Set.of(Content.STUN), null, accepted -> take(accepted, false));
    }

    /**
     * Takes clients over DTLS 1.2 on the ports for UDP from now on. It costs more processor than all else, of the threads that relay.
     *
     * @param certificates the first of which clients are shown
     */
    public void dtls(ServerCertificates certificates) {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (RelayShard shard : shards) {
            done.add(shard.execute(now -> shard.dtls(certificates, settings.streamIdle(), listeners)));
        }
        CompletableFuture.allOf(done.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, STOP_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** In turn, those that have ended left out; if all have, any. */
    private RelayShard nextShard() {
        RelayShard next = shards[Math.floorMod(streams.getAndIncrement(), shards.length)];
        for (int i = 1; next.hasEnded() && i < shards.length; i++) {
            next = shards[Math.floorMod(streams.getAndIncrement(), shards.length)];
        }
        return next;
    }

    private boolean isOnlyInside(InetAddress address) {
        return settings.inside().stream()
                        .anyMatch(listener -> listener.getAddress().equals(address))
                && settings.outside().stream()
                        .noneMatch(listener -> listener.getAddress().equals(address));
    }

    private void take(Accepted accepted, boolean secured) {
        accepted.ready();
        boolean fromInside = accepted.channel().localAddress() instanceof InetSocketAddress local
                && isOnlyInside(local.getAddress());
        int listener = listeners.stream(fromInside, secured);
        SslHandler tls = accepted.tls();
        if (tls != null) {
            tls.setWrapDataSize(0); // each frame in a record of its own: some clients take a record for a frame
        }
        RelayShard shard = nextShard();
        shard.peers().useLoops(accepted.channel().eventLoop().parent());
        accepted.channel()
                .pipeline()
                .addLast(
                        "turn",
                        new StreamHandler(
                                shard, listener, accepted.channel(), settings.streamIdle(), around.counters()));
    }

    /** Where clients outside reach it over UDP, in the order of the settings, with the ports that were found. */
    public List<InetSocketAddress> outside() {
        return List.copyOf(outside);
    }

    /** Where clients inside reach it over UDP. */
    public List<InetSocketAddress> inside() {
        return List.copyOf(inside);
    }

    /** Ends all allocations and closes all sockets. Waits up to five seconds for each thread. */
    @Override
    public void close() {
        for (RelayShard shard : shards) {
            shard.stop();
        }
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
