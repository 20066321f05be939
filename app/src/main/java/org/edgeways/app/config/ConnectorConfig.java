package org.edgeways.app.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.jspecify.annotations.Nullable;

/**
 * What a connector is told.
 *
 * @param data its data directory
 * @param host the name or address by which the server reaches it
 * @param listen where it listens for the server
 * @param server the existing SIP server
 * @param link how the connector reaches the edge nodes, as for a pool
 * @param certificateCheck how often the certificate files are looked at; 100 ms to 1 d, default 10 s
 * @param transactions limits of what is under way
 */
public record ConnectorConfig(
        Path data,
        String host,
        InetSocketAddress listen,
        Server server,
        PoolConfig.Link link,
        Duration certificateCheck,
        SipEngineLimits transactions) {

    /** How connector and server talk. */
    public enum Transport {
        TLS,
        TCP,
        UDP
    }

    /**
     * The existing SIP server.
     *
     * @param host its name or address; for TLS the name in its certificate
     * @param port where it listens
     * @param transport default TLS
     * @param tls for TLS: what it is shown, and whose certificates it may have; else null
     */
    public record Server(
            String host,
            int port,
            Transport transport,
            @Nullable Tls tls) {}

    /**
     * TLS towards the server, in both directions.
     *
     * @param certificate what the server is shown
     * @param authority the authorities that its certificate may come from, PEM
     */
    public record Tls(CertificateFiles certificate, Path authority) {}

    /** Reads the file. */
    public static ConnectorConfig read(Path file) {
        return ConfigFile.read(file, ConnectorConfig::read);
    }

    private static ConnectorConfig read(JsonSection section, Path base) {
        JsonSection listen = section.requiredSection("listen");
        JsonSection limits = section.sectionOrEmpty("limits");
        ConnectorConfig config = new ConnectorConfig(
                section.path("data", base),
                listen.host("host"),
                new InetSocketAddress(address(listen), listen.port("port")),
                server(section.requiredSection("server"), base),
                PoolConfig.link(section.requiredSection("link"), base),
                EdgeConfig.certificateCheck(section),
                Limits.transactions(limits));
        limits.end();
        listen.end();
        return config;
    }

    private static InetAddress address(JsonSection listen) {
        String literal = listen.text("address");
        try {
            return literal.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            listen.problem("address", "must be the literal of a local address, \"" + literal + "\" is none");
            return InetAddress.getLoopbackAddress();
        }
    }

    private static Server server(JsonSection section, Path base) {
        Transport transport = section.word("transport", Transport.class, Transport.TLS);
        @Nullable Tls tls = null;
        if (transport == Transport.TLS) {
            tls = new Tls(CertificateFiles.read(section, base), section.path("authority", base));
        }
        Server server = new Server(section.host("host"), section.port("port"), transport, tls);
        section.end();
        return server;
    }
}
