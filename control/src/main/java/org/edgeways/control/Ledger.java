package org.edgeways.control;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.edgeways.base.Counters;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.SigningRequest;
import org.edgeways.store.Operation;
import org.edgeways.store.Store;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who belongs to us, on the record: bundles, nodes, certificates, numbers of settings and the audit events. What is decided
 * and what is recorded of it are one transaction. Blocks until that is durable: not for an event loop. Safe for use by several
 * threads. Counts {@code control_audit_events}, {@code control_audit_events_forgotten} and {@code control_refused_serials_untold}. A little
 * longer than other files: bundles, nodes and certificates change together.
 */
final class Ledger {

    private static final Logger LOG = LoggerFactory.getLogger("org.edgeways.audit");
    private static final Logger OWN = LoggerFactory.getLogger(Ledger.class);
    private static final int HEXADECIMAL = 16;

    /** Most characters of what a peer wrote that go into an audit event. */
    private static final int DETAIL_LENGTH = 500;

    /** How far above its own newest number this inside believes a node: a node that was taken over must not use the numbers up. */
    static final long MOST_AHEAD = 1_000_000;

    private final Store store;
    private final CertificateAuthority authority;
    private final ControlSettings settings;
    private final InstantSource clock;
    private final Counters counters;
    /** Events of the operation that runs; the store runs one at a time. */
    private final List<AuditEvent> written = new ArrayList<>();

    private int forgotten;

    private volatile Set<BigInteger> refused = Set.of();
    /** Those of connectors that nobody has refused. */
    private volatile List<IssuedCertificate> connectors = List.of();

    private volatile Map<String, Instant> nodes = Map.of();
    private volatile Set<String> draining = Set.of();
    private volatile Set<BigInteger> awaited = Set.of();
    private volatile Instant lastPutOut = Instant.EPOCH;

