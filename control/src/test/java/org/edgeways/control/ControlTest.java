package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.junit.jupiter.api.Test;

/** Control with its store, its settings and joinings over real TLS; control streams are played. */
final class ControlTest extends WithInside {

    // --- removal ---

    @Test
    void aRemovedNodeIsCutOffAtOnceAndTheOthersAreToldWhomToRefuse() throws Exception {
        TlsIdentity first = inside.join("edge1");
        inside.join("edge2");
        FakeNode removed = inside.connected("edge1");
        FakeNode other = inside.connected("edge2");
        removed.given(inside.key());
        assertThat(other.given(inside.key()).refusedSerials()).isEmpty();

        assertThat(inside.control().remove("edge1").isOk()).isTrue();

        assertThat(removed.closedWith()).contains("removed");
        assertThat(List.copyOf(removed.passedOn).getLast().serials())
                .as("connectors that are linked with it alone hear it of nobody else")
                .containsExactly(first.leaf().getSerialNumber().toString(16));
        assertThat(inside.perimeter(perimeter -> !perimeter.nodes().containsKey("edge1"))
                        .nodes())
                .containsOnlyKeys("edge2");
        assertThat(other.given(inside.key()).refusedSerials())
                .containsExactly(first.leaf().getSerialNumber().toString(16));
        assertThat(inside.control().status().refusedCertificates()).isEqualTo(1);
        assertThat(inside.status("edge1").joined()).isEmpty();
        inside.restart();
        assertThat(inside.control().status().refusedCertificates()).isEqualTo(1);
        assertThat(((Result.Bad<String>) inside.control().remove("edge1")).code())
                .isEqualTo(ControlErrorCode.NODE_UNKNOWN);
    }

