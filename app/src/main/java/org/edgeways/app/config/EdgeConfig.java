package org.edgeways.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.base.Result;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.SipConnectionSettings;

/**
 * What an edge node is told.
 *
 * @param node the node's name, also in its certificate
 * @param data its data directory
 * @param sipDomains the SIP domains of the organisation
 * @param outside what clients outside see and connect to
 * @param link the inside leg, which the pool dials
 * @param nextHops by SIP domain, the service that requests of its people go to, {@code service:pool}; {@code connector:NAME} if a
 *     foreign server stands behind it; or a SIP URI that is dialled
 * @param insideNames host names and domain suffixes of the inside that nobody outside may read
 * @param hideTopology write nothing of the inside in what goes outside
 * @param certificateCheck how often the certificate files are looked at; 100 ms to 1 d, default 10 s
 * @param admin where counters and health are read; nowhere without it
 * @param limits of requests, credentials and bans; see {@link Limits}
 * @param transactions limits of one shard's transactions; see {@link Limits}
 * @param av the relay for audio and video, if the node has that role
 */
public record EdgeConfig(
        String node,
        Path data,
        List<String> sipDomains,
        Outside outside,
        Link link,
        Map<String, String> nextHops,
        List<String> insideNames,
        boolean hideTopology,
        Duration certificateCheck,
        Optional<AdminConfig> admin,
        EdgeLimits limits,
        SipEngineLimits transactions,
        Optional<AvConfig> av) {

    private static final Duration CERTIFICATE_CHECK = Duration.ofSeconds(10);

    /**
     * What clients outside see and connect to.
     *
     * @param host the name in Record-Route and Contact that we write
     * @param aliases other names and addresses by which clients reach us
     * @param sipTls SIP over TLS
     * @param webSocket SIP over secure WebSocket, path /sip, and a plain page; by default on the port of {@code sipTls}
     * @param origins web origins whose pages may connect; none given: those of the own names
     * @param certificates for both, chosen by the name that a client asks for (SNI), the first where it asks for none of
     *     theirs; none: a self-signed one
     * @param admission limits of connections, both listeners together; see {@link Limits}
     * @param connection limits of each connection; see {@link Limits}
     */
    public record Outside(
            String host,
            List<String> aliases,
            ListenConfig sipTls,
            Optional<ListenConfig> webSocket,
            List<String> origins,
            List<CertificateFiles> certificates,
            AdmissionLimits admission,
            SipConnectionSettings connection) {

        public Outside {
            aliases = List.copyOf(aliases);
            origins = List.copyOf(origins);
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * The inside leg.
     *
     * @param host this node's name on it, also in its certificate
     * @param listen mutual TLS
     * @param certificate this node's
     * @param authority the authorities that the pool's certificate may come from, PEM
     * @param admission limits of its connections; see {@link Limits}
     * @param silence how long nothing may come on a connection on which pings came; 1 s to 1 d, default 60 s
     */
    public record Link(
            String host,
            ListenConfig listen,
            CertificateFiles certificate,
            Path authority,
            AdmissionLimits admission,
            Duration silence) {}

    public EdgeConfig {
        sipDomains = List.copyOf(sipDomains);
        nextHops = Map.copyOf(nextHops);
        insideNames = List.copyOf(insideNames);
    }

    /** Reads the file. */
    public static EdgeConfig read(Path file) {
        return ConfigFile.read(file, EdgeConfig::read);
    }

    private static EdgeConfig read(JsonSection section, Path base) {
        JsonSection outside = section.requiredSection("outside");
        ListenConfig sipTls = ListenConfig.read(outside, "sipTlsPort");
        JsonSection outsideLimits = outside.sectionOrEmpty("limits");
        JsonSection limits = section.sectionOrEmpty("limits");
        SipEngineLimits transactions = Limits.transactions(limits);
        List<String> domains = domains(section);
        String nextHop = nextHop(section);
        EdgeConfig config = new EdgeConfig(
                section.text("node"),
                section.path("data", base),
                domains,
                new Outside(
                        outside.host("host"),
                        outside.texts("aliases", List.of()),
                        sipTls,
                        webSocket(outside, sipTls),
                        outside.texts("origins", List.of()),
                        CertificateFiles.readSeveral(outside, base),
                        Limits.admission(outsideLimits),
                        Limits.connection(outsideLimits)),
                link(section.requiredSection("link"), base),
                domains.stream().collect(Collectors.toMap(domain -> domain, domain -> nextHop, (one, same) -> one)),
                section.texts("insideNames", List.of()),
                section.flag("hideTopology", true),
                certificateCheck(section),
                AdminConfig.read(section),
                Limits.edge(limits),
                transactions,
                Optional.empty());
        outsideLimits.end();
        outside.end();
        return config;
    }

    private static Optional<ListenConfig> webSocket(JsonSection outside, ListenConfig sipTls) {
        boolean served = outside.flag("webSocket", true);
        if (!outside.has("webSocketPort")) {
            return served ? Optional.of(sipTls) : Optional.empty();
        }
        if (!served) {
            outside.problem("webSocketPort", "has no meaning where \"webSocket\" is false");
        }
        return Optional.of(new ListenConfig(sipTls.addresses(), outside.port("webSocketPort")));
    }

    private static Link link(JsonSection section, Path base) {
        JsonSection limits = section.sectionOrEmpty("limits");
        Link link = new Link(
                section.host("host"),
                ListenConfig.read(section, "port"),
                CertificateFiles.read(section, base),
                section.path("authority", base),
                Limits.admission(limits),
                Limits.linkSilence(limits));
        limits.end();
        section.end();
        return link;
    }

    private static String nextHop(JsonSection section) {
        String text = section.text("nextHop", "service:pool");
        if (!text.isEmpty() && NextHop.parse(text) instanceof Result.Bad<NextHop> bad) {
            section.problem(
                    "nextHop",
                    "must be service:NAME, connector:NAME or a SIP URI, \"" + text + "\" is none of them ("
                            + bad.reason() + ")");
        }
        return text;
    }

    static Duration certificateCheck(JsonSection section) {
        return section.duration("certificateCheck", CERTIFICATE_CHECK, Duration.ofMillis(100), Duration.ofDays(1));
    }

    static List<String> domains(JsonSection section) {
        List<String> domains = section.texts("sipDomains", List.of());
        if (domains.isEmpty()) {
            section.problem("sipDomains", "must name at least one SIP domain, such as [\"acorn.example\"]");
        }
        domains.forEach(domain -> section.checkHost("sipDomains", domain));
        return domains;
    }
}
