package org.edgeways.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgeways.pool.PoolSettings;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.siptransport.LinkLimits;

/**
 * What a pool is told.
 *
 * @param data its data directory
 * @param sipDomains the SIP domains of the organisation; the first is the realm's default
 * @param host the name in Via and Record-Route that clients inside see
 * @param aliases other names and addresses by which clients reach it
 * @param inside SIP over TLS for clients inside
 * @param certificate for it
 * @param link how the pool reaches the edge nodes
 * @param digestAlgorithms what the pool offers, the same to everybody
 * @param certificateCheck how often the certificate files are looked at; 100 ms to 1 d, default 10 s
 * @param admin where counters and health are read; nowhere without it
 * @param limits of connections inside, sign-ins, messages and presence, and what holds for a watcher about whom a person
 *     has decided nothing, key {@code presenceDefault}: {@code allow} (default), {@code ask} or {@code block}; see
 *     {@link Limits}
 */
public record PoolConfig(
        Path data,
        List<String> sipDomains,
        String host,
        List<String> aliases,
        ListenConfig inside,
        CertificateFiles certificate,
        Link link,
        List<String> digestAlgorithms,
        Duration certificateCheck,
        Optional<AdminConfig> admin,
        PoolSettings.Limits limits) {

    /**
     * How the pool reaches the edge nodes.
     *
     * @param certificate the pool's, with the service name in it
     * @param authority the authorities that the nodes' certificates may come from, PEM
     * @param edges the nodes
     * @param limits how the connections are looked after; see {@link Limits}
     */
    public record Link(CertificateFiles certificate, Path authority, List<Edge> edges, LinkLimits limits) {
        public Link {
            edges = List.copyOf(edges);
        }
    }

    /**
     * One edge node.
     *
     * @param host the name in its certificate
     * @param address where to dial; the same as the host unless told otherwise
     * @param port of its inside leg
     * @param connections how many to keep open, 1 to 16
     */
    public record Edge(String host, String address, int port, int connections) {}

    public PoolConfig {
        sipDomains = List.copyOf(sipDomains);
        aliases = List.copyOf(aliases);
        digestAlgorithms = List.copyOf(digestAlgorithms);
    }

    /** Reads the file. */
    public static PoolConfig read(Path file) {
        return ConfigFile.read(file, PoolConfig::read);
    }

    private static PoolConfig read(JsonSection section, Path base) {
        JsonSection inside = section.requiredSection("inside");
        JsonSection insideLimits = inside.sectionOrEmpty("limits");
        PoolConfig config = new PoolConfig(
                section.path("data", base),
                EdgeConfig.domains(section),
                inside.host("host"),
                inside.texts("aliases", List.of()),
                ListenConfig.read(inside, "sipTlsPort"),
                CertificateFiles.read(inside, base),
                link(section.requiredSection("link"), base),
                digests(section),
                EdgeConfig.certificateCheck(section),
                AdminConfig.read(section),
                Limits.pool(section.sectionOrEmpty("limits"), insideLimits, presenceDefault(section)));
        insideLimits.end();
        inside.end();
        return config;
    }

    private static List<String> digests(JsonSection section) {
        List<String> digests = section.texts("digestAlgorithms", List.of("MD5"));
        if (digests.isEmpty()) {
            section.problem("digestAlgorithms", "must name at least one of MD5, SHA-256 and SHA-512-256");
        }
        for (String digest : digests) {
            if (!List.of("MD5", "SHA-256", "SHA-512-256").contains(digest)) {
                section.problem(
                        "digestAlgorithms", "must be of MD5, SHA-256 and SHA-512-256; \"" + digest + "\" is not");
            }
        }
        return digests;
    }

    private static PresenceDefault presenceDefault(JsonSection section) {
        String word = section.text("presenceDefault", "allow");
        for (PresenceDefault known : PresenceDefault.values()) {
            if (known.word().equals(word)) {
                return known;
            }
        }
        section.problem("presenceDefault", "must be allow, ask or block; \"" + word + "\" is not");
        return PresenceDefault.ALLOW;
    }

    static Link link(JsonSection section, Path base) {
        List<Edge> edges = new ArrayList<>();
        for (JsonSection edge : section.sections("edges")) {
            String host = edge.host("host");
            edges.add(new Edge(
                    host, edge.text("address", host), edge.port("port"), (int) edge.number("connections", 4, 1, 16)));
            edge.end();
        }
        Link link = new Link(
                CertificateFiles.read(section, base),
                section.path("authority", base),
                edges,
                Limits.link(section.sectionOrEmpty("limits")));
        section.end();
        return link;
    }
}