    private Ledger(
            Store store,
            CertificateAuthority authority,
            ControlSettings settings,
            InstantSource clock,
            Counters counters) {
        this.store = store;
        this.authority = authority;
        this.settings = settings;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * Reads what is on the record, and forgets what has long expired.
     *
     * @param own the name in the certificates of this inside itself
     */
    static Ledger open(
            Store store,
            CertificateAuthority authority,
            String own,
            ControlSettings settings,
            InstantSource clock,
            Counters counters) {
        Ledger ledger = new Ledger(store, authority, settings, clock, counters);
        ledger.write(handle -> {
            ControlTables.forgetExpired(handle, clock.instant());
            ControlTables.tellConnectorsApart(handle, own);
            return true;
        });
        return ledger;
    }

    /** What memory says is read anew in the transaction that has changed it. */
    private record Changed<T>(
            T value,
            Set<BigInteger> refused,
            List<IssuedCertificate> connectors,
            Map<String, Instant> nodes,
            Set<String> draining,
            Set<BigInteger> awaited,
            Instant lastPutOut,
            List<AuditEvent> events,
            int forgotten) {}

    private <T> T write(Operation<T> operation) {
        return store.write(
                        handle -> {
                            written.clear(); // an operation before this one may have come to nothing
                            forgotten = 0;
                            T value = operation.run(handle);
                            return new Changed<>(
                                    value,
                                    refused(handle),
                                    connectors(handle),
                                    new TreeMap<>(ControlTables.nodes(handle)),
                                    ControlTables.draining(handle),
                                    ControlTables.awaited(handle).keySet(),
                                    ControlTables.lastRefusalOfANode(handle),
                                    List.copyOf(written),
                                    forgotten);
                        },
                        changed -> {
                            refused = changed.refused();
                            connectors = changed.connectors();
                            nodes = changed.nodes();
                            draining = changed.draining();
                            awaited = changed.awaited();
                            lastPutOut = changed.lastPutOut();
                            changed.events().forEach(this::tell);
                            counters.counter("control_audit_events_forgotten").add(changed.forgotten());
                        })
                .join()
                .value();
    }

    private Set<BigInteger> refused(Handle handle) {
        Instant now = clock.instant();
        Set<BigInteger> serials = new LinkedHashSet<>();
        ControlTables.certificates(handle).stream()
                .filter(certificate ->
                        certificate.refused() != null && certificate.expires().isAfter(now))
                .sorted(Comparator.comparing(Ledger::refusedAt).reversed())
                .forEach(certificate -> serials.add(certificate.serial()));
        return Collections.unmodifiableSet(serials);
    }

    private static List<IssuedCertificate> connectors(Handle handle) {
        return ControlTables.certificates(handle).stream()
                .filter(certificate ->
                        certificate.kind() == IssuedCertificate.Kind.CONNECTOR && certificate.refused() == null)
                .toList();
    }

    private static Instant refusedAt(IssuedCertificate certificate) {
        return Objects.requireNonNullElse(certificate.refused(), Instant.EPOCH);
    }

    /**
     * Those that were refused last, in hexadecimal digits, by their numbers.
     *
     * @param most how many; that there are more is told, since they are refused nowhere else from then on
     */
    List<String> refused(int most) {
        return told(refused, most);
    }

    /**
     * As above, and those of connectors that are none of these: who has no document in the settings is let in no more than a node
     * without one is dialled, until there is one again.
     *
     * @param named the connectors of the settings
     */
    List<String> refused(int most, Set<String> named) {
        Instant now = clock.instant();
        Set<BigInteger> all = new LinkedHashSet<>(refused);
        connectors.stream()
                .filter(certificate -> !named.contains(certificate.name())
                        && certificate.expires().isAfter(now))
                .forEach(certificate -> all.add(certificate.serial()));
        return told(all, most);
    }

    private List<String> told(Set<BigInteger> all, int most) {
        if (all.size() > most) {
            counters.counter("control_refused_serials_untold").add(all.size() - most);
            OWN.error(
                    "event=control-serials-too-many code={} refused={} told={}",
                    ControlErrorCode.SERIALS_TOO_MANY.code(),
                    all.size(),
                    most);
        }
        return all.stream()
                .limit(most)
                .sorted()
                .map(serial -> serial.toString(HEXADECIMAL))
                .toList();
    }

    /** Serials of certificates that are still in their time and refused all the same, the newest refusal first. */
    Set<BigInteger> refused() {
        return refused;
    }

    /** Whether a certificate of that serial is on the record, and not refused. */
    boolean stands(BigInteger serial) {
        return certificates().stream().anyMatch(issued -> issued.serial().equals(serial) && issued.refused() == null);
    }

    /** Of the certificates that are in their time and refused all the same: since when. */
    Map<BigInteger, Instant> refusals() {
        Instant now = clock.instant();
        Map<BigInteger, Instant> since = new TreeMap<>();
        certificates().stream()
                .filter(certificate ->
                        certificate.refused() != null && certificate.expires().isAfter(now))
                .forEach(certificate -> since.put(certificate.serial(), refusedAt(certificate)));
        return since;
    }

    /** The certificate of that serial, if it is in its time and not refused. */
    Optional<IssuedCertificate> standing(BigInteger serial) {
        Instant now = clock.instant();
        return certificates().stream()
                .filter(issued -> issued.serial().equals(serial)
                        && issued.refused() == null
                        && issued.expires().isAfter(now))
                .findFirst();
    }

    /** Whether its holder has got another one since that is not refused. */
    boolean hasNewer(IssuedCertificate certificate) {
        return certificates().stream()
                .anyMatch(other -> other.kind() == certificate.kind()
                        && other.name().equals(certificate.name())
                        && other.refused() == null
                        && other.issued().isAfter(certificate.issued()));
    }

    /** Who has joined, by name, and when. */
    Map<String, Instant> nodes() {
        return nodes;
    }

    /** Who takes nothing new. */
    Set<String> draining() {
        return draining;
    }

    /** When a certificate of a node was refused the last time, as far as is remembered; 1970 if never. */
    Instant lastPutOut() {
        return lastPutOut;
    }

    /** From now on that node takes nothing new, or does again; false if there is no such node. */
    boolean drain(String node, boolean drains) {
        return write(handle -> {
            boolean known = ControlTables.drain(handle, node, drains ? clock.instant() : null);
            if (known) {
                audit(handle, drains ? AuditKind.NODE_DRAINED : AuditKind.NODE_RESUMED, node, "");
            }
            return known;
        });
    }

    private void audit(Handle handle, AuditKind kind, String name, String detail) {
        String shown = detail.length() > DETAIL_LENGTH ? detail.substring(0, DETAIL_LENGTH) : detail;
        AuditEvent event = ControlTables.audit(handle, clock.instant(), kind, name, shown);
        written.add(event);
        forgotten += ControlTables.forgetAudit(handle, event.number() - settings.auditEvents());
    }

    /** What is on the record for good. */
    private void tell(AuditEvent event) {
        counters.counter("control_audit_events", "event", event.event()).increment();
        LOG.info(
                "event=control-audit code=ok kind={} name={} detail=\"{}\"",
                event.event(),
                event.name(),
                LogText.clean(event.detail()));
    }

    /** Records something that was decided elsewhere. */
    void audit(AuditKind kind, String name, String detail) {
        write(handle -> {
            audit(handle, kind, name, detail);
            return true;
        });
    }

    /** Events, the newest first. */
    List<AuditEvent> events(AuditQuestion asked) {
        return store.read(handle -> ControlTables.audit(handle, asked)).join();
    }

    /** Those of which bundles may still be waited with, or were until a while ago. */
    List<Enrolment> enrolments(Duration grace) {
        return store.read(handle ->
                        ControlTables.enrolmentsSince(handle, clock.instant().minus(grace)))
                .join();
    }

    Optional<Enrolment> enrolment(String id) {
        return store.read(handle -> ControlTables.enrolment(handle, id)).join();
    }

    /** A bundle was made; one of the same node before it that has let nobody in works no more. */
    Enrolment enrol(String id, String node, PublicKey proofKey, Instant expires) {
        Enrolment enrolment = new Enrolment(id, node, proofKey, expires, false, "", false, false);
        return write(handle -> {
            Instant now = clock.instant();
            if (ControlTables.withdraw(handle, node, now) > 0) {
                audit(handle, AuditKind.BUNDLE_WITHDRAWN, node, "another was made");
            }
            ControlTables.insertEnrolment(handle, enrolment, now);
            audit(handle, AuditKind.BUNDLE_MADE, node, "bundle " + id + ", works until " + expires);
            return enrolment;
        });
    }

    /** Lets in who has proved the secret of a bundle, or says why not. */
    Result<List<X509Certificate>> admit(String id, SigningRequest request, CertificateRequest says) {
        String key = KeyHash.of(request.key());
        return write(handle -> {
            Instant now = clock.instant();
            Optional<Enrolment> found = ControlTables.enrolment(handle, id);
            Optional<JoinErrorCode> refusal = found.map(enrolment -> enrolment.refusal(key, now))
                    .orElse(Optional.of(JoinErrorCode.BUNDLE_WITHDRAWN));
            if (refusal.isPresent()) {
                return Result.bad(refusal.get(), 0, refusal.get().meaning());
            }
            String node = found.orElseThrow().node();
            // it is dialled from now on: if its last word is lost, it belongs to us all the same
            ControlTables.putNode(handle, node, now);
            List<X509Certificate> chain = issue(handle, node, request, says, AuditKind.CERTIFICATE_ISSUED);
            ControlTables.use(handle, id, key, chain.getFirst().getSerialNumber(), now);
            return Result.ok(chain);
        });
    }

    private List<X509Certificate> issue(
            Handle handle, String node, SigningRequest request, CertificateRequest says, AuditKind kind) {
        Instant now = clock.instant();
        List<X509Certificate> chain = authority.issue(request, says.valid(settings.certificateValidity()), now);
        record(handle, IssuedCertificate.Kind.NODE, node, chain.getFirst(), kind);
        return chain;
    }

    private void record(
            Handle handle, IssuedCertificate.Kind kind, String name, X509Certificate certificate, AuditKind event) {
        Instant end = certificate.getNotAfter().toInstant();
        ControlTables.insertCertificate(
                handle, new IssuedCertificate(certificate.getSerialNumber(), kind, name, clock.instant(), end, null));
        audit(
                handle,
                event,
                name,
                kind.word() + ", serial " + certificate.getSerialNumber().toString(16) + ", ends " + end);
    }

    /** A node says that it has what it got. What it had before, if it has joined anew, is refused from now on. */
    void joined(String id) {
        write(handle -> {
            Instant now = clock.instant();
            Optional<Enrolment> enrolment = ControlTables.enrolment(handle, id);
            if (enrolment.isEmpty()
                    || enrolment.get().withdrawn()
                    || enrolment.get().joined()) {
                return false; // it was removed at that moment, or has shown its certificate already
            }
            String node = enrolment.get().node();
            ControlTables.putNode(handle, node, now);
            return joined(handle, id, node, "with bundle " + id);
        });
    }

    /** True if it had other certificates before. */
    private boolean joined(Handle handle, String id, String node, String how) {
        Instant now = clock.instant();
        ControlTables.markJoined(handle, id, now);
        int older = ControlTables.refuse(handle, node, id, now);
        audit(handle, AuditKind.NODE_JOINED, node, how);
        if (older > 0) {
            audit(handle, AuditKind.CERTIFICATE_REFUSED, node, older + " of before it joined anew");
        }
        return older > 0;
    }

    /** Whether that certificate was issued with a bundle, and its node has neither said nor shown yet that it has it. */
    boolean awaits(BigInteger serial) {
        return awaited.contains(serial);
    }

    /**
     * A node shows a certificate. If it got that when it joined, and its last word was lost, it has joined; what it had before is refused
     * from now on.
     *
     * @return true if there was something to refuse
     */
    boolean shows(String node, BigInteger serial) {
        return awaits(serial)
                && write(handle -> {
                    String id = ControlTables.awaited(handle).get(serial);
                    return id != null && joined(handle, id, node, "with bundle " + id + ", whose certificate it shows");
                });
    }

    /** True if there was anything of that node: it, a bundle or a certificate. */
    boolean remove(String node) {
        return write(handle -> {
            Instant now = clock.instant();
            int bundles = ControlTables.withdraw(handle, node, now);
            int certificates = ControlTables.refuse(handle, node, "", now);
            boolean known = ControlTables.deleteNode(handle, node);
            if (!known && bundles + certificates == 0) {
                return false;
            }
            audit(
                    handle,
                    AuditKind.NODE_REMOVED,
                    node,
                    certificates + " certificates refused, " + bundles + " bundles withdrawn");
            return true;
        });
    }

    /**
     * Another certificate for a node that belongs to us, or why not.
     *
     * @param shown the serial number of the certificate that it has shown; null if it is not known
     */
    Result<List<X509Certificate>> renew(
            String node, @Nullable BigInteger shown, SigningRequest request, CertificateRequest says) {
        return write(handle -> {
            if (!ControlTables.nodes(handle).containsKey(node)) {
                return notRenewed(handle, node, ControlErrorCode.PEER_NO_NODE);
            }
            if (shown != null && refused(handle).contains(shown)) {
                return notRenewed(handle, node, ControlErrorCode.CERTIFICATE_REFUSED);
            }
            return Result.ok(issue(handle, node, request, says, AuditKind.CERTIFICATE_RENEWED));
        });
    }

    private Result<List<X509Certificate>> notRenewed(Handle handle, String node, ControlErrorCode code) {
        audit(handle, AuditKind.RENEWAL_REFUSED, node, code.code());
        return Result.bad(code, 0, code.meaning());
    }

    /** Refuses one certificate, whosever it is; empty if there is none of that number that is in its time and not refused. */
    Optional<IssuedCertificate> refuse(BigInteger serial) {
        return write(handle -> {
            Optional<IssuedCertificate> found = ControlTables.certificates(handle).stream()
                    .filter(certificate -> certificate.serial().equals(serial)
                            && certificate.refused() == null
                            && certificate.expires().isAfter(clock.instant()))
                    .findFirst();
            found.ifPresent(certificate -> {
                ControlTables.refuse(handle, serial, clock.instant());
                audit(
                        handle,
                        AuditKind.CERTIFICATE_REFUSED,
                        certificate.name(),
                        certificate.kind().word() + ", serial " + serial.toString(16));
            });
            return found;
        });
    }

    /** A service of the inside, or a server, has got a certificate. */
    void issued(IssuedCertificate.Kind kind, String name, X509Certificate certificate, AuditKind event) {
        write(handle -> {
            record(handle, kind, name, certificate, event);
            return true;
        });
    }

    /**
     * The number of that content for that node. That it is new is on the record if other settings come with it: what relays are told
     * of credentials changes with every person who is disabled, and would push out what the record is for.
     *
     * @param content SHA-256, hexadecimal
     * @param settings of what of the content is settings
     */
    long revision(String node, String content, String settings) {
        return write(handle -> {
            ControlTables.Revision revision = ControlTables.revision(handle, node, content, settings, clock.instant());
            if (revision.news()) {
                audit(handle, AuditKind.SNAPSHOT_MADE, node, "revision " + revision.revision());
            }
            return revision.revision();
        });
    }

    /**
     * A node has settings of a number that there was not yet: this record is an older one, put back from a copy. The next number is
     * above that one, and what the node is to run gets another.
     *
     * @return false if it is more than {@link #MOST_AHEAD} above all that there are: no node comes to that
     */
    boolean skipTo(String node, long held) {
        return write(handle -> {
            boolean skipped = ControlTables.skipTo(handle, node, held, MOST_AHEAD, clock.instant());
            if (skipped) {
                audit(handle, AuditKind.RECORD_OLDER, node, "it has revision " + held);
            }
            return skipped;
        });
    }

    /** What was issued and has not long expired. */
    List<IssuedCertificate> certificates() {
        return store.read(ControlTables::certificates).join();
    }
}
