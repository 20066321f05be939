package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.kind.EdgeNode;
import org.junit.jupiter.api.Test;

/** Control with its store, its settings and joinings over real TLS: who gets a bundle, and what it is good for. */
final class EnrolmentTest extends WithInside {

    @Test
    void aNodeJoinsWithItsBundleAndIsDialledFromThenOn() throws Exception {
        assertThat(inside.perimeter(perimeter -> true).nodes()).isEmpty();
        assertThat(inside.status("edge1").joined()).isEmpty();

        TlsIdentity identity = inside.join("edge1");

        X509Certificate leaf = identity.leaf();
        assertThat(PeerIdentity.of(leaf).node()).isEqualTo("edge1");
        assertThat(CertificateKeys.names(leaf))
                .containsExactlyInAnyOrder("edge1.node.edgeways.internal", "edge1.perimeter.acorn.example");
        assertThat(Duration.between(Instant.now(), leaf.getNotAfter().toInstant())
                        .toDays())
                .isEqualTo(89);
        assertThat(leaf.getIssuerX500Principal())
                .isEqualTo(inside.control().authority().getSubjectX500Principal());
        assertThat(inside.status("edge1").joined()).isPresent();
        assertThat(inside.status("edge1").certificateEnd())
                .contains(leaf.getNotAfter().toInstant());
        assertThat(inside.events()).contains("bundle-made edge1", "certificate-issued edge1", "node-joined edge1");
    }

