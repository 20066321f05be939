package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.engine.Membership;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.SnapshotKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Control with its store, its settings and joinings over real TLS; control streams are played. */
final class ControlTest {

    @TempDir
    Path directory;

    private Inside inside;
    private SnapshotKey key;

    @BeforeEach
    void start() throws IOException {
        inside = new Inside(directory);
    }

    @AfterEach
    void stop() {
        inside.close();
    }

    private Bundle bundle(String node) {
        return BundleCodec.decode(inside.control().enroll(node).orThrow().text())
                .orThrow();
    }

    /** Waits with a bundle, as a node whose clock may be another. */
    private JoinWaiter.Outcome joinWith(Bundle bundle, LongSupplier clock) throws Exception {
        try (JoinWaiter waiter =
                JoinWaiter.open(bundle, clock, Inside.RANDOM, inside.counters, (membership, identity) -> {})) {
            return waiter.outcome().get(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private TlsIdentity join(String node) throws Exception {
        JoinWaiter.Outcome outcome = joinWith(bundle(node), inside::nanos);
        assertThat(outcome).isInstanceOf(JoinWaiter.Outcome.Joined.class);
        Membership membership = ((JoinWaiter.Outcome.Joined) outcome).membership();
        PublicKey given = membership.snapshotKeys().getFirst();
        key = SnapshotKey.of(given);
        inside.perimeter(perimeter -> perimeter.nodes().containsKey(node));
        return ((JoinWaiter.Outcome.Joined) outcome).identity();
    }

    private FakeNode connected(String node) {
        FakeNode peer = new FakeNode(node, inside.control().service());
        peer.hello(0);
        return peer;
    }

    private EdgeNodeStatus status(String node) {
        return inside.control().status().nodes().stream()
                .filter(status -> status.name().equals(node))
                .findFirst()
                .orElseThrow();
    }

    // --- joining ---

    @Test
    void aNodeJoinsWithItsBundleAndIsDialledFromThenOn() throws Exception {
        assertThat(inside.perimeter(perimeter -> true).nodes()).isEmpty();
        assertThat(status("edge1").joined()).isEmpty();

        TlsIdentity identity = join("edge1");

        X509Certificate leaf = identity.leaf();
        assertThat(PeerIdentity.of(leaf).node()).isEqualTo("edge1");
        assertThat(CertificateKeys.names(leaf))
                .containsExactlyInAnyOrder("edge1.node.edgeways.internal", "edge1.perimeter.acorn.example");
        assertThat(Duration.between(Instant.now(), leaf.getNotAfter().toInstant())
                        .toDays())
                .isEqualTo(89);
        assertThat(leaf.getIssuerX500Principal())
                .isEqualTo(inside.control().authority().getSubjectX500Principal());
        assertThat(status("edge1").joined()).isPresent();
        assertThat(status("edge1").certificateEnd()).contains(leaf.getNotAfter().toInstant());
        assertThat(inside.events()).contains("bundle-made edge1", "certificate-issued edge1", "node-joined edge1");
    }

    @Test
    void aBundleThatWasUsedIsRefusedAndThatIsOnTheRecord() throws Exception {
        Bundle bundle = bundle("edge1");
        assertThat(joinWith(bundle, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);

        assertThat(joinWith(bundle, inside::nanos)).isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_USED));
        assertThat(recorded("join-refused edge1").detail()).contains("join-bundle-used");
    }

    /** The newest such event, once it is there: the node hears of a refusal before it is on the record. */
    private AuditEvent recorded(String event) throws InterruptedException {
        Instant end = Instant.now().plusSeconds(Inside.PATIENCE_SECONDS);
        while (Instant.now().isBefore(end)) {
            Optional<AuditEvent> found = inside.control().events(100).stream()
                    .filter(one -> (one.event() + " " + one.name()).equals(event))
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            Thread.onSpinWait();
        }
        throw new AssertionError(event + " is not among " + inside.events());
    }

    @Test
    void aBundleThatIsLateIsRefusedAlsoIfTheNodesClockIsBehind() throws Exception {
        Bundle bundle = bundle("edge1");
        inside.pass(Duration.ofMinutes(61));

        assertThat(joinWith(
                        bundle, () -> inside.nanos() - Duration.ofMinutes(61).toNanos()))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_EXPIRED));
        assertThat(recorded("join-refused edge1").detail()).contains("join-bundle-expired");
        assertThat(recorded("bundle-expired edge1").detail()).contains(bundle.enrolment());
        assertThat(joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_EXPIRED));
    }

    @Test
    void aSecondBundleTakesThePlaceOfTheFirst() throws Exception {
        Bundle first = bundle("edge1");
        Bundle second = bundle("edge1");

        assertThat(joinWith(first, inside::nanos)).isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_OTHER));
        assertThat(recorded("join-refused edge1").detail()).contains("join-bundle-other");
        assertThat(joinWith(second, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);
        assertThat(inside.events()).contains("bundle-withdrawn edge1");
    }

    @Test
    void whoIsCutOffBeforeTheEndMayComeAgainWithTheSameKeyAndNobodyElse() throws Exception {
        Bundle bundle = bundle("edge1");
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
        assertThat(joinWith(bundle, inside::nanos)).isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_USED));
    }

    @Test
    void aBundleWorksOverARestartOfTheInside() throws Exception {
        Bundle bundle = bundle("edge1");
        inside.restart();

        assertThat(joinWith(bundle, inside::nanos)).isInstanceOf(JoinWaiter.Outcome.Joined.class);
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
        return Control.listening(new EdgeNode.InsideLeg(
                        "edge1.perimeter.acorn.example", addresses, 5062, dialled, Optional.empty(), 4))
                .getHostAddress();
    }

    @Test
    void onlyNodesOfTheSettingsGetABundle() {
        assertThat(((Result.Bad<NewBundle>) inside.control().enroll("edge9")).code())
                .isEqualTo(ControlErrorCode.NODE_NOT_IN_SETTINGS);
        assertThat(((Result.Bad<NewBundle>) inside.control().enroll("../edge1")).code())
                .isEqualTo(ControlErrorCode.NODE_NAME_MALFORMED);
    }

    // --- removal ---

    @Test
    void aRemovedNodeIsCutOffAtOnceAndTheOthersAreToldWhomToRefuse() throws Exception {
        TlsIdentity first = join("edge1");
        join("edge2");
        FakeNode removed = connected("edge1");
        FakeNode other = connected("edge2");
        removed.given(key);
        assertThat(other.given(key).refusedSerials()).isEmpty();

        assertThat(inside.control().remove("edge1").isOk()).isTrue();

        assertThat(removed.closedWith()).contains("removed");
        assertThat(inside.perimeter(perimeter -> !perimeter.nodes().containsKey("edge1"))
                        .nodes())
                .containsOnlyKeys("edge2");
        assertThat(other.given(key).refusedSerials())
                .containsExactly(first.leaf().getSerialNumber().toString(16));
        assertThat(inside.control().status().refusedCertificates()).isEqualTo(1);
        assertThat(status("edge1").joined()).isEmpty();
        inside.restart();
        assertThat(inside.control().status().refusedCertificates()).isEqualTo(1);
        assertThat(((Result.Bad<String>) inside.control().remove("edge1")).code())
                .isEqualTo(ControlErrorCode.NODE_UNKNOWN);
    }

    @Test
    void aRemovedNodeGetsNoOtherCertificate() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        node.given(key);
        inside.control().remove("edge1");

        FakeNode again = new FakeNode("edge1", inside.control().service());
        again.asksForACertificate(CertificateKeys.make(Inside.RANDOM));

        assertThat(again.told()).isInstanceOf(ControlMessage.Refusal.class);
        assertThat(recorded("renewal-refused edge1").detail()).contains("control-peer-no-node");
    }

    @Test
    void aCertificateOfAServiceThatIsRefusedIsReplacedAndAllNodesAreTold() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        node.given(key);
        X509Certificate before = inside.control().tls().identity().orElseThrow().leaf();

        IssuedCertificate refused =
                inside.control().refuse(before.getSerialNumber()).orThrow();

        assertThat(refused.kind()).isEqualTo(IssuedCertificate.Kind.SERVICE);
        assertThat(inside.control().tls().identity().orElseThrow().leaf().getSerialNumber())
                .isNotEqualTo(before.getSerialNumber());
        assertThat(node.given(key).refusedSerials())
                .containsExactly(before.getSerialNumber().toString(16));
        assertThat(recorded("certificate-refused pool").detail()).startsWith("service, serial ");
        assertThat(((Result.Bad<?>) inside.control().refuse(before.getSerialNumber())).code())
                .isEqualTo(ControlErrorCode.CERTIFICATE_UNKNOWN);
    }

    @Test
    void aNodeWhoseCertificateIsRefusedIsCutOffAndGetsNoOther() throws Exception {
        PeerIdentity identity = PeerIdentity.of(join("edge1").leaf());
        FakeNode node = new FakeNode(identity, inside.control().service());
        node.hello(0);
        node.given(key);
        inside.perimeters.clear();

        assertThat(inside.control().refuse(identity.serial()).isOk()).isTrue();

        assertThat(node.closedWith()).contains("refused");
        assertThat(inside.perimeters.remove().nodes()).doesNotContainKey("edge1");
        FakeNode again = new FakeNode(identity, inside.control().service());
        again.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(((ControlMessage.Refusal) again.told()).code())
                .isEqualTo(ControlErrorCode.CERTIFICATE_REFUSED.code());
        assertThat(recorded("renewal-refused edge1").detail()).contains("control-certificate-refused");
    }

    @Test
    void aBundleOfANodeThatIsRemovedLetsNobodyIn() throws Exception {
        Bundle bundle = bundle("edge1");
        assertThat(inside.control().remove("edge1").isOk()).isTrue();

        // nobody dials for it any more; the dialler of the next one speaks of another
        bundle("edge1");
        assertThat(joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_OTHER));
        assertThat(recorded("join-refused edge1").detail()).contains("join-bundle-other");
    }

    @Test
    void aNodeThatJoinsAnewLosesTheCertificatesOfBefore() throws Exception {
        TlsIdentity before = join("edge1");
        FakeNode old = connected("edge1");
        old.given(key);
        old.close("its host was laid anew");

        join("edge1");

        assertThat(recorded("certificate-refused edge1").detail()).contains("1");
        assertThat(inside.control().status().refusedCertificates()).isEqualTo(1);
        assertThat(connected("edge1").given(key).refusedSerials())
                .containsExactly(before.leaf().getSerialNumber().toString(16));
    }

    // --- settings ---

    @Test
    void aNodeGetsWhatItDoesNotHaveAndNothingTwice() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        EdgeSnapshot given = node.given(key);
        assertThat(given.access().orElseThrow().host()).isEqualTo("sip.acorn.example");
        assertThat(given.authorities())
                .containsExactly(Pem.text(List.of(inside.control().authority())));
        node.report(given.revision(), Optional.empty());
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        node.told(); // so that the report was read
        node.close("lost");

        FakeNode again = new FakeNode("edge1", inside.control().service());
        again.hello(given.revision());
        again.asksForACertificate(CertificateKeys.make(Inside.RANDOM));

        assertThat(again.told()).isInstanceOf(ControlMessage.Refusal.class); // too soon; and no settings before it
        assertThat(status("edge1").isUpToDate()).isTrue();
    }

    @Test
    void aChangeReachesOnlyTheNodesThatItIsAbout() throws Exception {
        join("edge1");
        join("edge2");
        FakeNode one = connected("edge1");
        FakeNode two = connected("edge2");
        EdgeSnapshot before = one.given(key);
        two.given(key);

        inside.node("edge1", "new.acorn.example", inside.port);
        assertThat(inside.reload()).isInstanceOf(SettingsDirectory.Outcome.Reloaded.class);

        EdgeSnapshot after = one.given(key);
        assertThat(after.access().orElseThrow().host()).isEqualTo("new.acorn.example");
        assertThat(after.revision()).isGreaterThan(before.revision());
        two.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(two.told()).isInstanceOf(ControlMessage.CertificateIssued.class);
    }

    @Test
    void aBadSetChangesNothingAndSaysWhere() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        EdgeSnapshot before = node.given(key);
        Files.writeString(
                inside.settings.resolve("acorn.yaml"), "kind: Organisation\nname: acorn\nspec:\n  sipDomans: []\n");

        assertThat(inside.reload()).isInstanceOf(SettingsDirectory.Outcome.Kept.class);
        inside.reload();

        assertThat(inside.control().status().settingsProblem().orElseThrow()).contains("acorn.yaml:4");
        assertThat(inside.events()).containsOnlyOnce("settings-refused settings");
        assertThat(node.isToldNothing()).isTrue();
        assertThat(status("edge1").meant()).isEqualTo(before.revision());
    }

    @Test
    void aChangeThatCouldNotBePassedOnIsToldAndPassedOnAtTheNextLook() throws Exception {
        join("edge1");
        inside.perimeters.clear();
        inside.node("edge1", "new.acorn.example", inside.port);
        inside.control().reload();
        inside.failing = true;

        assertThatThrownBy(() -> inside.control().reload()).hasMessage("told to fail");
        assertThat(inside.control().status().settingsProblem().orElseThrow()).contains("told to fail");
        assertThat(inside.perimeters).isEmpty();

        inside.control().reload();
        assertThat(inside.perimeters
                        .remove()
                        .settings()
                        .nodes()
                        .get("edge1")
                        .access()
                        .orElseThrow()
                        .host())
                .isEqualTo("new.acorn.example");
        assertThat(inside.control().status().settingsProblem()).isEmpty();
        assertThat(inside.events())
                .filteredOn(event -> event.startsWith("settings-taken"))
                .hasSize(2);
    }

    @Test
    void settingsThatArePutRightAgainAreNoProblemAnyMore() throws Exception {
        String good = Files.readString(inside.settings.resolve("edge1.yaml"));
        Files.writeString(inside.settings.resolve("edge1.yaml"), good.replace("port:", "prt:"));
        inside.reload();
        assertThat(inside.control().status().settingsProblem()).isPresent();

        Files.writeString(inside.settings.resolve("edge1.yaml"), good);
        inside.reload();

        assertThat(inside.control().status().settingsProblem()).isEmpty();
    }

    @Test
    void numbersGrowAndAreTheSameAfterARestart() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        long first = node.given(key).revision();
        inside.restart();
        assertThat(connected("edge1").given(key).revision()).isEqualTo(first);
        inside.node("edge1", "new.acorn.example", inside.port);
        inside.restart();
        long second = connected("edge1").given(key).revision();
        inside.node("edge1", "sip.acorn.example", inside.port);
        inside.restart();
        long third = connected("edge1").given(key).revision();

        assertThat(List.of(first, second, third)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void whatANodeRefusesIsOnTheRecordOnce() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        long revision = node.given(key).revision();
        Optional<ControlMessage.Rejected> rejected =
                Optional.of(new ControlMessage.Rejected(revision, "node-snapshot-not-applied", "no such address"));

        node.report(0, rejected);
        node.report(0, rejected);
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        node.told();

        assertThat(inside.events()).containsOnlyOnce("snapshot-refused edge1");
        assertThat(recorded("snapshot-refused edge1").detail()).contains("no such address");
        assertThat(status("edge1").isUpToDate()).isFalse();
    }

    @Test
    void whatANodeRefusesIsGivenToItAgainAfterAWhile() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        long revision = node.given(key).revision();
        node.report(
                0, Optional.of(new ControlMessage.Rejected(revision, "node-snapshot-not-applied", "no such address")));

        inside.control().reload();
        assertThat(node.isToldNothing()).isTrue();
        inside.pass(NodeSessions.AGAIN);
        inside.control().reload();
        assertThat(node.given(key).revision()).isEqualTo(revision);
        inside.control().reload();
        assertThat(node.isToldNothing()).as("not at every look").isTrue();

        node.report(revision, Optional.empty());
        inside.pass(NodeSessions.AGAIN);
        inside.control().reload();
        assertThat(node.isToldNothing()).as("it has taken it").isTrue();
    }

    // --- certificates ---

    @Test
    void aNodeGetsAnotherCertificateForAnotherKey() throws Exception {
        TlsIdentity before = join("edge1");
        FakeNode node = connected("edge1");
        node.given(key);
        KeyPair keys = CertificateKeys.make(Inside.RANDOM);

        node.asksForACertificate(keys);

        List<String> texts = ((ControlMessage.CertificateIssued) node.told()).chain();
        X509Certificate leaf = Pem.certificates(texts.getFirst(), "").orThrow().getFirst();
        assertThat(leaf.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(leaf.getSerialNumber()).isNotEqualTo(before.leaf().getSerialNumber());
        assertThat(PeerIdentity.of(leaf).node()).isEqualTo("edge1");
        assertThat(Pem.certificates(texts.getLast(), "").orThrow())
                .containsExactly(inside.control().authority());
        assertThat(inside.events()).contains("certificate-renewed edge1");
        assertThat(inside.control().status().refusedCertificates()).isZero();
    }

    @Test
    void aNodeThatAsksAgainAtOnceIsRefusedAndLaterIsNot() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        node.given(key);
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        node.told();

        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(((ControlMessage.Refusal) node.told()).code()).isEqualTo("control-renewal-too-soon");
        inside.pass(Duration.ofHours(3));
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(node.told()).isInstanceOf(ControlMessage.CertificateIssued.class);
    }

    // --- hostile nodes ---

    @Test
    void aNodeThatSaysItIsAnotherIsCutOff() throws Exception {
        join("edge1");
        FakeNode node = new FakeNode("edge1", inside.control().service());

        node.says(new ControlMessage.Hello("edge2", 0, "test"));

        assertThat(node.closedWith()).contains("what its certificate says");
    }

    @Test
    void aNodeThatSendsWhatOnlyTheInsideSendsIsCutOff() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        node.given(key);

        node.says(ControlMessage.SnapshotPush.of("forged".getBytes(StandardCharsets.US_ASCII)));

        assertThat(node.closedWith()).isEqualTo(ControlErrorCode.MESSAGE_UNEXPECTED.meaning());
    }

    @Test
    void whatCannotBeReadEndsTheStreamAndNothingElse() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        node.given(key);

        node.says("{\"type\":\"hello\"".getBytes(StandardCharsets.US_ASCII));

        node.closedWith();
        assertThat(connected("edge1").given(key).node()).isEqualTo("edge1");
    }

    @Test
    void aNodeThatFloodsItsControlStreamIsCutOffAndSpeaksAgainLater() throws Exception {
        join("edge1");
        FakeNode node = connected("edge1");
        node.given(key);

        for (int i = 0; i < 100 * NodeBudget.TOKENS && !node.isClosed(); i++) {
            node.report(1, Optional.empty());
            inside.control().status(); // waits for the desk: it is not the queue that is full
        }

        assertThat(node.closedWith()).isEqualTo(ControlErrorCode.MESSAGES_TOO_MANY.meaning());
        assertThat(inside.counters.value(
                        "control_messages_refused", "reason", ControlErrorCode.MESSAGES_TOO_MANY.code()))
                .isPositive();
        FakeNode again = new FakeNode("edge1", inside.control().service());
        for (int i = 0; i < NodeBudget.TOKENS && !again.isClosed(); i++) {
            again = new FakeNode("edge1", inside.control().service());
        }
        assertThat(again.closedWith()).isEqualTo(ControlErrorCode.MESSAGES_TOO_MANY.meaning());

        inside.pass(Duration.ofSeconds(10));
        assertThat(connected("edge1").given(key).node()).isEqualTo("edge1");
    }

    @Test
    void whatANodeSaysFillsNoLog() throws Exception {
        join("edge1");
        for (int i = 0; i < 2 * NodeBudget.LINES; i++) {
            FakeNode node = new FakeNode("edge1", inside.control().service());
            node.says("{}".getBytes(StandardCharsets.US_ASCII)); // a line for the refusal and one for the end
            node.closedWith();
            inside.pass(Duration.ofMillis(500));
        }

        assertThat(inside.counters.value("control_log_lines_suppressed")).isGreaterThan(NodeBudget.LINES);
    }

    @Test
    void whoIsNoNodeGetsNothing() throws Exception {
        FakeNode service = new FakeNode((String) null, inside.control().service());

        assertThat(service.closedWith()).isEqualTo(ControlErrorCode.PEER_NO_NODE.meaning());
        assertThat(service.isToldNothing()).isTrue();
        assertThat(inside.control().status().nodes())
                .extracting(EdgeNodeStatus::connected)
                .containsOnly(false);
        assertThat(Map.copyOf(inside.counters.values())).doesNotContainKey("control_snapshots_pushed");
    }
}
