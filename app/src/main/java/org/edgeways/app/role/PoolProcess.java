package org.edgeways.app.role;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.edgeways.accounts.Accounts;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.config.PoolConfig;
import org.edgeways.app.counters.CountersSocket;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.watching.AdminListener;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.pool.Pool;
import org.edgeways.pool.PoolSettings;
import org.edgeways.pool.admin.MoreCommands;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.siptransport.LinkedNode;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.store.StoreException;
import org.jspecify.annotations.Nullable;

/** A pool, running in this process, with its counters. */
public final class PoolProcess implements AutoCloseable {

    private static final String INSIDE = "inside";

    private final DataDirectory data;
    private final TransportContext transport;
    private final Pool pool;
    private final CountersSocket counters;
    private final CertificateReloads reloads;
    private final WatchedPart watched;
    private final Optional<AdminListener> admin;
    private final PoolSettings started;
    private CertificateFiles certificate;

    private PoolProcess(
            DataDirectory data,
            TransportContext transport,
            Pool pool,
            CountersSocket counters,
            CertificateReloads reloads,
            WatchedPart watched,
            Optional<AdminListener> admin,
            PoolSettings started,
            CertificateFiles certificate) {
        this.started = started;
        this.certificate = certificate;
        this.data = data;
        this.transport = transport;
        this.pool = pool;
        this.counters = counters;
        this.reloads = reloads;
        this.watched = watched;
        this.admin = admin;
    }

    /**
     * Starts it; when this returns, it listens inside.
     *
     * @param loops may be shared with an edge; stay open
     * @throws AppFailure if it cannot start
     */
    public static PoolProcess start(PoolConfig config, EventLoops loops, ProcessClock clock, SecureRandom random) {
        return start(config, new MicrometerCounters(), null, loops, clock, random);
    }

    /**
     * What a pool has besides whose edge nodes belong to a control.
     *
     * @param tls what nodes are dialled with, instead of the files of the configuration
     * @param commands that administrators give on the pool's socket
     */
    record Controlled(ClientTls tls, MoreCommands commands) {}

    /** As {@link #start(PoolConfig, EventLoops, ProcessClock, SecureRandom)}, perhaps controlled. */
    static PoolProcess start(
            PoolConfig config,
            MicrometerCounters counters,
            @Nullable Controlled controlled,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random) {
        DataDirectory data = DataDirectory.take(config.data());
        TransportContext transport = new TransportContext(loops, clock, counters, random);
        boolean started = false;
        try {
            PoolSettings settings = settings(config, controlled);
            Pool pool = Pool.start(
                    settings,
                    transport,
                    counters,
                    random,
                    controlled == null ? new CommandsWithoutSettings() : controlled.commands());
            WatchedPart watched = new WatchedPart("pool", counters::scrape, List::of);
            Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(pool));
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
            CertificateReloads reloads =
                    new CertificateReloads("pool", counters).watch(INSIDE, config.certificate(), settings.insideTls());
            if (controlled == null) {
                reloads.watch("link", config.link().certificate(), config.link().authority(), settings.linkTls());
            }
            reloads.start(config.certificateCheck());
            started = true;
            return new PoolProcess(
                    data, transport, pool, socket, reloads, watched, admin, settings, config.certificate());
        } catch (IOException e) {
            throw RoleParts.notStarted("pool", e);
        } catch (StoreException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the pool's data in " + config.data() + " cannot be used: " + e.getMessage(),
                    "The log in that directory may say more.",
                    e);
        } finally {
            if (!started) {
                transport.close();
                data.close();
            }
        }
    }

    private static PoolSettings settings(PoolConfig config, @Nullable Controlled controlled) throws SSLException {
        TlsContexts tls = new TlsContexts(TlsProvider.best());
        return settings(
                config,
                tls.server(RoleParts.identity(config.certificate())),
                controlled == null
                        ? tls.mutualClient(
                                RoleParts.identity(config.link().certificate()),
                                RoleParts.authorities(config.link().authority()))
                        : controlled.tls());
    }

    private static PoolSettings settings(PoolConfig config, ServerTls insideTls, ClientTls linkTls) {
        return new PoolSettings(
                config.data(),
                config.sipDomains(),
                config.host(),
                Set.copyOf(config.aliases()),
                config.inside().sockets(),
                insideTls,
                config.link().edges().stream()
                        .map(edge -> new LinkedNode(edge.host(), edge.address(), edge.port(), edge.connections()))
                        .toList(),
                linkTls,
                config.digestAlgorithms().stream()
                        .map(name -> DigestAlgorithm.ofToken(name).orElseThrow())
                        .toList(),
                config.limits().withLink(config.link().limits()));
    }

    /**
     * Takes other settings while it runs, as {@link Pool#use} says; other files of its certificate are read and watched. The
     * administrative listener stays as it was.
     */
    synchronized void use(PoolConfig next) {
        pool.use(settings(next, started.insideTls(), started.linkTls()));
        if (!next.certificate().equals(certificate)) {
            certificate = next.certificate();
            reloads.watch(INSIDE, certificate, started.insideTls());
            reloads.checkAll();
        }
        reloads.start(next.certificateCheck());
    }

    /** What can be watched of it. */
    public WatchedPart watched() {
        return watched;
    }

    /** The pool itself. */
    Pool pool() {
        return pool;
    }

    /** The people. */
    public Accounts accounts() {
        return pool.accounts();
    }

    /** Every edge node is linked. */
    public boolean isLinked() {
        return pool.linked();
    }

    @Override
    public void close() {
        reloads.close();
        admin.ifPresent(AdminListener::close);
        counters.close();
        pool.close();
        transport.close();
        data.close();
    }
}
