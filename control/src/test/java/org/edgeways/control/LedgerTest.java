package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record and what is told of it. */
class LedgerTest {

    @TempDir
    Path data;

    private Instant now = Instant.parse("2026-11-23T10:00:00Z");
    private final SecureRandom random = new SecureRandom();
    private final InMemoryCounters counters = new InMemoryCounters();
    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.parse("2026-11-23T09:00:00Z"), random);

    @Test
    void whatCameToNothingIsNeitherOnTheRecordNorCounted() {
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            Ledger ledger = Ledger.open(
                    store,
                    CertificateAuthority.create("Acorn test authority", Instant.now(), random),
                    "pool",
                    ControlSettings.in(data),
                    InstantSource.system(),
                    counters);
            Instant expires = Instant.now().plusSeconds(60);
            ledger.enrol("1", "edge1", EnrolmentSecret.make(random).proofKey(), expires);
            assertThat(counters.value("control_audit_events", "event", "bundle-made"))
                    .isEqualTo(1);

            assertThatThrownBy(() -> ledger.enrol(
                            "1", "edge1", EnrolmentSecret.make(random).proofKey(), expires))
                    .as("a number that there is")
                    .isInstanceOf(RuntimeException.class);

            assertThat(counters.value("control_audit_events", "event", "bundle-withdrawn"))
                    .isZero();
            assertThat(ledger.events(AuditQuestion.newest(10)))
                    .extracting(AuditEvent::event)
                    .containsExactly("bundle-made");
        }
    }

    private void issuedAsService(Ledger ledger, String name) {
        X509Certificate certificate = authority
                .issue(CertificateNames.ofService(name).valid(Duration.ofDays(90)), now)
                .leaf();
        ledger.issued(IssuedCertificate.Kind.SERVICE, name, certificate, AuditKind.CERTIFICATE_ISSUED);
    }

    @Test
    void certificatesThatAnEarlierVersionIssuedToConnectorsAreKnownAsTheirs() {
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            Ledger earlier = ledger(store, 100);
            issuedAsService(earlier, "pool");
            issuedAsService(earlier, "web");
            assertThat(earlier.refused(10, Set.of())).isEmpty();

            Ledger ledger = ledger(store, 100);

            assertThat(ledger.certificates())
                    .extracting(IssuedCertificate::name, IssuedCertificate::kind)
                    .containsExactlyInAnyOrder(
                            tuple("pool", IssuedCertificate.Kind.SERVICE),
                            tuple("web", IssuedCertificate.Kind.CONNECTOR));
            assertThat(ledger.refused(10, Set.of())).as("it has no document").hasSize(1);
        }
    }

    private Ledger ledger(Store store, int events) {
        ControlSettings usual = ControlSettings.in(data);
        return Ledger.open(
                store,
                authority,
                "pool",
                new ControlSettings(
                        usual.authority(),
                        usual.passphrase(),
                        usual.authorityName(),
                        usual.certificateValidity(),
                        usual.bundleValidity(),
                        events),
                () -> now,
                counters);
    }

    private static int revisions(Store store) {
        return store.read(handle -> handle.createQuery("SELECT COUNT(*) FROM revisions")
                        .mapTo(Integer.class)
                        .one())
                .join();
    }

    @Test
    void whatOnlyRelaysAreToldPushesNothingOutOfTheRecordAndLeavesNoRowsBehind() {
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            Ledger ledger = ledger(store, 5);
            ledger.enrol("1", "edge1", EnrolmentSecret.make(random).proofKey(), now.plusSeconds(60));
            long before = 0;
            for (int i = 0; i < 20; i++) {
                long number = ledger.revision("edge1", "withdrawn " + i, "settings");
                assertThat(number).isGreaterThan(before);
                assertThat(ledger.revision("edge1", "withdrawn " + i, "settings"))
                        .isEqualTo(number);
                before = number;
                assertThat(ledger.revision("edge2", "the same", "settings")).isEqualTo(2);
            }
            assertThat(ledger.events(AuditQuestion.newest(100)))
                    .extracting(event -> event.event() + " " + event.name())
                    .containsExactly("snapshot-made edge2", "snapshot-made edge1", "bundle-made edge1");
            assertThat(revisions(store)).isEqualTo(3);
            assertThat(counters.value("control_audit_events_forgotten")).isZero();

            for (int i = 0; i < 4; i++) {
                ledger.revision("edge1", "settings " + i, "settings " + i);
            }
            assertThat(ledger.events(AuditQuestion.newest(100))).hasSize(5);
            assertThat(counters.value("control_audit_events_forgotten")).isEqualTo(2);
        }
    }

    @Test
    void numbersThatAnEarlierVersionLeftAreForgottenAndTheyGrowOn() {
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            for (int i = 1; i <= 30; i++) {
                int number = i;
                store.write(handle -> handle.createUpdate("INSERT INTO revisions (revision, node, content, made_at)"
                                        + " VALUES (:number, :node, :content, 0)")
                                .bind("number", number)
                                .bind("node", number % 2 == 0 ? "edge1" : "edge2")
                                .bind("content", "content " + number)
                                .execute())
                        .join();
            }
            Ledger ledger = ledger(store, 100);
            assertThat(revisions(store)).isEqualTo(2);
            assertThat(ledger.revision("edge1", "content 30", "")).isEqualTo(30);
            assertThat(ledger.revision("edge2", "another", "")).isEqualTo(31);
        }
    }

    @Test
    void ifMoreCertificatesAreRefusedThanCanBeToldTheNewestAreToldAndTheRestIsCounted() {
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            Ledger ledger = ledger(store, 100);
            List<String> serials = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                X509Certificate issued = authority
                        .issue(CertificateRequest.service("pool", "pool.acorn.example"), now)
                        .leaf();
                ledger.issued(IssuedCertificate.Kind.SERVICE, "pool", issued, AuditKind.CERTIFICATE_ISSUED);
                now = now.plusSeconds(1);
                var _ = ledger.refuse(issued.getSerialNumber()).orElseThrow();
                serials.add(issued.getSerialNumber().toString(16));
            }
            assertThat(ledger.refused(4)).containsExactlyInAnyOrderElementsOf(serials);
            assertThat(counters.value("control_refused_serials_untold")).isZero();
            assertThat(ledger.refused(3)).containsExactlyInAnyOrderElementsOf(serials.subList(1, 4));
            assertThat(counters.value("control_refused_serials_untold")).isEqualTo(1);
        }
    }

    @Test
    void allThatIsKeptCanBeReadPageByPageAndByWhatItIsAbout() {
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            Ledger ledger = ledger(store, 100);
            for (int i = 1; i <= 25; i++) {
                ledger.audit(i % 5 == 0 ? AuditKind.NODE_REMOVED : AuditKind.NODE_JOINED, "edge" + i % 2, "");
            }
            List<Long> read = new ArrayList<>();
            long before = Long.MAX_VALUE;
            for (int page = 0; page < 3; page++) {
                List<AuditEvent> events = ledger.events(new AuditQuestion(before, "", "", 10));
                events.forEach(event -> read.add(event.number()));
                before = events.getLast().number();
            }
            assertThat(read)
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, 25)
                            .map(number -> 26 - number)
                            .boxed()
                            .toList());
            assertThat(ledger.events(new AuditQuestion(before, "", "", 10))).isEmpty();

            assertThat(ledger.events(new AuditQuestion(21, "node-removed", "", 10)))
                    .extracting(AuditEvent::number)
                    .containsExactly(20L, 15L, 10L, 5L);
            assertThat(ledger.events(new AuditQuestion(Long.MAX_VALUE, "node-removed", "edge1", 2)))
                    .extracting(AuditEvent::number)
                    .containsExactly(25L, 15L);
            assertThat(ledger.events(new AuditQuestion(Long.MAX_VALUE, "", "edge2", 10)))
                    .isEmpty();
        }
    }
}
