package org.edgeways.accessedge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.edgeways.accessedge.engine.ClientFlow;
import org.edgeways.accessedge.engine.EdgeNames;
import org.edgeways.accessedge.engine.EdgePolicy;
import org.edgeways.accessedge.engine.EdgeRouter;
import org.edgeways.accessedge.engine.FlowDirectory;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.accessedge.engine.Refusals;
import org.edgeways.accessedge.engine.SourceGuard;
import org.edgeways.accessedge.engine.Surroundings;
import org.edgeways.base.Counters;
import org.edgeways.base.SourceNetwork;
import org.edgeways.net.Admission;
import org.edgeways.net.BanCheck;
import org.edgeways.net.ClientTls;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;
import org.edgeways.net.http.HttpFront;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.port.Protocol;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.Transmitter;
import org.edgeways.siptransport.OutboundSettings;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipConnectionSettings;
import org.edgeways.siptransport.SipProtocols;
import org.edgeways.siptransport.SipShard;
import org.edgeways.siptransport.SipShards;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.siptransport.TransportErrorCode;
import org.edgeways.siptransport.WebOrigins;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.Sealer;
import org.jspecify.annotations.Nullable;

/**
 * One Access Edge: listens outside for SIP over TLS and over secure WebSocket, on one port or on two, and inside for the
 * connections that the inside opens, and runs one proxy core on each event loop.
 */
public final class AccessEdge implements AutoCloseable {

    /** Where clients make a WebSocket for SIP. */
    public static final String WEB_SOCKET_PATH = "/sip";

    private static final String OUTSIDE = "outside";

    private final AccessEdgeSettings settings;
    private final TransportContext context;
    private final Material material;
    private final Counters counters;
    private final RandomGenerator random;
    private final Sealer sealer;
    private final ProtocolTable outsideProtocols = new ProtocolTable();
    private final ProtocolTable insideProtocols = new ProtocolTable();
    private final ProtocolTable webSocketProtocols = new ProtocolTable();
    private final EdgeLog log;
    private final BanAction bans;
    private final SourceGuard guard;
    private final StartedEvents events = new StartedEvents();
    private final SipProtocols sip;
    private final Admission insideAdmission;
    private final Admission outsideAdmission;
    private final List<SharedListener> listeners = new ArrayList<>();
    private volatile @Nullable Running running;
    private boolean nextHopsOnly;
    private @Nullable CredentialService credentials;
    private @Nullable SharedListener tls;
    private @Nullable SharedListener webSocket;
    private @Nullable SharedListener insideLeg;

    /**
     * Keys and certificates.
     *
     * @param keyring seals tokens, until {@link AccessEdge#use} brings another
     * @param outside what clients are shown, on all listeners
     * @param insideLeg mutual TLS for the connections that the inside opens
     * @param nextHop for a next hop that we dial ourselves; null if the setting names a service
     */
    public record Material(
            Keyring keyring,
            ServerCertificates outside,
            ServerTls insideLeg,
            @Nullable ClientTls nextHop) {

        /** The same with one certificate outside. */
        public Material(Keyring keyring, ServerTls outside, ServerTls insideLeg, @Nullable ClientTls nextHop) {
            this(keyring, ServerCertificates.of(outside), insideLeg, nextHop);
        }
    }

    /** What takes other settings, and who is given them. */
    private record Running(
            PolicyInForce inForce,
            FlowDirectory directory,
            Refusals refusals,
            SipShards shards,
            List<EdgeRole> roles,
            EdgeConnections connections) {}

    /**
     * An edge that has not started.
     *
     * @param context with the event loops; not shared with another role, since its tables are this edge's
     * @param random cryptographically strong and safe for several threads
     */
    public AccessEdge(
            AccessEdgeSettings settings,
            Material material,
            TransportContext context,
            Counters counters,
            RandomGenerator random) {
        this.settings = settings;
        this.material = material;
        this.context = context;
        this.counters = counters;
        this.random = random;
        this.sealer = new Sealer(material.keyring(), random);
        this.log = new EdgeLog(context.clock(), counters);
        this.bans = new BanAction(log);
        this.guard = new SourceGuard(settings.limits(), bans, counters);
        this.sip = new SipProtocols(context, events);
        this.insideAdmission =
                new Admission(EdgeConnections.INSIDE_LEG, settings.insideAdmission(), BanCheck.NONE, counters);
        this.outsideAdmission = new Admission(OUTSIDE, settings.outsideAdmission(), guard::isBanned, counters);
    }

