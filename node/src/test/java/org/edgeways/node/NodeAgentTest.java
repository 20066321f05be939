package org.edgeways.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.joining.engine.Membership;
import org.edgeways.link.ControlBudget;
import org.edgeways.link.ControlPeer;
import org.edgeways.link.ControlSession;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.SettingsReader;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.SnapshotSigner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The node's end of control, with an inside and a host that are played, in virtual time. Longer than other files, because all of it is
 * about one node with the same streams, authority and files.
 */
final class NodeAgentTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SETTINGS = """
            kind: Organisation
            name: acorn
            spec:
              sipDomains: [acorn.example]
            ---
            kind: Connector
            name: kamailio
            spec:
              server: sip:10.0.9.9:5060;transport=tcp
              listen: {host: 10.0.9.8, address: 10.0.9.8}
            ---
            kind: EdgeNode
            name: edge1
            spec:
              access:
                host: sip.acorn.example
              insideLeg:
                host: edge1.perimeter.acorn.example
                addresses: [10.1.0.11]
            ---
            kind: EdgeNode
            name: edge2
            spec:
              access:
                host: sip2.acorn.example
              insideLeg:
                host: edge2.perimeter.acorn.example
                addresses: [10.1.0.12]
            """;

    @TempDir
    Path directory;

    private final Instant start = Instant.parse("2026-11-26T10:00:00Z");
    private final CertificateAuthority authority = CertificateAuthority.create("Acorn authority", start, RANDOM);
    private final SnapshotSigner signer = new SnapshotSigner(SnapshotSigner.newKeys(RANDOM));
    private final InMemoryCounters counters = new InMemoryCounters();
    private final FakeHost host = new FakeHost();
    private final List<ControlMessage> sent = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private Instant now = start;
    private NodeFiles files;
    private NodeAgent agent;
    private ControlSession session;

    private static final class FakeHost implements NodeHost {
        private final List<EdgeSnapshot> applied = new ArrayList<>();
        private final List<TlsIdentity> used = new ArrayList<>();
        private boolean unwilling;
        private Optional<String> problem = Optional.empty();

        @Override
        public Result<Boolean> apply(EdgeSnapshot next) {
            if (unwilling) {
                return Result.bad(NodeErrorCode.SNAPSHOT_NOT_APPLIED, 0, "no such address here");
            }
            applied.add(next);
            return Result.ok(true);
        }

        @Override
        public Result<Boolean> use(TlsIdentity next) {
            used.add(next);
            return Result.ok(true);
        }

        @Override
        public Optional<String> problem() {
            return problem;
        }

        @Override
        public List<ControlMessage.Shown> shown() {
            return List.of(new ControlMessage.Shown("sip.acorn.example", 1_800_000_000, true, Optional.empty()));
        }
    }

    private final class Peer implements ControlPeer {
        private final String service;
        private final List<ControlMessage> heard = new ArrayList<>();

        Peer() {
            this("pool");
        }

        Peer(String service) {
            this.service = service;
        }

        @Override
        public PeerIdentity identity() {
            return new PeerIdentity(null, service, List.of(), null);
        }

        @Override
        public void send(byte[] message) {
            ControlMessage said = ControlCodec.read(message).orThrow();
            heard.add(said);
            sent.add(said);
        }

        @Override
        public void close(String reason) {
            closed.add(reason);
        }
    }

    @BeforeEach
    void joined() throws IOException {
        files = new NodeFiles(directory);
        TlsIdentity identity = authority.issue(
                CertificateRequest.node("edge1", "edge1.perimeter.acorn.example")
                        .valid(Duration.ofDays(90)),
                start);
        files.keep(
                new Membership("edge1", identity.chain(), List.of(signer.key().key())), identity);
        started();
    }

    private void started() {
        Member member = files.member().orThrow();
        agent = new NodeAgent(
                member,
                files.snapshot(member).orThrow().orElse(null),
                new NodeAgent.Surroundings(files, host, "test", Runnable::run, () -> now, RANDOM, counters));
        session = agent.opened(new Peer());
    }

    private static EdgeSnapshot snapshot(String text, String node, long revision) {
        return switch (SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))) {
            case SettingsOutcome.Good(Settings settings) ->
                EdgeSnapshot.of(settings, node, revision, new EdgeSnapshot.Trust(List.of(), List.of()));
            case SettingsOutcome.Bad bad ->
                throw new AssertionError(bad.problems().toString());
        };
    }

    private static EdgeSnapshot snapshot(long revision) {
        return snapshot(SETTINGS.replace("sip.acorn", "r" + revision + ".acorn"), "edge1", revision);
    }

    private void given(byte[] envelope) {
        session.received(ControlCodec.write(ControlMessage.SnapshotPush.of(envelope)));
    }

    private void given(EdgeSnapshot snapshot) {
        given(snapshot.signed(signer).bytes());
    }

    private ControlMessage.Report report() {
        return sent.stream()
                .filter(ControlMessage.Report.class::isInstance)
                .map(ControlMessage.Report.class::cast)
                .reduce((one, other) -> other)
                .orElseThrow();
    }

    private String refused() {
        return report().rejected().map(ControlMessage.Rejected::code).orElse("");
    }

    @Test
    void saysWhoItIsAndHowItIsAsSoonAsThereIsAStream() {
        assertThat(sent.getFirst()).isEqualTo(new ControlMessage.Hello("edge1", 0, "test"));
        assertThat(report().revision()).isZero();
        assertThat(report().certificateEndSeconds())
                .contains(start.plus(Duration.ofDays(90)).getEpochSecond());
        assertThat(report().shown()).hasSize(1);
        assertThat(report().serial()).contains(serial());
    }

    @Test
    void takesSignedSettingsAndKeepsThemForItsNextStart() throws IOException {
        given(snapshot(7));

        assertThat(host.applied).containsExactly(snapshot(7));
        assertThat(report().revision()).isEqualTo(7);
        assertThat(refused()).isEmpty();
        sent.clear();
        started();
        assertThat(sent.getFirst()).isEqualTo(new ControlMessage.Hello("edge1", 7, "test"));
        try (var listed = Files.list(directory)) {
            for (Path file :
                    listed.filter(one -> !one.equals(files.authorityFile())).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void refusesOlderForgedForeignAndCutSettingsAndGoesOnWithItsOwn() {
        given(snapshot(7));
        byte[] good = snapshot(8).signed(signer).bytes();
        byte[] bent = good.clone();
        bent[good.length - 5] ^= 1;
        List<byte[]> wrong = List.of(
                snapshot(6).signed(signer).bytes(),
                snapshot(8)
                        .signed(new SnapshotSigner(SnapshotSigner.newKeys(RANDOM)))
                        .bytes(),
                snapshot(SETTINGS, "edge2", 8).signed(signer).bytes(),
                bent,
                Arrays.copyOf(good, good.length - 1),
                "{}".getBytes(StandardCharsets.US_ASCII));
        List<String> codes = new ArrayList<>();
        for (byte[] envelope : wrong) {
            given(envelope);
            codes.add(refused());
        }

        assertThat(codes)
                .containsExactly(
                        "snapshot-older",
                        "snapshot-key-unknown",
                        "snapshot-of-another-node",
                        "snapshot-forged",
                        "snapshot-malformed",
                        "snapshot-malformed");
        assertThat(host.applied).containsExactly(snapshot(7));
        assertThat(report().revision()).isEqualTo(7);
        assertThat(files.snapshot(files.member().orThrow()).orThrow()).contains(snapshot(7));
        given(good);
        assertThat(refused()).isEmpty();
        assertThat(report().revision()).isEqualTo(8);
    }

    @Test
    void settingsThatDoNotGoHereAreRefusedWithTheReasonAndNotKept() {
        given(snapshot(7));
        host.unwilling = true;

        given(snapshot(8));

        assertThat(report().rejected())
                .contains(new ControlMessage.Rejected(8, "node-snapshot-not-applied", "no such address here"));
        assertThat(report().revision()).isEqualTo(7);
        assertThat(files.snapshot(files.member().orThrow()).orThrow()).contains(snapshot(7));
    }

    @Test
    void whatCannotBeRunIsKeptForWhomItTrustsAndNothingOlderIsHeardUntilNewerIsTaken() {
        given(snapshot(7));
        host.unwilling = true;
        given(snapshot(9));
        assertThat(files.refused(files.member().orThrow())).contains(snapshot(9));

        host.unwilling = false;
        given(snapshot(8));
        assertThat(refused()).isEqualTo("snapshot-older");
        started();
        given(snapshot(8));
        assertThat(refused()).as("after another start").isEqualTo("snapshot-older");
        assertThat(host.applied).containsExactly(snapshot(7));

        given(snapshot(9));
        assertThat(host.applied).containsExactly(snapshot(7), snapshot(9));
        assertThat(files.refused(files.member().orThrow())).isEmpty();
    }

    @Test
    void saysWhatNeedsARestartUntilItIsAsItWasAtTheStart() {
        given(snapshot(7));
        given(snapshot(
                SETTINGS.replace("edge1.perimeter.acorn.example", "edge1.perimeter.acorn.example\n    port: 6000"),
                "edge1",
                8));
        assertThat(report().restartNeeded()).containsExactly("insideLeg.port");
        given(snapshot(9));
        assertThat(report().restartNeeded()).isEmpty();
    }

    @Test
    void aKeptSnapshotThatWasChangedOnTheDiskIsNotRun() throws IOException {
        given(snapshot(7));
        Path kept = directory.resolve("snapshot");
        byte[] bytes = Files.readAllBytes(kept);
        bytes[bytes.length - 5] ^= 1;
        Files.write(kept, bytes);

        assertThat(files.snapshot(files.member().orThrow())).isInstanceOf(Result.Bad.class);
    }

    @Test
    void joiningAnewForgetsTheSettingsOfBefore() throws IOException {
        given(snapshot(7));
        joined();

        assertThat(files.snapshot(files.member().orThrow()).orThrow()).isEmpty();
    }

    // --- the certificate ---

    private Optional<ControlMessage.CertificateRequest> asked() {
        return sent.stream()
                .filter(ControlMessage.CertificateRequest.class::isInstance)
                .map(ControlMessage.CertificateRequest.class::cast)
                .reduce((one, other) -> other);
    }

    private void issued(CertificateAuthority by, ControlMessage.CertificateRequest request, String node) {
        SigningRequest read =
                SigningRequest.read(Pem.request(request.request()).orThrow()).orThrow();
        List<X509Certificate> chain = by.issue(
                read,
                CertificateRequest.node(node, "edge1.perimeter.acorn.example").valid(Duration.ofDays(90)),
                now);
        session.received(ControlCodec.write(new ControlMessage.CertificateIssued(chain.stream()
                .map(certificate -> Pem.text(List.of(certificate)))
                .toList())));
    }

    @Test
    void asksForAnotherCertificateWhenTwoThirdsOfItsLifeAreOverAndUsesIt() {
        now = start.plus(Duration.ofDays(60).minusHours(1));
        agent.check();
        assertThat(asked()).isEmpty();
        now = start.plus(Duration.ofDays(60));
        agent.check();
        TlsIdentity before = files.member().orThrow().identity();

        issued(authority, asked().orElseThrow(), "edge1");

        TlsIdentity after = files.member().orThrow().identity();
        assertThat(host.used).containsExactly(after);
        assertThat(after.leaf().getPublicKey()).isNotEqualTo(before.leaf().getPublicKey());
        assertThat(closed).isEmpty();
        assertThat(report().certificateEndSeconds())
                .contains(now.plus(Duration.ofDays(90)).getEpochSecond());
        sent.clear();
        agent.check();
        assertThat(asked()).isEmpty();
    }

    @Test
    void asksAgainIfNoAnswerComesButNotAtOnce() {
        now = start.plus(Duration.ofDays(61));
        agent.check();
        assertThat(asked()).isPresent();
        sent.clear();
        now = now.plus(NodeAgent.ASK_AGAIN).minusMillis(1);
        agent.check();
        assertThat(asked()).isEmpty();
        now = now.plusMillis(1);
        agent.check();
        assertThat(asked()).isPresent();
    }

    @Test
    void aCertificateOfAnotherAuthorityOrForAnotherNodeOrNeverAskedForIsNotUsed() {
        now = start.plus(Duration.ofDays(61));
        agent.check();
        ControlMessage.CertificateRequest request = asked().orElseThrow();
        TlsIdentity before = files.member().orThrow().identity();

        issued(CertificateAuthority.create("Acorn authority", now, RANDOM), request, "edge1");
        issued(authority, request, "edge2");
        session.received(ControlCodec.write(new ControlMessage.CertificateIssued(before.chain().stream()
                .map(certificate -> Pem.text(List.of(certificate)))
                .toList())));

        assertThat(host.used).isEmpty();
        assertThat(counters.value("node_certificates_refused", "reason", NodeErrorCode.CERTIFICATE_WRONG.code()))
                .isEqualTo(3);
        assertThat(files.member().orThrow().identity()).isEqualTo(before);
        issued(authority, request, "edge1");
        assertThat(host.used).hasSize(1);
    }

    @Test
    void asksForAnotherCertificateWhenItsInsideLegGetsAnotherName() {
        given(snapshot(7));
        assertThat(asked()).isEmpty();

        given(snapshot(SETTINGS.replace("edge1.perimeter", "edge1.dmz"), "edge1", 8));

        assertThat(asked()).isPresent();
    }

    private String serial() {
        return files.member().orThrow().identity().leaf().getSerialNumber().toString(16);
    }

    private String proof(byte[] content) {
        return Base64.getEncoder().encodeToString(authority.prove(content));
    }

    private byte[] due(String node) {
        return ControlCodec.write(new ControlMessage.CertificateDue(
                serial(), proof(ControlMessage.CertificateDue.proven(node, serial()))));
    }

    private byte[] refusedSerials(String serial) {
        long at = now.toEpochMilli();
        return ControlCodec.write(new ControlMessage.RefusedSerials(
                at, List.of(serial), proof(ControlMessage.RefusedSerials.proven(at, List.of(serial)))));
    }

    @Test
    void asksForAnotherCertificateWhenTheAuthorityHasSignedThatItIsToBeReplaced() {
        byte[] due = due("edge1");
        session.received(due);
        issued(authority, asked().orElseThrow(), "edge1");
        assertThat(host.used).hasSize(1);

        sent.clear();
        session.received(due);
        assertThat(asked()).as("it has another one").isEmpty();
        session.received(due("edge1"));
        assertThat(asked()).isPresent();
        assertThat(closed).isEmpty();
    }

    @Test
    void aRequestThatIsYoungerThanAMinuteIsLeftAloneWhateverIsSaid() {
        session.received(due("edge1"));
        ControlMessage.CertificateRequest first = asked().orElseThrow();
        now = now.plus(NodeAgent.UNDER_WAY_ALREADY).minusMillis(1);
        session.received(due("edge1"));
        assertThat(asked()).contains(first);
        now = now.plusMillis(1);
        session.received(due("edge1"));
        assertThat(asked()).isPresent().get().isNotEqualTo(first);
    }

    @Test
    void aConnectorThatDoesNotSayThatItIsOneHasNoCertificateAskedForAndMakesNoNodeRemoved() {
        ControlSession connector = agent.opened(new Peer("kamailio"));

        connector.received(ControlCodec.write(new ControlMessage.CertificateDue(serial(), "QQ==")));
        connector.received(due("edge2"));
        connector.received(ControlCodec.write(ControlMessage.Refusal.removal()));
        connector.received(ControlCodec.write(new ControlMessage.RefusedSerials(1, List.of(serial()), "QQ==")));
        connector.received(ControlCodec.write(ControlMessage.Refusal.removal()));

        assertThat(asked()).isEmpty();
        assertThat(agent.standing()).isEmpty();
        assertThat(refusals(NodeErrorCode.WORD_FORGED)).isEqualTo(3);
        assertThat(closed).hasSize(3);
    }

    @Test
    void theInsideIsNotToldWhatAnotherStreamSaysInVain() {
        Peer pool = new Peer();
        session = agent.opened(pool);
        Peer other = new Peer("kamailio");
        pool.heard.clear();
        ControlSession connector = agent.opened(other);
        connector.received(ControlCodec.write(ControlMessage.SnapshotPush.of(new byte[] {1})));

        assertThat(pool.heard).isEmpty();
        assertThat(other.heard.getLast())
                .isInstanceOfSatisfying(
                        ControlMessage.Report.class,
                        report -> assertThat(report.rejected()).isPresent());
        given(snapshot(7));
        assertThat(pool.heard.getLast())
                .isInstanceOfSatisfying(
                        ControlMessage.Report.class,
                        report -> assertThat(report.rejected()).isEmpty());
    }

    @Test
    void whatOnePeerSaysAndHasWrittenToTheLogIsLimitedOnAllItsStreamsTogether() {
        byte[] wrong = ControlCodec.write(ControlMessage.SnapshotPush.of(new byte[] {1}));
        int said = 0;
        for (int stream = 0; stream < 3; stream++) {
            int before = closed.size();
            ControlSession connector = agent.opened(new Peer("kamailio"));
            while (closed.size() == before) {
                connector.received(wrong);
                said++;
            }
        }
        // for the streams after the first one nothing is left
        assertThat(said).isEqualTo(ControlBudget.TOKENS - ControlBudget.STREAM_TOKENS + 1);
        assertThat(counters.value("node_control_streams_flooded")).isEqualTo(3);
        assertThat(counters.value("node_log_lines_suppressed"))
                .isEqualTo(ControlBudget.TOKENS - ControlBudget.STREAM_TOKENS - ControlBudget.LINES);
        given(snapshot(7));
        assertThat(report().revision()).isEqualTo(7);
    }

    @Test
    void anInsideThatSendsWhatOnlyANodeSendsIsCutOff() {
        session.received(ControlCodec.write(new ControlMessage.Hello("edge1", 3, "test")));

        assertThat(closed).containsExactly(NodeErrorCode.MESSAGE_UNEXPECTED.meaning());
        assertThat(refusals(NodeErrorCode.MESSAGE_UNEXPECTED)).isEqualTo(1);
    }

    private long refusals(ErrorCode code) {
        return counters.value("node_control_messages_refused", "reason", code.code());
    }

    @Test
    void whatCannotBeReadEndsTheStreamAndIsCounted() {
        byte[] unreadable = "{\"type\":\"hello\"".getBytes(StandardCharsets.US_ASCII);
        ErrorCode code = ((Result.Bad<ControlMessage>) ControlCodec.read(unreadable)).code();

        session.received(unreadable);

        assertThat(closed).containsExactly(code.meaning());
        assertThat(refusals(code)).isEqualTo(1);
    }

    @Test
    void whoSaysItIsAConnectorThatItsCertificateDoesNotNameIsCutOffAndCounted() {
        session.received(ControlCodec.write(new ControlMessage.ConnectorHello("kamailio")));

        assertThat(closed).containsExactly(NodeErrorCode.MESSAGE_UNEXPECTED.meaning());
        assertThat(refusals(NodeErrorCode.MESSAGE_UNEXPECTED)).isEqualTo(1);
    }

    @Test
    void aNodeThatIsToldThatItWasRemovedSaysSoUntilItIsGivenSettingsAgain() {
        assertThat(agent.standing()).isEmpty();
        session.received(refusedSerials("1"));
        session.received(ControlCodec.write(ControlMessage.Refusal.removal()));
        assertThat(agent.standing()).as("its certificate is not refused").isEmpty();
        session.received(refusedSerials(serial()));
        session.received(ControlCodec.write(ControlMessage.Refusal.removal()));
        session.closed("the node was removed");
        assertThat(agent.standing()).hasValueSatisfying(why -> assertThat(why).contains("removed"));
        session = agent.opened(new Peer());
        assertThat(agent.standing()).as("begun while all are being cut").isPresent();
        given(snapshot(7));
        assertThat(agent.standing()).isEmpty();
    }

    /** The inside says so and ends the stream at once: the desk gets to it later. */
    @Test
    void whatCameBeforeTheEndOfAStreamIsHeardThoughItIsReadAfterIt() {
        List<Runnable> later = new ArrayList<>();
        Member member = files.member().orThrow();
        agent = new NodeAgent(
                member, null, new NodeAgent.Surroundings(files, host, "test", later::add, () -> now, RANDOM, counters));
        session = agent.opened(new Peer());
        session.received(refusedSerials(serial()));
        session.received(ControlCodec.write(ControlMessage.Refusal.removal()));
        session.closed("the node was removed");
        List.copyOf(later).forEach(Runnable::run);
        assertThat(agent.standing()).hasValueSatisfying(why -> assertThat(why).contains("removed"));
    }

    @Test
    void aNodeWithoutAStreamSaysThatTheInsideDoesNotReachIt() {
        session.closed("gone");
        assertThat(agent.standing()).hasValueSatisfying(why -> assertThat(why).contains("no Link"));
    }

    @Test
    void theInsideMayDialForWhoWaitsWithABundleUntilAMomentAfterTheLinkIsUp() {
        assertThat(agent.isAwaited()).as("a dial from before may be under way").isTrue();
        now = now.plus(NodeAgent.UNDER_WAY);
        assertThat(agent.isAwaited()).isFalse();
        session.closed("gone");
        assertThat(agent.isAwaited()).isTrue();
        now = now.plusSeconds(60);
        assertThat(agent.isAwaited()).isTrue();
        session = agent.opened(new Peer());
        assertThat(agent.isAwaited()).isTrue();
        now = now.plus(NodeAgent.UNDER_WAY);
        assertThat(agent.isAwaited()).isFalse();
    }

    @Test
    void whatTheHostCannotDoWithTheSettingsItHasIsReported() {
        given(snapshot(1));
        host.problem = Optional.of("cannot listen");
        agent.changed();
        assertThat(refused()).isEqualTo("node-roles-not-started");
        host.problem = Optional.empty();
        agent.changed();
        assertThat(refused()).isEmpty();
    }
}
