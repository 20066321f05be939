package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record and what is told of it. */
class LedgerTest {

    @TempDir
    Path data;

    @Test
    void whatCameToNothingIsNeitherOnTheRecordNorCounted() {
        SecureRandom random = new SecureRandom();
        InMemoryCounters counters = new InMemoryCounters();
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            Ledger ledger = Ledger.open(
                    store,
                    CertificateAuthority.create("Acorn test authority", Instant.now(), random),
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
            assertThat(ledger.events(10)).extracting(AuditEvent::event).containsExactly("bundle-made");
        }
    }

    @Test
    void ofANodesRevisionsOnlyTheLastIsKeptAndNumbersGoOn() {
        SecureRandom random = new SecureRandom();
        InMemoryCounters counters = new InMemoryCounters();
        try (Store store = Store.open(data, List.of(Control.SCHEMA), counters)) {
            Ledger ledger = Ledger.open(
                    store,
                    CertificateAuthority.create("Acorn test authority", Instant.now(), random),
                    ControlSettings.in(data),
                    InstantSource.system(),
                    counters);
            for (int i = 1; i <= 50; i++) {
                assertThat(ledger.revision(i % 2 == 0 ? "edge1" : "edge2", "content" + i, true))
                        .isEqualTo(i);
            }
            assertThat(ledger.revision("edge1", "content50", true))
                    .as("the same")
                    .isEqualTo(50);
            assertThat(ledger.revision("edge2", "content1", true))
                    .as("as long ago")
                    .isEqualTo(51);
            long kept = store.read(handle -> handle.createQuery("SELECT COUNT(*) FROM revisions")
                            .mapTo(Long.class)
                            .one())
                    .join();
            assertThat(kept).isEqualTo(2);
        }
    }
}
