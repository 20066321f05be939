package org.edgeways.app.role;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.edgeways.accessedge.AccessEdge;
import org.edgeways.accessedge.AccessEdgeSettings;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.config.SettingsConfigs;
import org.edgeways.app.counters.CountersSocket;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.watching.AdminListener;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.base.BlockRandom;
import org.edgeways.joining.tls.JoinWaiter;
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
    private final TransportContext transport;
    private final AccessEdge edge;
    private final Optional<NodePart> node;
    private final Deque<AutoCloseable> opened;
    private final WatchedPart watched;

    private EdgeProcess(
            DataDirectory data,
            TransportContext transport,
            AccessEdge edge,
            Optional<NodePart> node,
            Deque<AutoCloseable> opened,
            WatchedPart watched) {
        this.data = data;
        this.transport = transport;
        this.edge = edge;
        this.node = node;
        this.opened = opened;
        this.watched = watched;
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

    /** What a node that has joined is started with. */
    private record Joined(
            NodeFiles files, Member member, EdgeSnapshot snapshot, Function<EdgeSnapshot, EdgeConfig> read) {}

    /**
     * Starts a node that has joined with the settings that it ran last. If there are none yet, or this host cannot run them,
     * it waits on the inside leg for others, or until it can, and says inside what is wrong.
     *
     * @param data its data directory
     * @param loops stay open
     * @throws AppFailure if it has not joined, or cannot even wait
     */
    public static EdgeProcess start(Path data, EventLoops loops, ProcessClock clock, SecureRandom random) {
        NodeFiles files = new NodeFiles(data);
        SettingsConfigs.Identity identity = new SettingsConfigs.Identity(
                new CertificateFiles(files.membershipFile(), files.membershipFile()), files.authorityFile());
        Function<EdgeSnapshot, EdgeConfig> read = next -> SettingsConfigs.edge(next, data, identity);
        NodeWaiting.Surroundings around = new NodeWaiting.Surroundings(loops, clock, random);
        Optional<String> failure = Optional.empty();
        Optional<EdgeSnapshot> kept = Optional.empty();
        while (true) {
            // anew each time: it may have got another certificate while it waited
            Member member =
                    RoleParts.good(files.member(), "Then, here: edgeways edge --join NAME.bundle --data " + data);
            if (kept.isEmpty()) {
                kept = RoleParts.good(files.snapshot(member));
            }
            EdgeSnapshot snapshot = NodeWaiting.await(files, member, kept, failure, read, around);
            try {
                return start(
                        read.apply(snapshot),
                        new Joined(files, member, snapshot, read),
                        new MicrometerCounters(),
                        loops,
                        clock,
                        random);
            } catch (AppFailure failed) {
                if (failed.code() != AppErrorCode.PORT_TAKEN && failed.code() != AppErrorCode.START_FAILED) {
                    throw failed;
                }
                failure = Optional.of(String.valueOf(failed.getMessage()));
                kept = Optional.of(snapshot);
            }
        }
    }

    private static EdgeProcess start(
            EdgeConfig config,
            @Nullable Joined joined,
            MicrometerCounters counters,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random) {
        DataDirectory data = DataDirectory.take(config.data());
        TransportContext transport = new TransportContext(loops, clock, counters, new BlockRandom(random));
        boolean started = false;
        try {
            EdgeProcess process = start(config, settings(config), joined, data, transport, counters, random);
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

    private static AccessEdgeSettings settings(EdgeConfig config) {
        try {
            return EdgeRoles.settings(config);
        } catch (IllegalArgumentException e) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    "the edge cannot start: " + e.getMessage(),
                    "Correct its settings.",
                    e);
        }
    }

    private static EdgeProcess start(
            EdgeConfig config,
            AccessEdgeSettings settings,
            @Nullable Joined joined,
            DataDirectory data,
            TransportContext transport,
            MicrometerCounters counters,
            SecureRandom random)
            throws IOException {
        KeyringFile keyringFile = keyringFile(config);
        TlsContexts tls = new TlsContexts(TlsProvider.best());
        TlsIdentity identity = RoleParts.identity(config.link().certificate());
        List<X509Certificate> authorities = RoleParts.authorities(config.link().authority());
        // the settings of a node that has joined may name a next hop to be dialled at any time
        ClientTls dialled =
                joined != null || settings.nextHops().dials() ? tls.mutualClient(identity, authorities) : null;
        Keyring keyring = RoleParts.good(keyringFile.loadOrCreate(random));
        if (joined == null) {
            // who starts it is there to correct them; a node that has joined says inside what is wrong, and serves
            config.outside().certificates().stream()
                    .filter(OutsideCertificates::isThere)
                    .forEach(RoleParts::identity);
        }
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        CertificateReloads reloads = new CertificateReloads("edge", counters);
        opened.push(reloads);
        boolean started = false;
        try {
            OutsideCertificates outside = OutsideCertificates.of(config.outside(), tls, random, reloads);
            AccessEdge.Material material = new AccessEdge.Material(
                    keyring, outside.served(), tls.mutualServer(identity, authorities), dialled);
            AccessEdge edge = new AccessEdge(settings, material, transport, counters, new BlockRandom(random));
            opened.push(edge);
            if (joined != null) {
                // the pool's authority issues for the servers that other nodes dial, too
                edge.takeNextHopsOnly();
            }
            Optional<AvPart> av = av(config, transport, counters, random);
            av.ifPresent(opened::push);
            if (av.isPresent()) {
                av.get().register(edge.outsideProtocols(), outside.served());
                av.get()
                        .listenInside(
                                transport.port(),
                                config.outside().admission(),
                                outside.served(),
                                config.outside().sipTls().sockets());
            }
            Optional<NodePart> node = Optional.ofNullable(joined)
                    .map(those -> node(
                            those,
                            new EdgeRoles(edge, av, outside, reloads, dialled, config, those.read()),
                            material.insideLeg(),
                            transport,
                            counters,
                            random));
            node.ifPresent(opened::push);
            node.ifPresent(part -> {
                edge.insideProtocols().add(part.protocol());
                // the inside dials for who else waits with the bundle
                edge.insideProtocols().expect(JoinWaiter.APPLICATION_PROTOCOL, part::isAwaited);
            });
            node.ifPresent(part -> edge.credentials(new LinkCredentials(part.link(), config.node(), part::pool)));
            edge.start();
            WatchedPart watched = new WatchedPart("edge", counters::scrape, () -> notReady(edge, node, av));
            Optional<AdminListener> admin = RoleParts.admin(config.admin(), transport, counters, watched);
            admin.ifPresent(opened::push);
            opened.push(CountersSocket.open(config.data(), counters));
            reloads.also(new KeyringReloads(new KeyringWatch(keyringFile, keyring), edge::use, counters));
            if (joined == null) {
                reloads.watch("link", config.link().certificate(), config.link().authority(), material.insideLeg());
            } else {
                // a node that has joined reloads it itself, with the authorities of its settings
                reloads.show("link", material.insideLeg());
            }
            if (dialled != null) {
                reloads.watch(
                        "next-hop", config.link().certificate(), config.link().authority(), dialled);
            }
            node.ifPresent(part -> reloads.whenChanged(part::changed));
            reloads.start(config.certificateCheck());
            started = true;
            return new EdgeProcess(data, transport, edge, node, opened, watched);
        } finally {
            if (!started) {
                RoleParts.closeAll(opened);
            }
        }
    }

    private static NodePart node(
            Joined joined,
            NodeRoles roles,
            ServerTls insideLeg,
            TransportContext transport,
            MicrometerCounters counters,
            SecureRandom random) {
        return new NodePart(
                joined.files(),
                joined.member(),
                joined.snapshot(),
                roles,
                insideLeg,
                transport.loops(),
                transport.clock(),
                random,
                counters);
    }

    private static Optional<AvPart> av(
            EdgeConfig config, TransportContext transport, MicrometerCounters counters, SecureRandom random)
            throws IOException {
        return config.av().isEmpty()
                ? Optional.empty()
                : Optional.of(AvPart.start(config.av().get(), counters, transport.clock(), random));
    }

    private static List<String> notReady(AccessEdge edge, Optional<NodePart> node, Optional<AvPart> av) {
        List<String> reasons = new ArrayList<>();
        av.ifPresent(part -> reasons.addAll(part.problems()));
        node.ifPresent(part -> reasons.addAll(part.notReady()));
        if (!edge.isInsideReachable()) {
            reasons.add("the inside has no connection open to this node");
        }
        return reasons;
    }

    /** The port of SIP over TLS outside. */
    public int sipTlsPort() {
        return edge.tlsAddress().getPort();
    }

    /** The edge end of the Link, over which inside services are asked; none if this node has not joined. */
    public Optional<LinkAcceptor> link() {
        return node.map(NodePart::link);
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

    @Override
    public void close() {
        RoleParts.closeAll(opened);
        transport.close();
        data.close();
    }
}
