package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.control.AuditEvent;
import org.edgeways.control.Control;
import org.edgeways.control.ControlSettings;
import org.edgeways.joining.engine.Membership;
import org.edgeways.link.ControlPeer;
import org.edgeways.link.ControlSession;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Desk;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.edgeways.node.NodeAgent;
import org.edgeways.node.NodeFiles;
import org.edgeways.node.NodeHost;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.store.Store;
import org.edgeways.tokens.SnapshotSigner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Control, a node and a connector as they are; only the streams between them are played. */
@Timeout(120)
class ConnectorRenewalTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PATIENCE_SECONDS = 20;

    @TempDir
    Path directory;

    private final InMemoryCounters counters = new InMemoryCounters();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Host host = new Host();
    private final BlockingQueue<ControlMessage> toPool = new LinkedBlockingQueue<>();
    private volatile Duration ahead = Duration.ZERO;
    private Control control;
    private NodeAgent node;
    private ConnectorAgent connector;

    /** One end of a stream: who is at the other, and what takes what is sent to it. */
    private record End(PeerIdentity identity, Consumer<byte[]> other, BlockingQueue<String> closed)
            implements ControlPeer {
        @Override
        public void send(byte[] message) {
            other.accept(message);
        }

        @Override
        public void close(String reason) {
            closed.add(reason);
        }
    }

    private static End end(String node, String service, Consumer<byte[]> other) {
        return new End(new PeerIdentity(node, service, List.of(), null), other, new LinkedBlockingQueue<>());
    }

    /** What runs as the connector. */
    private static final class Host implements ConnectorAgent.Host {
        private final BlockingQueue<TlsIdentity> used = new LinkedBlockingQueue<>();
        private final BlockingQueue<Set<BigInteger>> refused = new LinkedBlockingQueue<>();
        private volatile TlsIdentity identity;

        @Override
        public TlsIdentity identity() {
            return identity;
        }

        @Override
        public void use(TlsIdentity next) {
            identity = next;
            used.add(next);
        }

        @Override
        public void refuse(Set<BigInteger> serials) {
            refused.add(serials);
        }
    }

    private static final class NoRoles implements NodeHost {
        @Override
        public Result<Boolean> apply(EdgeSnapshot next) {
            return Result.ok(true);
        }

        @Override
        public Result<Boolean> use(TlsIdentity next) {
            return Result.ok(true);
        }

        @Override
        public Optional<String> problem() {
            return Optional.empty();
        }

        @Override
        public List<ControlMessage.Shown> shown() {
            return List.of();
        }
    }

    @BeforeEach
    void start() throws Exception {
        Path settings = Files.createDirectory(directory.resolve("settings"));
        Files.writeString(
                settings.resolve("acorn.yaml"),
                JoinedPair.SETTINGS.formatted(5061, 443, 5062) + "---\nkind: Connector\nname: web\n");
        Path data = Files.createDirectory(directory.resolve("pool"));
        Store store = Store.open(data, List.of(Control.SCHEMA), counters);
        open.push(store);
        control = Control.start(
                        ControlSettings.in(data),
                        new Control.Surroundings(
                                store,
                                new SettingsDirectory(settings),
                                CertificateRequest.service("pool", "pool.acorn.example"),
                                this::now,
                                RANDOM,
                                counters),
                        Duration.ofDays(1),
                        perimeter -> {})
                .orThrow();
        open.push(control);
        host.identity = certified();
        connector = new ConnectorAgent(
                "web",
                control.authority(),
                new RefusedCertificates(directory.resolve(SettledConnector.REFUSED_FILE)),
                host,
                desk("connector"),
                this::now,
                RANDOM,
                counters);
        node = new NodeAgent(
                member().member().orThrow(),
                null,
                new NodeAgent.Surroundings(member(), new NoRoles(), "test", desk("node"), this::now, RANDOM, counters));
    }

    private NodeFiles member() throws Exception {
        NodeFiles files = new NodeFiles(directory);
        if (!files.hasJoined()) {
            SnapshotSigner signer = new SnapshotSigner(SnapshotSigner.newKeys(RANDOM));
            TlsIdentity its = CertificateAuthority.create("any", Instant.now(), RANDOM)
                    .issue(
                            CertificateRequest.node("edge1", "edge1.acorn.example")
                                    .valid(Duration.ofDays(900)),
                            Instant.now());
            // the authority of the inside is whose word it believes
            TlsIdentity own = new TlsIdentity(its.key(), List.of(its.leaf(), control.authority()));
            files.keep(new Membership("edge1", own.chain(), List.of(signer.key().key())), own);
        }
        return files;
    }

    private Desk desk(String name) {
        Desk desk = new Desk(name);
        open.push(desk);
        return desk;
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private Instant now() {
        return Instant.now().plus(ahead);
    }

    private TlsIdentity certified() {
        KeyPair keys = CertificateKeys.make(RANDOM);
        List<X509Certificate> chain = control.certify(
                        "web", SigningRequest.make(keys.getPrivate(), keys.getPublic(), "web"))
                .orThrow();
        return new TlsIdentity(keys.getPrivate(), chain);
    }

    /** A stream between two. What one says before the other is there waits for it. */
    private static void join(Opener first, Opener second) {
        CompletableFuture<ControlSession> one = new CompletableFuture<>();
        CompletableFuture<ControlSession> other = new CompletableFuture<>();
        one.complete(first.open(message -> other.join().received(message)));
        other.complete(second.open(message -> one.join().received(message)));
    }

    private interface Opener {
        ControlSession open(Consumer<byte[]> other);
    }

    private void joinPoolAndNode() {
        join(
                other -> control.service().opened(end("edge1", null, other)),
                other -> node.opened(end(null, "pool", message -> {
                    toPool.add(ControlCodec.read(message).orThrow());
                    other.accept(message);
                })));
        await(() -> counters.value("control_messages", "reason", "hello") > 0);
    }

    private void joinConnectorAndNode() {
        join(other -> node.opened(end(null, "web", other)), other -> connector.opened(end("edge1", null, other)));
    }

    private static void await(BooleanSupplier is) {
        long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        while (!is.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing came");
    }

    private ControlMessage.ConnectorRequest asked() throws InterruptedException {
        while (true) {
            if (next(toPool) instanceof ControlMessage.ConnectorRequest request) {
                return request;
            }
        }
    }

    private List<String> events() {
        return control.events(100).stream().map(AuditEvent::event).toList();
    }

    @Test
    void aConnectorGetsAnotherCertificateByWayOfANodeWhenTwoThirdsOfItsLifeAreOver() throws Exception {
        TlsIdentity before = host.identity();
        joinPoolAndNode();
        joinConnectorAndNode();
        connector.check();
        ahead = Duration.ofDays(60).plusHours(1);
        connector.check();

        TlsIdentity after = next(host.used);
        assertThat(after.leaf().getSerialNumber()).isNotEqualTo(before.leaf().getSerialNumber());
        assertThat(PeerIdentity.of(after.leaf()).service()).isEqualTo("web");
        assertThat(Pem.isPair(after.key(), after.leaf().getPublicKey())).isTrue();
        assertThat(events()).containsOnlyOnce("certificate-renewed");
        assertThat(control.status().connectors().getFirst().certificateEnd())
                .contains(after.leaf().getNotAfter().toInstant());
        connector.check();
        assertThat(counters.value("control_renewals_refused", "reason", "control-renewal-too-soon"))
                .isZero();
    }

    @Test
    void aNodeThatChangesOrRepeatsWhatItPassesOnGetsNoCertificate() throws Exception {
        joinPoolAndNode();
        joinConnectorAndNode();
        ahead = Duration.ofDays(61);
        connector.check();
        ControlMessage.ConnectorRequest genuine = asked();
        next(host.used);

        KeyPair own = CertificateKeys.make(RANDOM);
        String forged = Pem.requestText(SigningRequest.make(own.getPrivate(), own.getPublic(), "web"));
        BlockingQueue<byte[]> told = new LinkedBlockingQueue<>();
        ControlSession hostile = control.service().opened(end("edge2", null, told::add));
        hostile.received(ControlCodec.write(
                new ControlMessage.ConnectorRequest("web", forged, genuine.certificate(), genuine.proof())));
        hostile.received(ControlCodec.write(new ControlMessage.ConnectorRequest(
                "other", genuine.request(), genuine.certificate(), genuine.proof())));
        hostile.received(ControlCodec.write(genuine));

        await(() -> counters.value("control_renewals_refused", "reason", "control-proof-wrong") == 1
                && counters.value("control_renewals_refused", "reason", "control-connector-not-in-settings") == 1
                && counters.value("control_renewals_refused", "reason", "control-renewal-too-soon") == 1);
        assertThat(events()).containsOnlyOnce("certificate-renewed");
        assertThat(told).isEmpty();
    }

    @Test
    void aConnectorHearsWhichCertificatesAreRefusedAndBelievesTheAuthorityAlone() throws Exception {
        BigInteger first = certified().leaf().getSerialNumber();
        BigInteger second = certified().leaf().getSerialNumber();
        ControlSession[] forging = new ControlSession[1];
        joinPoolAndNode();
        forging[0] = connector.opened(end("edge2", null, message -> {}));
        joinConnectorAndNode();

        assertThat(control.refuse(first).isOk()).isTrue();
        assertThat(next(host.refused)).containsExactly(first);
        forging[0].received(ControlCodec.write(
                new ControlMessage.RefusedSerials(now().plusSeconds(3600).toEpochMilli(), List.of(), "QQ==")));
        assertThat(control.refuse(second).isOk()).isTrue();
        assertThat(next(host.refused)).containsExactlyInAnyOrder(first, second);
    }

    /** As when its only node was removed, and says nothing of it. */
    @Test
    void aConnectorKnowsHowOldThePoolsLastWordIs() throws Exception {
        joinPoolAndNode();
        joinConnectorAndNode();
        await(() -> counters.value("connector_word_age_seconds") < 3600);
        ahead = ConnectorAgent.WORD_AGE.plusMinutes(5);
        connector.check();
        assertThat(counters.value("connector_word_age_seconds")).isGreaterThan(ConnectorAgent.WORD_AGE.toSeconds());

        control.reload();
        await(() -> counters.value("connector_word_age_seconds") < 3600);
        assertThat(host.refused).as("it was the same word").isEmpty();
    }

    @Test
    void aNodeThatOnlyConnectorsReachSaysThatItIsCutOff() {
        BlockingQueue<byte[]> told = new LinkedBlockingQueue<>();
        ControlSession stream = node.opened(end(null, "web", told::add));
        await(() -> node.standing().isEmpty());
        stream.received(ControlCodec.write(new ControlMessage.ConnectorHello("web")));
        await(() -> node.standing().isPresent());
        joinPoolAndNode();
        await(() -> node.standing().isEmpty());
    }
}
