package org.edgeways.app.role;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.edgeways.accounts.Accounts;
import org.edgeways.app.config.PoolConfig;
import org.edgeways.app.counters.CountersSocket;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.watching.AdminListener;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.pool.Pool;
import org.edgeways.pool.PoolSettings;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.siptransport.LinkedNode;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.store.StoreException;

/** A pool, running in this process, with its counters. */
public final class PoolProcess implements AutoCloseable {

    private final DataDirectory data;
    private final TransportContext transport;
    private final Pool pool;
    private final CountersSocket counters;
    private final CertificateReloads reloads;
    private final WatchedPart watched;
    private final Optional<AdminListener> admin;

    private PoolProcess(
            DataDirectory data,
            TransportContext transport,
            Pool pool,
            CountersSocket counters,
            CertificateReloads reloads,
            WatchedPart watched,
            Optional<AdminListener> admin) {
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
        DataDirectory data = DataDirectory.take(config.data());
        MicrometerCounters counters = new MicrometerCounters();
        TransportContext transport = new TransportContext(loops, clock, counters, random);
        boolean started = false;
        try {
            PoolSettings settings = settings(config);
            Pool pool = Pool.start(settings, transport, counters, random);
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
            CertificateReloads reloads = new CertificateReloads("pool", counters)
                    .watch("inside", config.certificate(), settings.insideTls())
                    .watch("link", config.link().certificate(), config.link().authority(), settings.linkTls());
            reloads.start(config.certificateCheck());
            started = true;
            return new PoolProcess(data, transport, pool, socket, reloads, watched, admin);
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

    private static PoolSettings settings(PoolConfig config) throws SSLException {
        TlsContexts tls = new TlsContexts(TlsProvider.best());
        List<InetSocketAddress> inside = config.inside().sockets();
        List<LinkedNode> edges = config.link().edges().stream()
                .map(edge -> new LinkedNode(edge.host(), edge.address(), edge.port(), edge.connections()))
                .toList();
        List<DigestAlgorithm> algorithms = config.digestAlgorithms().stream()
                .map(name -> DigestAlgorithm.ofToken(name).orElseThrow())
                .toList();
        return new PoolSettings(
                config.data(),
                config.sipDomains(),
                config.host(),
                Set.copyOf(config.aliases()),
                inside,
                tls.server(RoleParts.identity(config.certificate())),
                edges,
                tls.mutualClient(
                        RoleParts.identity(config.link().certificate()),
                        RoleParts.authorities(config.link().authority())),
                algorithms,
                config.limits().withLink(config.link().limits()));
    }

    /** What can be watched of it. */
    public WatchedPart watched() {
        return watched;
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
