package org.edgeways.control;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.EdgeNode;

/** How everything that control decides about is, at one moment. */
final class Standing {

    private final Ledger ledger;
    private final NodeSessions sessions;
    private final NumbersAhead numbers;
    private final Optional<Settings> settings;
    private final Optional<String> problem;
    private final Map<String, Instant> joined;
    private final InstantSource clock;

    /** As it is now. */
    Standing(Ledger ledger, TakenSettings taken, NodeSessions sessions, NumbersAhead numbers, InstantSource clock) {
        this.clock = clock;
        this.ledger = ledger;
        this.sessions = sessions;
        this.numbers = numbers;
        this.settings = taken.inUse();
        this.problem = taken.problem();
        this.joined = ledger.nodes();
    }

    /** The nodes that the settings name or that have joined. */
    Set<String> nodes() {
        Set<String> names = new TreeSet<>(joined.keySet());
        settings.ifPresent(set -> names.addAll(set.nodes().keySet()));
        return names;
    }

    /**
     * All of it.
     *
     * @param meant the numbers of the settings that are meant for nodes
     * @param authorityEnd when the authority's certificate ends
     * @param own that of this inside
     */
    ControlStatus status(Map<String, Long> meant, Instant authorityEnd, X509Certificate own) {
        List<IssuedCertificate> issued = ledger.certificates();
        List<Enrolment> enrolments = ledger.enrolments(Duration.ZERO);
        return new ControlStatus(
                nodes().stream()
                        .map(name -> node(name, meant.getOrDefault(name, 0L), issued, enrolments))
                        .toList(),
                connectors(issued),
                servers(issued),
                problem,
                authorityEnd,
                own.getNotAfter().toInstant(),
                own.getSerialNumber(),
                ledger.refused().size());
    }

    private List<ControlStatus.Connector> connectors(List<IssuedCertificate> issued) {
        Set<String> named = settings.map(set -> set.connectors().keySet()).orElse(Set.of());
        return withHolders(named, issued, IssuedCertificate.Kind.CONNECTOR).stream()
                .map(name -> new ControlStatus.Connector(
                        name, named.contains(name), newestEnd(issued, IssuedCertificate.Kind.CONNECTOR, name)))
                .toList();
    }

    private List<ControlStatus.Server> servers(List<IssuedCertificate> issued) {
        Set<String> dialled = settings.map(Settings::dialledHosts).orElse(Set.of());
        return withHolders(dialled, issued, IssuedCertificate.Kind.SERVER).stream()
                .map(host -> new ControlStatus.Server(
                        host, dialled.contains(host), newestEnd(issued, IssuedCertificate.Kind.SERVER, host)))
                .toList();
    }

    /** Those that the settings name, and who has a certificate that others take for good. */
    private Set<String> withHolders(Set<String> named, List<IssuedCertificate> issued, IssuedCertificate.Kind kind) {
        Instant now = clock.instant();
        Set<String> all = new TreeSet<>(named);
        issued.stream()
                .filter(certificate -> certificate.kind() == kind
                        && certificate.refused() == null
                        && certificate.expires().isAfter(now))
                .forEach(certificate -> all.add(certificate.name()));
        return all;
    }

    private EdgeNodeStatus node(String name, long meant, List<IssuedCertificate> issued, List<Enrolment> enrolments) {
        return new EdgeNodeStatus(
                name,
                settings.map(set -> set.nodes().get(name)).map(EdgeNode::roles).orElse(List.of()),
                Optional.ofNullable(joined.get(name)),
                enrolments.stream()
                        .filter(enrolment ->
                                enrolment.node().equals(name) && !enrolment.used() && !enrolment.withdrawn())
                        .map(Enrolment::expires)
                        .findFirst(),
                sessions.isConnected(name),
                ledger.draining().contains(name),
                meant,
                numbers.since(name),
                sessions.report(name),
                newestEnd(issued, IssuedCertificate.Kind.NODE, name));
    }

    /** When the last of the certificates ends that somebody has and that are not refused. */
    private static Optional<Instant> newestEnd(
            List<IssuedCertificate> issued, IssuedCertificate.Kind kind, String name) {
        return issued.stream()
                .filter(certificate ->
                        certificate.kind() == kind && certificate.name().equals(name) && certificate.refused() == null)
                .map(IssuedCertificate::expires)
                .reduce((one, other) -> one.isAfter(other) ? one : other);
    }
}