    @Test
    void aBundleThatWasUsedIsRefusedAndThatIsOnTheRecord() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        assertThat(inside.joinWith(bundle, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);

        assertThat(inside.joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_USED));
        assertThat(inside.recorded("join-refused edge1").detail()).contains("join-bundle-used");
    }

    @Test
    void whoComesAgainWithABundleIsToldAlsoIfTheJoiningCouldNotBePassedOn() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        inside.failing = true;
        assertThat(inside.joinWith(bundle, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);

        assertThat(inside.joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_USED));
        assertThat(inside.failing).as("it has failed").isFalse();
    }

    @Test
    void ofBundlesThatAreMadeAtTheSameTimeTheNewestOnTheRecordIsDialledFor() throws Exception {
        for (int round = 0; round < 5; round++) {
            List<Bundle> made;
            try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
                made =
                        callers
                                .invokeAll(Collections.<Callable<Bundle>>nCopies(8, () -> inside.bundle("edge1")))
                                .stream()
                                .map(Future::resultNow)
                                .toList();
            }
            String newest = inside.control().events(20).stream()
                    .filter(event -> event.event().equals("bundle-made"))
                    .findFirst()
                    .orElseThrow()
                    .detail();
            Bundle last = made.stream()
                    .filter(bundle -> newest.contains(bundle.enrolment()))
                    .findFirst()
                    .orElseThrow();
            assertThat(inside.joinWith(last, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);
        }
    }

    @Test
    void aBundleThatIsLateIsRefusedAlsoIfTheNodesClockIsBehind() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        inside.pass(Duration.ofMinutes(61));

        assertThat(inside.joinWith(
                        bundle, () -> inside.nanos() - Duration.ofMinutes(61).toNanos()))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_EXPIRED));
        assertThat(inside.recorded("join-refused edge1").detail()).contains("join-bundle-expired");
        assertThat(inside.recorded("bundle-expired edge1").detail()).contains(bundle.enrolment());
        assertThat(inside.joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_EXPIRED));
    }

    @Test
    void whoWaitsWithABundleOfANodeThatWasRemovedIsToldAtOnceAndNotAtTheEndOfItsHour() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        assertThat(inside.control().remove("edge1").isOk()).isTrue();

        assertThat(inside.joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_WITHDRAWN));
        assertThat(inside.recorded("join-refused edge1").detail()).contains("join-bundle-withdrawn");
        inside.restart();
        assertThat(inside.joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_WITHDRAWN));
        assertThat(inside.events()).doesNotContain("bundle-expired edge1");
    }

    @Test
    void aSecondBundleTakesThePlaceOfTheFirst() throws Exception {
        Bundle first = inside.bundle("edge1");
        Bundle second = inside.bundle("edge1");

        assertThat(inside.joinWith(first, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_OTHER));
        assertThat(inside.recorded("join-refused edge1").detail()).contains("join-bundle-other");
        assertThat(inside.joinWith(second, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);
        assertThat(inside.events()).contains("bundle-withdrawn edge1");
    }

    @Test
    void whoIsCutOffBeforeTheEndMayComeAgainWithTheSameKeyAndNobodyElse() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        BlockingQueue<TlsIdentity> kept = new LinkedBlockingQueue<>();
        try (JoinWaiter waiter =
                JoinWaiter.open(bundle, inside::nanos, Inside.RANDOM, inside.counters, (membership, identity) -> {
                    kept.add(identity);
                    if (kept.size() == 1) {
                        throw new IOException("the disk is full for a moment");
                    }
                })) {
            assertThat(waiter.outcome().get(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(JoinWaiter.Outcome.Joined.class);
        }
        assertThat(kept).hasSize(2);
        assertThat(inside.joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_USED));
    }

    /** A node joins and has its certificate, and its last word is lost. */
    private TlsIdentity joinAndBeCutOff(Bundle bundle) throws Exception {
        CompletableFuture<JoinWaiter> waiting = new CompletableFuture<>();
        CompletableFuture<TlsIdentity> kept = new CompletableFuture<>();
        try (JoinWaiter waiter =
                JoinWaiter.open(bundle, inside::nanos, Inside.RANDOM, inside.counters, (membership, identity) -> {
                    waiting.join().close();
                    kept.complete(identity);
                })) {
            waiting.complete(waiter);
            return kept.get(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoCameTwiceWithABundleHasJoinedWithTheCertificateThatItHasKeptWhicheverItIs() throws Exception {
        TlsIdentity stolen = inside.join("edge1");
        BlockingQueue<TlsIdentity> got = new LinkedBlockingQueue<>();
        CompletableFuture<JoinWaiter> waiting = new CompletableFuture<>();
        TlsIdentity first;
        TlsIdentity second;
        try (JoinWaiter waiter = JoinWaiter.open(
                inside.bundle("edge1"), inside::nanos, Inside.RANDOM, inside.counters, (membership, identity) -> {
                    if (got.isEmpty()) {
                        got.add(identity);
                        throw new IOException("cut off at that moment");
                    }
                    waiting.join().close();
                    got.add(identity);
                })) {
            waiting.complete(waiter);
            while (got.size() < 2) {
                Thread.onSpinWait();
            }
            first = got.take();
            second = got.take();
        }

        FakeNode joined = saysHello(first);

        assertThat(joined.closedWith()).contains("joined anew");
        assertThat(inside.recorded("certificate-refused edge1").detail()).startsWith("1 ");
        assertThat(inside.control().certificates())
                .filteredOn(certificate -> certificate.refused() != null)
                .extracting(IssuedCertificate::serial)
                .containsExactly(stolen.leaf().getSerialNumber());
        saysHello(second).told();
        assertThat(inside.events()).filteredOn("node-joined edge1"::equals).hasSize(2);
    }

    private FakeNode saysHello(TlsIdentity identity) {
        FakeNode node =
                new FakeNode(PeerIdentity.of(identity.leaf()), inside.control().service());
        node.hello(0);
        return node;
    }

    @Test
    void aNodeWhoseLastWordIsLostIsDialledAtOnceAndHasJoinedWhenItShowsItsCertificate() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        TlsIdentity identity = joinAndBeCutOff(bundle);

        assertThat(inside.perimeter(perimeter -> !perimeter.nodes().isEmpty()).nodes())
                .containsOnlyKeys("edge1");
        assertThat(inside.recorded("join-refused edge1").detail()).endsWith("; it may have its certificate");
        assertThat(inside.events()).doesNotContain("node-joined edge1");
        saysHello(identity).told();

        assertThat(inside.recorded("node-joined edge1").detail()).contains(bundle.enrolment());
        assertThat(inside.events()).doesNotContain("certificate-refused edge1");
        saysHello(identity).told();
        assertThat(inside.events()).containsOnlyOnce("node-joined edge1");
        inside.restart();
        saysHello(identity).told();
        assertThat(inside.events()).containsOnlyOnce("node-joined edge1");
    }

    @Test
    void whatANodeHadBeforeItJoinedAnewIsRefusedAlsoIfItsLastWordIsLost() throws Exception {
        TlsIdentity stolen = inside.join("edge1");
        inside.perimeters.clear();
        TlsIdentity identity = joinAndBeCutOff(inside.bundle("edge1"));

        assertThat(inside.perimeters.poll(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("what is up may be the host of before")
                .matches(perimeter -> perimeter.nodes().isEmpty());
        assertThat(inside.perimeter(perimeter -> true).nodes()).containsOnlyKeys("edge1");
        saysHello(stolen).told();
        assertThat(inside.control().status().refusedCertificates())
                .as("the stolen host is not the one that has joined, whatever it shows")
                .isZero();
        FakeNode old = saysHello(stolen);
        old.told();
        old.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        String renewed = ((ControlMessage.CertificateIssued) old.told()).chain().getFirst();
        X509Certificate again = Pem.certificates(renewed, "").orThrow().getFirst();
        FakeNode older = new FakeNode(PeerIdentity.of(again), inside.control().service());
        older.hello(0);
        older.told();
        assertThat(inside.control().status().refusedCertificates()).isZero();

        inside.restart(); // it is not forgotten over a restart
        FakeNode joined = saysHello(identity);

        assertThat(joined.closedWith()).contains("joined anew");
        assertThat(inside.control().status().refusedCertificates()).isEqualTo(2);
        assertThat(inside.recorded("certificate-refused edge1").detail()).startsWith("2 ");
        FakeNode after = saysHello(identity);
        assertThat(after.given(inside.key()).refusedSerials())
                .containsExactlyInAnyOrder(
                        stolen.leaf().getSerialNumber().toString(16),
                        again.getSerialNumber().toString(16));
        assertThat(after.isClosed()).isFalse();
    }

    @Test
    void aBundleWorksOverARestartOfTheInside() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        inside.restart();

        assertThat(inside.joinWith(bundle, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);
        inside.restart();
        assertThat(inside.perimeter(perimeter -> true).nodes()).containsOnlyKeys("edge1");
    }

    @Test
    void theSecretIsNotInTheStore() throws Exception {
        Result<NewBundle> made = inside.control().enroll("edge1");
        String secret = made.orThrow()
                .text()
                .lines()
                .filter(line -> line.startsWith("secret "))
                .findFirst()
                .orElseThrow()
                .substring("secret ".length());
        inside.close();
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(text).as("%s", file).doesNotContain(secret);
            }
        }
        assertThat(made.toString()).doesNotContain(secret);
        inside.start();
    }

    @Test
    void aNodeWaitsWhereTheInsideDialsUnlessTheSettingsSayMore() {
        assertThat(listening(List.of("0.0.0.0", "::"), Optional.of("192.0.2.7")))
                .isEqualTo("192.0.2.7");
        assertThat(listening(List.of("::"), Optional.of("[2001:db8::7]"))).isEqualTo("2001:db8:0:0:0:0:0:7");
        assertThat(listening(List.of("10.0.0.1"), Optional.of("192.0.2.7"))).isEqualTo("10.0.0.1");
        assertThat(listening(List.of("0.0.0.0"), Optional.empty())).isEqualTo("0.0.0.0");
    }

    private static String listening(List<String> addresses, Optional<String> dialled) {
        return NewBundle.listening(new EdgeNode.InsideLeg(
                        "edge1.perimeter.acorn.example", addresses, 5062, dialled, Optional.empty(), 4))
                .getHostAddress();
    }

    @Test
    void thereIsNoBundleForANodeThatIsConnectedBeforeItIsStoppedOrRemoved() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.told();
        Result.Bad<NewBundle> refused = (Result.Bad<NewBundle>) inside.control().enroll("edge1");
        assertThat(refused.code()).isEqualTo(ControlErrorCode.NODE_CONNECTED);
        assertThat(refused.reason())
                .startsWith("edge1 is connected, and ")
                .endsWith("; stop it, or put it out: edgeways node remove edge1");
        assertThat(inside.events()).containsOnlyOnce("bundle-made edge1");

        node.close("it was stopped");
        assertThat(inside.control().enroll("edge1").isOk()).isTrue();
        inside.connected("edge1").told();
        assertThat(inside.control().remove("edge1").isOk()).isTrue();
        assertThat(inside.control().enroll("edge1").isOk()).isTrue();
    }

    @Test
    void onlyNodesOfTheSettingsGetABundle() {
        assertThat(((Result.Bad<NewBundle>) inside.control().enroll("edge9")).code())
                .isEqualTo(ControlErrorCode.NODE_NOT_IN_SETTINGS);
        assertThat(((Result.Bad<NewBundle>) inside.control().enroll("../edge1")).code())
                .isEqualTo(ControlErrorCode.NODE_NAME_MALFORMED);
    }
}
