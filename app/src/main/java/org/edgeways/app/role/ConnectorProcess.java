package org.edgeways.app.role;

import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.edgeways.app.config.ConnectorConfig;
import org.edgeways.app.config.PoolConfig;
import org.edgeways.app.counters.CountersSocket;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.BlockRandom;
import org.edgeways.connector.Connector;
import org.edgeways.connector.ConnectorSettings;
import org.edgeways.connector.ConnectorSettings.Wire;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.siptransport.LinkedNode;
import org.edgeways.siptransport.TransportContext;

/** A connector, running in this process, with its counters. */
public final class ConnectorProcess implements AutoCloseable {

    private final DataDirectory data;
    private final TransportContext transport;
    private final Connector connector;
    private final CountersSocket counters;
    private final CertificateReloads reloads;

    private ConnectorProcess(
            DataDirectory data,
            TransportContext transport,
            Connector connector,
            CountersSocket counters,
            CertificateReloads reloads) {
        this.data = data;
        this.transport = transport;
        this.connector = connector;
        this.counters = counters;
        this.reloads = reloads;
    }

    /**
     * Starts it; when this returns, it listens for the server.
     *
     * @param loops stay open
     * @throws AppFailure if it cannot start
     */
    public static ConnectorProcess start(
            ConnectorConfig config, EventLoops loops, ProcessClock clock, SecureRandom random) {
        DataDirectory data = DataDirectory.take(config.data());
        MicrometerCounters counters = new MicrometerCounters();
        BlockRandom blocks = new BlockRandom(random);
        TransportContext transport = new TransportContext(loops, clock, counters, blocks);
        boolean started = false;
        try {
            ConnectorSettings settings = settings(
                    config,
                    edges(config.link()),
                    new TlsContexts(TlsProvider.best())
                            .mutualClient(
                                    RoleParts.identity(config.link().certificate()),
                                    RoleParts.authorities(config.link().authority())));
            Connector connector = Connector.start(settings, transport, counters, blocks);
            CountersSocket socket = countersSocket(config, counters, connector);
            ConnectorProcess process =
                    new ConnectorProcess(data, transport, connector, socket, reloads(config, settings, counters));
            process.reloads.start(config.certificateCheck());
            started = true;
            return process;
        } catch (IOException e) {
            throw RoleParts.notStarted("connector", e);
        } finally {
            if (!started) {
                transport.close();
                data.close();
            }
        }
    }

    private static CertificateReloads reloads(
            ConnectorConfig config, ConnectorSettings settings, MicrometerCounters counters) {
        CertificateReloads reloads = new CertificateReloads("connector", counters)
                .watch("link", config.link().certificate(), config.link().authority(), settings.linkTls());
        watchServer(config, settings, reloads);
        return reloads;
    }

    /** Watches the files of the TLS towards the server, if there is any. */
    static void watchServer(ConnectorConfig config, ConnectorSettings settings, CertificateReloads reloads) {
        ConnectorConfig.Tls files = config.server().tls();
        if (files != null && settings.server().wire() instanceof Wire.Tls(var dials, var accepts)) {
            reloads.watch("server", files.certificate(), files.authority(), accepts)
                    .watch("server-dialled", files.certificate(), files.authority(), dials);
        }
    }

    private static CountersSocket countersSocket(
            ConnectorConfig config, MicrometerCounters counters, Connector connector) throws IOException {
        try {
            return CountersSocket.open(config.data(), counters);
        } catch (IOException e) {
            connector.close();
            throw e;
        }
    }

    private static List<LinkedNode> edges(PoolConfig.Link link) {
        return link.edges().stream()
                .map(edge -> new LinkedNode(edge.host(), edge.address(), edge.port(), edge.connections()))
                .toList();
    }

    /**
     * What the connector itself is told.
     *
     * @param edges with the hosts that they write into Path and Record-Route
     * @param link shows the connector's certificate to them
     */
    static ConnectorSettings settings(ConnectorConfig config, List<LinkedNode> edges, ClientTls link)
            throws SSLException {
        ConnectorConfig.Server server = config.server();
        return new ConnectorSettings(
                config.host(),
                config.listen(),
                new ConnectorSettings.Server(
                        server.host(), server.port(), wire(server, new TlsContexts(TlsProvider.best()))),
                edges,
                link,
                config.link().limits(),
                config.transactions());
    }

    private static Wire wire(ConnectorConfig.Server server, TlsContexts tls) throws SSLException {
        ConnectorConfig.Tls files = server.tls();
        return switch (server.transport()) {
            case TCP -> new Wire.Tcp();
            case UDP -> new Wire.Udp();
            case TLS -> {
                if (files == null) {
                    throw new IllegalArgumentException("TLS towards the server needs a certificate");
                }
                TlsIdentity identity = RoleParts.identity(files.certificate());
                List<X509Certificate> authorities = RoleParts.authorities(files.authority());
                yield new Wire.Tls(tls.mutualClient(identity, authorities), tls.mutualServer(identity, authorities));
            }
        };
    }

    @Override
    public void close() {
        reloads.close();
        counters.close();
        connector.close();
        transport.close();
        data.close();
    }
}
