package org.edgeways.app.role;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.edgeways.accessedge.AccessEdge;
import org.edgeways.accessedge.AccessEdgeSettings;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.config.ListenConfig;
import org.edgeways.app.config.SettingsConfigs;
import org.edgeways.app.counters.CountersSocket;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.watching.AdminListener;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.base.BlockRandom;
import org.edgeways.link.LinkAcceptor;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.node.Member;
import org.edgeways.node.NodeFiles;
import org.edgeways.policy.SipDomains;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.KeyringFile;
import org.edgeways.tokens.KeyringWatch;
import org.jspecify.annotations.Nullable;

/** An edge node's Access Edge, running in this process, with its counters. */
public final class EdgeProcess implements AutoCloseable {

    /** The file of the sealing keys in the data directory. */
    private static final String KEYRING_FILE = "keyring";

    private final DataDirectory data;
    private final @Nullable NodePart node;
    private final TransportContext transport;
    private final AccessEdge edge;
    private final CountersSocket counters;
    private final CertificateReloads reloads;
    private final WatchedPart watched;
    private final Optional<AdminListener> admin;

    private EdgeProcess(
            DataDirectory data,
            @Nullable NodePart node,
            TransportContext transport,
            AccessEdge edge,
            CountersSocket counters,
            CertificateReloads reloads,
            WatchedPart watched,
            Optional<AdminListener> admin) {
        this.data = data;
        this.node = node;
        this.transport = transport;
        this.edge = edge;
        this.counters = counters;
        this.reloads = reloads;
        this.watched = watched;
        this.admin = admin;
    }

    /**
     * Starts it; when this returns, it listens.
     *
     * @param loops may be shared with a pool; stay open
     * @throws AppFailure if it cannot start
     */
    public static EdgeProcess start(EdgeConfig config, EventLoops loops, ProcessClock clock, SecureRandom random) {
        return start(config, null, new MicrometerCounters(), loops, clock, random);
    }

    /** Makes what listens to the inside of a node that has joined. */
    private interface NodeMaker {
        NodePart make(ServerTls insideLeg);
    }

    /**
     * Starts a node that has joined with the settings that it ran last; waits for the first ones if there are none.
     *
     * @param data its data directory
     * @param loops stay open
     * @throws AppFailure if it has not joined or cannot start
     */
    public static EdgeProcess start(Path data, EventLoops loops, ProcessClock clock, SecureRandom random) {
        NodeFiles files = new NodeFiles(data);
        Member member = RoleParts.good(files.member(), "Then, here: edgeways edge --join NAME.bundle --data " + data);
        MicrometerCounters counters = new MicrometerCounters();
        SettingsConfigs.Identity identity = new SettingsConfigs.Identity(
                new CertificateFiles(files.membershipFile(), files.membershipFile()), files.authorityFile());
        Consumer<EdgeSnapshot> runnable = next -> SettingsConfigs.edge(next, data, identity);
        EdgeSnapshot snapshot = RoleParts.good(files.snapshot(member))
                .orElseGet(() -> FirstSettings.await(
                        files,
                        member,
                        runnable,
                        RoleParts.good(files.leg()),
                        loops,
                        clock,
                        random,
                        new MicrometerCounters())); // those of the edge begin with it
        return start(
                configured(snapshot, data, identity),
                leg -> new NodePart(files, member, snapshot, runnable, leg, loops, clock, random, counters),
                counters,
                loops,
                clock,
                random);
    }