    @Test
    void whatIsRefusedIsSaidAgainNowAndThenSoThatWhoHearsNothingKnowsIt() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());
        ControlMessage.RefusedSerials first = node.toPassOn();
        inside.pass(Control.TOLD_AGAIN.minusMinutes(1));
        inside.reload();
        assertThat(node.passedOn).isEmpty();

        inside.pass(Duration.ofMinutes(2));
        inside.reload();
        ControlMessage.RefusedSerials again = node.toPassOn();
        assertThat(again.atMillis()).isGreaterThan(first.atMillis());
        assertThat(again.serials()).isEqualTo(first.serials());
    }

    @Test
    void aRemovedNodeGetsNoOtherCertificate() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());
        inside.control().remove("edge1");

        FakeNode again = new FakeNode("edge1", inside.control().service());
        again.asksForACertificate(CertificateKeys.make(Inside.RANDOM));

        assertThat(again.told()).isInstanceOf(ControlMessage.Refusal.class);
        assertThat(inside.recorded("renewal-refused edge1").detail()).contains("control-peer-no-node");
    }

    @Test
    void aCertificateOfAServiceThatIsRefusedIsReplacedAndAllNodesAreTold() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());
        X509Certificate before = inside.control().tls().identity().orElseThrow().leaf();

        IssuedCertificate refused =
                inside.control().refuse(before.getSerialNumber()).orThrow();

        assertThat(refused.kind()).isEqualTo(IssuedCertificate.Kind.SERVICE);
        assertThat(inside.control().tls().identity().orElseThrow().leaf().getSerialNumber())
                .isNotEqualTo(before.getSerialNumber());
        assertThat(node.given(inside.key()).refusedSerials())
                .containsExactly(before.getSerialNumber().toString(16));
        assertThat(inside.recorded("certificate-refused pool").detail()).startsWith("service, serial ");
        assertThat(((Result.Bad<?>) inside.control().refuse(before.getSerialNumber())).code())
                .isEqualTo(ControlErrorCode.CERTIFICATE_UNKNOWN);
    }

    @Test
    void aNodeWhoseCertificateIsRefusedIsCutOffAndGetsNoOther() throws Exception {
        PeerIdentity identity = PeerIdentity.of(inside.join("edge1").leaf());
        FakeNode node = new FakeNode(identity, inside.control().service());
        node.hello(0);
        node.given(inside.key());
        inside.perimeters.clear();

        assertThat(inside.control().refuse(identity.serial()).isOk()).isTrue();

        assertThat(node.closedWith()).contains("refused");
        assertThat(List.copyOf(node.passedOn).getLast().serials())
                .as("connectors that are linked with it alone hear it of nobody else")
                .containsExactly(identity.serial().toString(16));
        assertThat(inside.perimeters.remove().nodes()).doesNotContainKey("edge1");
        FakeNode again = new FakeNode(identity, inside.control().service());
        again.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(((ControlMessage.Refusal) again.told()).code())
                .isEqualTo(ControlErrorCode.CERTIFICATE_REFUSED.code());
        assertThat(inside.recorded("renewal-refused edge1").detail()).contains("control-certificate-refused");
    }

    @Test
    void aCertificateThatANodeStillHasCanBeReplacedThoughANewerOneWasIssuedThatDidNotComeToIt() throws Exception {
        PeerIdentity identity = PeerIdentity.of(inside.join("edge1").leaf());
        BigInteger older = Objects.requireNonNull(identity.serial());
        FakeNode node = new FakeNode(identity, inside.control().service());
        node.hello(0);
        node.given(inside.key());
        node.reportHolding(older);
        inside.pass(Duration.ofHours(3));
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        String issued = ((ControlMessage.CertificateIssued) node.told()).chain().getFirst();
        BigInteger newer = Pem.certificates(issued, "").orThrow().getFirst().getSerialNumber();

        assertThat(inside.control().renew(older).isOk()).isTrue();
        assertThat(((ControlMessage.CertificateDue) node.told()).serial()).isEqualTo(older.toString(16));
        assertThat(inside.control().certificates())
                .filteredOn(inside.control()::isInUse)
                .extracting(IssuedCertificate::serial)
                .contains(older)
                .doesNotContain(newer);

        node.reportHolding(newer);
        assertThat(((Result.Bad<?>) inside.control().renew(older)).code())
                .isEqualTo(ControlErrorCode.CERTIFICATE_REPLACED);
        assertThat(inside.control().certificates())
                .filteredOn(inside.control()::isInUse)
                .extracting(IssuedCertificate::serial)
                .contains(newer)
                .doesNotContain(older);
    }

    @Test
    void aNodeWhoseStreamIsBeingCutIsNotConnectedForWhoWantsItToRenew() throws Exception {
        PeerIdentity identity = PeerIdentity.of(inside.join("edge1").leaf());
        FakeNode node = new FakeNode(identity, inside.control().service());
        node.hello(0);
        node.given(inside.key());
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        String issued = ((ControlMessage.CertificateIssued) node.told()).chain().getFirst();
        BigInteger newer = Pem.certificates(issued, "").orThrow().getFirst().getSerialNumber();
        node.slowToEnd = true;
        assertThat(inside.control().refuse(newer).isOk()).isTrue();

        assertThat(((Result.Bad<?>) inside.control().renew(Objects.requireNonNull(identity.serial()))).code())
                .isEqualTo(ControlErrorCode.NODE_AWAY);
    }

    @Test
    void aBundleOfANodeThatIsRemovedLetsNobodyIn() throws Exception {
        Bundle bundle = inside.bundle("edge1");
        assertThat(inside.control().remove("edge1").isOk()).isTrue();

        // who dials for the next one speaks of another
        inside.bundle("edge1");
        assertThat(inside.joinWith(bundle, inside::nanos))
                .isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_OTHER));
        assertThat(inside.recorded("join-refused edge1").detail()).contains("join-bundle-other");
    }

    @Test
    void aNodeThatJoinsAnewLosesTheCertificatesOfBefore() throws Exception {
        TlsIdentity before = inside.join("edge1");
        FakeNode old = inside.connected("edge1");
        old.given(inside.key());
        old.close("its host was laid anew");

        inside.join("edge1");

        assertThat(inside.recorded("certificate-refused edge1").detail()).contains("1");
        assertThat(inside.control().status().refusedCertificates()).isEqualTo(1);
        assertThat(inside.connected("edge1").given(inside.key()).refusedSerials())
                .containsExactly(before.leaf().getSerialNumber().toString(16));
    }

    // --- settings ---

    @Test
    void aNodeGetsWhatItDoesNotHaveAndNothingTwice() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        EdgeSnapshot given = node.given(inside.key());
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
        assertThat(inside.status("edge1").isUpToDate()).isTrue();
    }

    @Test
    void aChangeReachesOnlyTheNodesThatItIsAbout() throws Exception {
        inside.join("edge1");
        inside.join("edge2");
        FakeNode one = inside.connected("edge1");
        FakeNode two = inside.connected("edge2");
        EdgeSnapshot before = one.given(inside.key());
        two.given(inside.key());

        inside.node("edge1", "new.acorn.example", inside.port);
        assertThat(inside.reload()).isInstanceOf(SettingsDirectory.Outcome.Reloaded.class);

        EdgeSnapshot after = one.given(inside.key());
        assertThat(after.access().orElseThrow().host()).isEqualTo("new.acorn.example");
        assertThat(after.revision()).isGreaterThan(before.revision());
        two.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(two.told()).isInstanceOf(ControlMessage.CertificateIssued.class);
    }

    @Test
    void aBadSetChangesNothingAndSaysWhere() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        EdgeSnapshot before = node.given(inside.key());
        Files.writeString(
                inside.settings.resolve("acorn.yaml"), "kind: Organisation\nname: acorn\nspec:\n  sipDomans: []\n");

        assertThat(inside.reload()).isInstanceOf(SettingsDirectory.Outcome.Kept.class);
        inside.reload();

        assertThat(inside.control().status().settingsProblem().orElseThrow()).contains("acorn.yaml:4");
        assertThat(inside.events()).containsOnlyOnce("settings-refused settings");
        assertThat(node.isToldNothing()).isTrue();
        assertThat(inside.status("edge1").meant()).isEqualTo(before.revision());
    }

    @Test
    void aChangeThatCouldNotBePassedOnIsToldAndPassedOnAtTheNextLook() throws Exception {
        inside.join("edge1");
        inside.perimeters.clear();
        inside.node("edge1", "new.acorn.example", inside.port);
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
    void whoAsksForSettingsThatWerePutRightIsNotToldTheProblemOfBefore() throws Exception {
        String good = Files.readString(inside.settings.resolve("edge1.yaml"));
        Files.writeString(inside.settings.resolve("edge1.yaml"), good.replace("port:", "prt:"));
        assertThat(inside.control().reload()).isInstanceOf(SettingsDirectory.Outcome.Kept.class);

        Files.writeString(inside.settings.resolve("edge1.yaml"), good.replace("sip.acorn", "new.acorn"));
        assertThat(inside.control().reload()).isInstanceOf(SettingsDirectory.Outcome.Reloaded.class);
    }

    @Test
    void numbersGrowAndAreTheSameAfterARestart() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        long first = node.given(inside.key()).revision();
        inside.restart();
        assertThat(inside.connected("edge1").given(inside.key()).revision()).isEqualTo(first);
        inside.node("edge1", "new.acorn.example", inside.port);
        inside.restart();
        long second = inside.connected("edge1").given(inside.key()).revision();
        inside.node("edge1", "sip.acorn.example", inside.port);
        inside.restart();
        long third = inside.connected("edge1").given(inside.key()).revision();

        assertThat(List.of(first, second, third)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aRecordThatWasPutBackFromACopyGoesOnAboveTheNumbersThatNodesHave() throws Exception {
        inside.join("edge1");
        inside.join("edge2");
        FakeNode first = new FakeNode("edge1", inside.control().service());
        first.hello(1_000);
        assertThat(first.given(inside.key()).revision()).isGreaterThan(1_000);
        FakeNode second = new FakeNode("edge2", inside.control().service());
        second.hello(990);
        assertThat(second.given(inside.key()).revision()).isGreaterThan(1_000);
        assertThat(inside.status("edge1").meant()).isGreaterThan(1_000);
        assertThat(inside.events()).containsOnlyOnce("snapshot-made edge1", "snapshot-made edge2");
        assertThat(inside.recorded("record-older edge1").detail()).contains("1000");
        assertThat(inside.status("edge1").ahead()).as("status says so").isPresent();
        assertThat(inside.status("edge2").ahead()).isPresent();

        inside.restart();
        long again = inside.status("edge1").meant();
        FakeNode after = new FakeNode("edge1", inside.control().service());
        after.hello(again);
        inside.control().status(); // the desk has done what was before
        assertThat(after.isToldNothing()).as("it has what is meant for it").isTrue();
    }

    @Test
    void aNodeThatWasTakenOverDoesNotUseTheNumbersUp() throws Exception {
        inside.join("edge1");
        inside.join("edge2");
        long before = inside.connected("edge2").given(inside.key()).revision();
        FakeNode liar = new FakeNode("edge1", inside.control().service());
        liar.hello(before + Ledger.MOST_AHEAD + 10);
        liar.given(inside.key());
        inside.node("edge2", "new.acorn.example", inside.secondPort);
        inside.control().reload();
        assertThat(inside.connected("edge2").given(inside.key()).revision()).isLessThan(before + 10);
    }

    @Test
    void whatANodeRefusesIsOnTheRecordOnce() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        long revision = node.given(inside.key()).revision();
        Optional<ControlMessage.Rejected> rejected =
                Optional.of(new ControlMessage.Rejected(revision, "node-snapshot-not-applied", "no such address"));

        node.report(0, rejected);
        node.report(0, rejected);
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        node.told();

        assertThat(inside.events()).containsOnlyOnce("snapshot-refused edge1");
        assertThat(inside.recorded("snapshot-refused edge1").detail()).contains("no such address");
        assertThat(inside.status("edge1").isUpToDate()).isFalse();
    }

    @Test
    void whatANodeRefusesIsGivenToItAgainAfterAWhile() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        long revision = node.given(inside.key()).revision();
        node.report(
                0, Optional.of(new ControlMessage.Rejected(revision, "node-snapshot-not-applied", "no such address")));

        inside.control().reload();
        assertThat(node.isToldNothing()).isTrue();
        inside.pass(NodeSessions.AGAIN);
        inside.control().reload();
        assertThat(node.given(inside.key()).revision()).isEqualTo(revision);
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
        TlsIdentity before = inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());
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
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        node.told();

        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(((ControlMessage.Refusal) node.told()).code()).isEqualTo("control-renewal-too-soon");
        inside.pass(Duration.ofHours(3));
        node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
        assertThat(node.told()).isInstanceOf(ControlMessage.CertificateIssued.class);
    }
}