    /** Takes another keyring from now on. No connection and no transaction notices; its old keys open old tokens. */
    public void use(Keyring keyring) {
        sealer.use(keyring);
    }

    /** Serves credentials for relays where it serves WebSockets. To be called before the start. */
    public synchronized void credentials(CredentialService service) {
        credentials = service;
    }

    /**
     * Takes no server for the inside but those that it dials, besides the services of ours: where the authority of the inside leg
     * issues for more servers than this node is for. To be called before the start.
     */
    public synchronized void takeNextHopsOnly() {
        nextHopsOnly = true;
    }

    /**
     * Opens the listeners. Blocks; when it returns, they listen.
     *
     * @throws IOException if an address cannot be had; nothing is left open then
     */
    public synchronized void start() throws IOException {
        int tlsPort = settings.tls().getPort();
        InetSocketAddress webSocketAddress = settings.webSocket();
        int webSocketPort = webSocketAddress == null ? 0 : webSocketAddress.getPort();
        boolean known = tlsPort != 0
                && (webSocketAddress == null || webSocketPort != 0)
                && settings.insideLeg().getPort() != 0;
        try {
            if (known) {
                events.begin(wire(tlsPort, webSocketPort));
            }
            open();
            if (!known) {
                int found = webSocket == null ? 0 : webSocket.localAddress().getPort();
                events.begin(wire(tlsAddress().getPort(), found));
            }
        } catch (IOException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private void open() throws IOException {
        insideProtocols.add(links(settings));
        insideLeg = open(
                EdgeConnections.INSIDE_LEG,
                settings.insideLeg(),
                settings.moreInside(),
                insideAdmission,
                insideProtocols);
        outsideProtocols.add(tls(settings));
        InetSocketAddress address = settings.webSocket();
        boolean onePort = isOnePort();
        if (address != null) {
            webProtocols().add(web(settings));
        }
        tls = open(
                onePort ? OUTSIDE : EdgeConnections.OUTSIDE_TLS,
                settings.tls(),
                settings.moreOutside(),
                outsideAdmission,
                outsideProtocols);
        if (onePort) {
            webSocket = tls;
        } else if (address != null) {
            webSocket = open(
                    EdgeConnections.OUTSIDE_WSS, address, settings.moreOutside(), outsideAdmission, webProtocols());
        }
    }

    private boolean isOnePort() {
        return settings.tls().equals(settings.webSocket());
    }

    private ProtocolTable webProtocols() {
        return isOnePort() ? outsideProtocols : webSocketProtocols;
    }

    private Protocol links(AccessEdgeSettings said) {
        return sip.links(
                EdgeConnections.INSIDE_LEG,
                ServerCertificates.of(material.insideLeg()),
                SipConnectionSettings.BETWEEN_PARTS
                        .withLinkSilence(said.connection().linkSilence())
                        .withLinkUnanswered(said.connection().linkUnanswered()));
    }

    private Protocol tls(AccessEdgeSettings said) {
        return sip.tls(EdgeConnections.OUTSIDE_TLS, material.outside(), said.connection());
    }

    private Protocol web(AccessEdgeSettings said) {
        Set<String> own = new HashSet<>(said.outsideAliases());
        own.add(said.outsideHost());
        HttpRoute webSockets = sip.webSocket(
                EdgeConnections.OUTSIDE_WSS,
                WEB_SOCKET_PATH,
                new WebOrigins(said.webSocketOrigins(), own),
                said.connection());
        List<HttpRoute> routes = new ArrayList<>(List.of(webSockets, OutsidePage.route()));
        CredentialService asked = credentials;
        if (asked != null) {
            routes.add(new CredentialsRoute(asked, guard, said.webSocketOrigins(), context.clock()::now, counters)
                    .route());
        }
        return new HttpFront(routes, counters).protocol(EdgeConnections.OUTSIDE_WSS, material.outside());
    }

    /** Opens the first listener, and the others at the port that it got. */
    private SharedListener open(
            String name, InetSocketAddress first, List<InetAddress> more, Admission admission, ProtocolTable protocols)
            throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>(List.of(first));
        more.forEach(address -> addresses.add(new InetSocketAddress(address, first.getPort())));
        List<SharedListener> opened =
                SharedListener.openAll(context.port(), name, addresses, admission, protocols, events::handshakeFailed);
        listeners.addAll(opened);
        return opened.getFirst();
    }

    /** Puts the engine together and binds it to the event loops. */
    private EdgeConnections wire(int tlsPort, int webSocketPort) {
        EdgeNames names = names(
                settings,
                context.clock().now(),
                settings.publicTlsPort() > 0 ? settings.publicTlsPort() : tlsPort,
                settings.publicWebSocketPort() > 0 ? settings.publicWebSocketPort() : webSocketPort);
        FlowDirectory directory = new FlowDirectory(names, settings.limits(), counters);
        bans.watch(directory);
        PolicyInForce inForce = new PolicyInForce(names, settings, name -> {
            counters.counter("access_edge_inside_names_left_out").increment();
            log.nameLeftOut(name);
        });
        Refusals refusals = new Refusals(names, settings.retryAfter(), guard, log, counters, random);
        Surroundings surroundings = new ConnectionSurroundings();
        ClientTls dialled = material.nextHop();
        List<EdgeRole> roles = new ArrayList<>();
        SipShards shards = SipShards.perLoop(
                context,
                dialled == null ? OutboundSettings.none() : OutboundSettings.tls(dialled),
                (shard, transmitter) -> {
                    EdgeRouter router = new EdgeRouter(
                            inForce.policy(), directory, guard, sealer, surroundings, refusals, log, counters);
                    roles.add(new EdgeRole(router, core(shard, transmitter, router), directory, inForce));
                    return roles.getLast();
                });
        EdgeConnections connections =
                new EdgeConnections(directory, guard, inForce, refusals, shards, nextHopsOnly, flow -> {
                    int shard = Math.floorMod(flow.id(), shards.size());
                    shards.shard(shard).execute(now -> roles.get(shard).flowEnded(flow, random, now));
                });
        running = new Running(inForce, directory, refusals, shards, roles, connections);
        return connections;
    }

    private EdgeNames names(AccessEdgeSettings said, long boot, int tlsPort, int webSocketPort) {
        return new EdgeNames(
                settings.node(),
                boot,
                said.outsideHost(),
                said.outsideAliases(),
                tlsPort,
                webSocketPort,
                settings.insideHost(),
                said.nextHops().dials() ? insidePort() : 0);
    }

    private int insidePort() {
        int set = settings.insideLeg().getPort();
        return set != 0 ? set : insideLegAddress().getPort();
    }

    private ProxyCore core(SipShard shard, Transmitter transmitter, EdgeRouter router) {
        return new ProxyCore(
                transmitter,
                router,
                ProxySettings.of(shard.number()),
                SipTimers.DEFAULT,
                settings.engine(),
                counters,
                random);
    }

    /**
     * Takes other settings while it runs. Each shard is given one policy as a whole: requests that began before end by the
     * one of before, and no connection is closed but those to and from a dialled next hop that is none any more, 64*T1 (32 s) later. Limits
     * of a connection ({@code connection}, {@code webSocketOrigins}) hold for those that come from now on. Its name outside may change; the old one is still answered to. What it was started
     * with stays: {@code node}, the inside host, addresses, ports, and {@code retryAfter}.
     *
     * @throws IllegalArgumentException if they do not go together, or name a next hop to be dialled without {@link
     *     Material#nextHop}; then nothing changes
     */
    public void use(AccessEdgeSettings next) {
        use(next, Duration.ofNanos(SipTimers.DEFAULT.transactionLifetime()));
    }

    /** The same with another time for last answers to servers that have dialled us and are no next hops any more. */
    synchronized void use(AccessEdgeSettings next, Duration lastAnswers) {
        Running to = running;
        if (to == null) {
            throw new IllegalStateException("this edge has not started");
        }
        if (next.nextHops().dials() && material.nextHop() == null) {
            throw new IllegalArgumentException("there is no certificate to dial a next hop with");
        }
        EdgeNames before = to.inForce().policy().names();
        EdgePolicy policy = to.inForce().use(names(next, before.boot(), before.tlsPort(), before.wssPort()), next);
        guard.use(next.limits());
        to.directory().use(next.limits());
        to.refusals().use(policy.names());
        insideAdmission.use(next.insideAdmission());
        outsideAdmission.use(next.outsideAdmission());
        insideProtocols.replace(links(next));
        outsideProtocols.replace(tls(next));
        if (settings.webSocket() != null) {
            webProtocols().replace(web(next));
        }
        to.shards()
                .keepNextHops(
                        policy.nextHops().all().stream()
                                .filter(NextHop.Direct.class::isInstance)
                                .map(hop -> ((NextHop.Direct) hop).uri())
                                .toList(),
                        () -> {
                            for (int i = 0; i < to.roles().size(); i++) {
                                EdgeRole role = to.roles().get(i);
                                to.shards().shard(i).execute(now -> role.use(policy, next.engine()));
                            }
                        });
        var _ = context.loops()
                .loop(0)
                .schedule(
                        () -> to.connections().endRefused(context.connections().all()),
                        lastAnswers.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** To be called when {@link Material#nextHop} refuses more certificates: connections to who has shown one are closed. */
    public synchronized void endRefused() {
        if (running != null) {
            running.shards().endRefused();
        }
    }

    /** True if what clients send can go inside at the moment: a next hop is connected, or is one that we dial. */
    public boolean isInsideReachable() {
        Running to = running;
        return to != null
                && to.inForce().policy().nextHops().all().stream()
                        .anyMatch(hop -> new ConnectionSurroundings().isReachable(hop));
    }

    /** What the engine may know of connections. */
    private final class ConnectionSurroundings implements Surroundings {
        @Override
        public boolean isReachable(NextHop nextHop) {
            return switch (nextHop) {
                case NextHop.Service(String name) ->
                    !context.links().connections(name).isEmpty();
                case NextHop.Connector(String name) ->
                    !context.links().connections(name).isEmpty();
                case NextHop.Direct direct -> true;
            };
        }

        @Override
        public boolean isCongested(Flow flow) {
            SipConnection connection = context.connections().get(flow);
            return connection != null && connection.isCongested();
        }
    }

    /** Closes the connections of a network that was banned, but those on which somebody is signed in. */
    private final class BanAction implements SourceGuard.BanListener {
        private final EdgeLog log;
        private volatile @Nullable FlowDirectory directory;

        BanAction(EdgeLog log) {
            this.log = log;
        }

        void watch(FlowDirectory watched) {
            directory = watched;
        }

        @Override
        public void banned(SourceNetwork source, SourceGuard.Cause cause, Duration time, int times, long now) {
            log.banned(source, cause, time, times);
            FlowDirectory watched = directory;
            if (watched == null) {
                return;
            }
            for (ClientFlow client : watched.clients()) {
                SipConnection connection = context.connections().get(client.flow());
                if (client.source().equals(source) && !client.isSparedByBans(now) && connection != null) {
                    connection.close(TransportErrorCode.CLOSED_BY_ROLE);
                }
            }
        }
    }

    /**
     * The protocols of the port on which SIP over TLS is served outside; of the WebSocket's too if it is the same one.
     * Others register here, before the start or after it.
     */
    public ProtocolTable outsideProtocols() {
        return outsideProtocols;
    }

    /** The protocols of the inside leg. Others than SIP register here by their name in ALPN, before the start or after it. */
    public ProtocolTable insideProtocols() {
        return insideProtocols;
    }

    /** Where it listens for SIP over TLS. */
    public InetSocketAddress tlsAddress() {
        return address(tls);
    }

    /** Where it listens for SIP over secure WebSocket; may be the same. */
    public InetSocketAddress webSocketAddress() {
        return address(webSocket);
    }

    /** Where the inside connects to. */
    public InetSocketAddress insideLegAddress() {
        return address(insideLeg);
    }

    private static InetSocketAddress address(@Nullable SharedListener listener) {
        if (listener == null) {
            throw new IllegalStateException("this listener is not open");
        }
        return listener.localAddress();
    }

    /** Closes the listeners and their connections; not the event loops. */
    @Override
    public void close() {
        listeners.forEach(SharedListener::close);
        listeners.clear();
    }
}
