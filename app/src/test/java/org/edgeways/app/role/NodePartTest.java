package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.joining.engine.Membership;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.node.Member;
import org.edgeways.node.NodeErrorCode;
import org.edgeways.node.NodeFiles;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.SettingsReader;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.SnapshotSigner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the inside leg of a node trusts when it starts. */
class NodePartTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    private final CertificateAuthority authority = CertificateAuthority.create("Acorn", Instant.now(), RANDOM);
    private final SnapshotSigner signer = new SnapshotSigner(SnapshotSigner.newKeys(RANDOM));

    private EdgeSnapshot snapshot(long revision, String... refused) {
        return snapshot(revision, EdgeSnapshot.Relay.NONE, refused);
    }

    private EdgeSnapshot snapshot(long revision, EdgeSnapshot.Relay relay, String... refused) {
        return snapshot("pool", revision, relay, refused);
    }

    private EdgeSnapshot snapshot(String pool, long revision, EdgeSnapshot.Relay relay, String... refused) {
        String text = JoinedPair.withRelay(
                JoinedPair.SETTINGS
                        .formatted(5061, 443, 5062)
                        .replace("kind: Pool\nname: pool", "kind: Pool\nname: " + pool),
                "addresses: [127.0.0.2], host: 127.0.0.2");
        if (!(SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))
                instanceof SettingsOutcome.Good(var settings))) {
            throw new AssertionError(text);
        }
        return EdgeSnapshot.of(
                settings,
                "edge1",
                revision,
                new EdgeSnapshot.Trust(List.of(Pem.text(List.of(authority.certificate()))), List.of(refused), relay));
    }

    /** A host that can run nothing. */
    private static final class Unable implements NodeRoles {
        private final List<EdgeSnapshot.Relay> checks = new ArrayList<>();
        private final List<Set<BigInteger>> refused = new ArrayList<>();

        @Override
        public void refuse(Set<BigInteger> serials) {
            refused.add(serials);
        }

        @Override
        public void check(EdgeSnapshot.Relay relay) {
            checks.add(relay);
        }

        @Override
        public Result<Boolean> use(EdgeSnapshot next) {
            return Result.bad(NodeErrorCode.SNAPSHOT_NOT_APPLIED, 0, "no such address here");
        }

        @Override
        public List<ControlMessage.Shown> shown() {
            return List.of();
        }

        @Override
        public Optional<String> problem() {
            return Optional.empty();
        }
    }

    @Test
    void aCertificateThatIsRefusedWithSettingsThatCannotBeRunIsRefusedAfterAnotherStartToo() throws Exception {
        TlsIdentity identity = authority.issue(CertificateRequest.node("edge1", "edge1.acorn.example"), Instant.now());
        TlsIdentity stolen = authority.issue(CertificateRequest.service("pool", "pool.acorn.example"), Instant.now());
        BigInteger serial = stolen.leaf().getSerialNumber();
        NodeFiles files = new NodeFiles(directory);
        files.keep(
                new Membership("edge1", identity.chain(), List.of(signer.key().key())), identity);
        Files.write(
                directory.resolve("snapshot.refused"),
                snapshot(8, serial.toString(16)).signed(signer).bytes());

        assertThat(takes(files, snapshot(7), stolen)).isFalse();
        assertThat(takes(files, snapshot(9), stolen)).as("newer settings run").isTrue();
    }

    @Test
    void relayCredentialsThatAreWithdrawnWithSettingsThatCannotBeRunAreWithdrawnAfterAnotherStartToo()
            throws Exception {
        TlsIdentity identity = authority.issue(CertificateRequest.node("edge1", "edge1.acorn.example"), Instant.now());
        EdgeSnapshot.Relay withdrawn = EdgeSnapshot.Relay.of(List.of(), Set.of(7L));
        NodeFiles files = new NodeFiles(directory);
        files.keep(
                new Membership("edge1", identity.chain(), List.of(signer.key().key())), identity);
        Files.write(
                directory.resolve("snapshot.refused"),
                snapshot(8, withdrawn).signed(signer).bytes());
        Unable roles = new Unable();

        assertThat(takes(files, snapshot(7), roles, identity)).isTrue();
        assertThat(roles.checks).containsExactly(withdrawn);
        assertThat(takes(files, snapshot(9), roles, identity)).isTrue();
        assertThat(roles.checks).as("newer settings run").hasSize(1);
    }

    /** A next hop that is dialled, say: its server's certificate is the authority's too. */
    @Test
    void aCertificateThatIsRefusedIsRefusedByARoleThatDialsToo() throws Exception {
        TlsIdentity identity = authority.issue(CertificateRequest.node("edge1", "edge1.acorn.example"), Instant.now());
        NodeFiles files = new NodeFiles(directory);
        files.keep(
                new Membership("edge1", identity.chain(), List.of(signer.key().key())), identity);
        Unable roles = new Unable();
        takes(files, snapshot(7, "ab"), roles, identity);
        assertThat(roles.refused).containsExactly(Set.of(BigInteger.valueOf(0xab)));
    }

    @Test
    void settingsThatCannotBeRunDoNotSayWhichPoolIsAskedForRelayCredentials() throws Exception {
        TlsIdentity identity = authority.issue(CertificateRequest.node("edge1", "edge1.acorn.example"), Instant.now());
        NodeFiles files = new NodeFiles(directory);
        files.keep(
                new Membership("edge1", identity.chain(), List.of(signer.key().key())), identity);
        with(files, snapshot(7), new Unable(), (part, leg) -> {
            assertThat(part.apply(snapshot("other", 8, EdgeSnapshot.Relay.NONE)).isOk())
                    .isFalse();
            assertThat(part.pool()).contains("pool");
        });
    }

    private boolean takes(NodeFiles files, EdgeSnapshot running, TlsIdentity who) throws Exception {
        return takes(files, running, new Unable(), who);
    }

    private boolean takes(NodeFiles files, EdgeSnapshot running, Unable roles, TlsIdentity who) throws Exception {
        List<Boolean> taken = new ArrayList<>();
        with(files, running, roles, (part, leg) -> {
            assertThat(part.notReady()).isNotEmpty();
            EmbeddedChannel client = new EmbeddedChannel();
            taken.add(leg.takes(client, who.leaf()));
            var _ = client.close();
        });
        return taken.getFirst();
    }

    private static void with(NodeFiles files, EdgeSnapshot running, Unable roles, BiConsumer<NodePart, ServerTls> then)
            throws Exception {
        Member member = files.member().orThrow();
        ServerTls leg = new TlsContexts(TlsProvider.best()).mutualServer(member.identity(), member.authority());
        try (EventLoops loops = new EventLoops(1);
                NodePart part = new NodePart(
                        files,
                        member,
                        running,
                        roles,
                        leg,
                        loops,
                        new ProcessClock(),
                        RANDOM,
                        new InMemoryCounters())) {
            then.accept(part, leg);
        }
    }
}