    private static EdgeConfig configured(EdgeSnapshot snapshot, Path data, SettingsConfigs.Identity identity) {
        try {
            return SettingsConfigs.edge(snapshot, data, identity);
        } catch (IllegalArgumentException e) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    "the settings of this node are of a kind that this version cannot run: " + e.getMessage(),
                    "They are of another version of this program: start that one, or empty " + data + " and join anew.",
                    e);
        }
    }

    private static EdgeProcess start(
            EdgeConfig config,
            @Nullable NodeMaker node,
            MicrometerCounters counters,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random) {
        NextHop nextHop = RoleParts.good(NextHop.parse(config.nextHop()));
        DataDirectory data = DataDirectory.take(config.data());
        TransportContext transport = new TransportContext(loops, clock, counters, new BlockRandom(random));
        boolean started = false;
        try {
            EdgeProcess process = start(config, nextHop, node, data, transport, counters, random);
            started = true;
            return process;
        } catch (IOException e) {
            throw RoleParts.notStarted("edge", e);
        } finally {
            if (!started) {
                transport.close();
                data.close();
            }
        }
    }

    private static EdgeProcess start(
            EdgeConfig config,
            NextHop nextHop,
            @Nullable NodeMaker maker,
            DataDirectory data,
            TransportContext transport,
            MicrometerCounters counters,
            SecureRandom random)
            throws IOException {
        KeyringFile keyringFile = keyringFile(config);
        TlsContexts tls = new TlsContexts(TlsProvider.best());
        TlsIdentity identity = RoleParts.identity(config.link().certificate());
        List<X509Certificate> authorities = RoleParts.authorities(config.link().authority());
        ClientTls dialled = nextHop instanceof NextHop.Direct ? tls.mutualClient(identity, authorities) : null;
        Keyring keyring = RoleParts.good(keyringFile.loadOrCreate(random));
        OutsideCertificates outside = OutsideCertificates.of(config.outside(), tls, random);
        AccessEdge.Material material =
                new AccessEdge.Material(keyring, outside.served(), tls.mutualServer(identity, authorities), dialled);
        AccessEdge edge =
                new AccessEdge(settings(config, nextHop), material, transport, counters, new BlockRandom(random));
        NodePart node = maker == null ? null : maker.make(material.insideLeg());
        if (node != null) {
            edge.insideProtocols().add(node.protocol());
        }
        edge.start();
        WatchedPart watched = new WatchedPart("edge", counters::scrape, () -> notReady(edge));
        Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(edge));
        Optional<AdminListener> admin;
        CountersSocket socket;
        try {
            admin = RoleParts.admin(config.admin(), transport, counters, watched);
            admin.ifPresent(opened::push);
            socket = CountersSocket.open(config.data(), counters);
        } catch (IOException e) {
            RoleParts.closeAll(opened);
            throw e;
        }
        CertificateReloads reloads = new CertificateReloads("edge", counters)
                .also(new KeyringReloads(new KeyringWatch(keyringFile, keyring), edge::use, counters));
        if (maker == null) {
            reloads.watch("link", config.link().certificate(), config.link().authority(), material.insideLeg());
        } else {
            // a node that has joined reloads it itself, with the authorities of its settings
            reloads.show("link", material.insideLeg());
        }
        outside.watch(reloads);
        if (dialled != null) {
            reloads.watch("next-hop", config.link().certificate(), config.link().authority(), dialled);
        }
        reloads.start(config.certificateCheck());
        return new EdgeProcess(data, node, transport, edge, socket, reloads, watched, admin);
    }

    private static List<String> notReady(AccessEdge edge) {
        return edge.isInsideReachable() ? List.of() : List.of("the inside has no connection open to this node");
    }

    /** The port of SIP over TLS outside. */
    public int sipTlsPort() {
        return edge.tlsAddress().getPort();
    }

    /** The edge end of the Link, over which inside services are asked; none if this node has not joined. */
    public Optional<LinkAcceptor> link() {
        return Optional.ofNullable(node).map(NodePart::link);
    }

    /** What can be watched of it. */
    public WatchedPart watched() {
        return watched;
    }

    /** Where that node keeps the keys that seal its tokens. */
    public static KeyringFile keyringFile(EdgeConfig config) {
        return keyringFile(config.data());
    }

    /** That of the edge that keeps its data there. */
    public static KeyringFile keyringFile(Path data) {
        return new KeyringFile(data.resolve(KEYRING_FILE));
    }

    private static AccessEdgeSettings settings(EdgeConfig config, NextHop nextHop) {
        EdgeConfig.Outside outside = config.outside();
        return AccessEdgeSettings.of(
                        config.node(),
                        new SipDomains(config.sipDomains()),
                        outside.host(),
                        config.link().host(),
                        first(outside.sipTls()),
                        outside.webSocket().map(EdgeProcess::first).orElse(null),
                        first(config.link().listen()))
                .withNames(Set.copyOf(outside.aliases()), config.insideNames())
                .withMoreAddresses(more(outside.sipTls()), more(config.link().listen()))
                .withWebSocketOrigins(Set.copyOf(outside.origins()))
                .withNextHop(nextHop)
                .withHiding(config.hideTopology())
                .withLimits(config.limits())
                .withTransactions(config.transactions())
                .withConnections(
                        outside.admission(),
                        outside.connection().withLinkSilence(config.link().silence()))
                .withInsideAdmission(config.link().admission());
    }

    private static List<InetAddress> more(ListenConfig listen) {
        return listen.addresses().subList(1, listen.addresses().size());
    }

    private static InetSocketAddress first(ListenConfig listen) {
        return listen.sockets().getFirst();
    }

    @Override
    public void close() {
        reloads.close();
        admin.ifPresent(AdminListener::close);
        counters.close();
        if (node != null) {
            node.close();
        }
        edge.close();
        transport.close();
        data.close();
    }
}
