package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.link.LinkContext;
import org.edgeways.link.LinkDialer;
import org.edgeways.link.LinkLimits;
import org.edgeways.link.LinkNode;
import org.edgeways.link.LinkServices;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsIdentity;
import org.edgeways.node.NodeFiles;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way with nothing played: a node joins by its bundle, is dialled, gets its settings, is renewed and removed. */
final class ControlOverLinkTest {

    private static final LinkTimes TIMES = LinkTimes.DEFAULT.withBackOff(Duration.ofMillis(20), Duration.ofMillis(100));
    private static final int CONNECTIONS = 2;

    @TempDir
    Path directory;

    private final EventLoops loops = new EventLoops(2);
    private final List<AutoCloseable> open = new ArrayList<>(List.of(loops));
    private Inside inside;
    private LinkDialer dialer;
    private RealNode node;
    private Path data;

    @BeforeEach
    void join() throws Exception {
        inside = new Inside(directory);
        open.addFirst(inside);
        LinkContext context = new LinkContext(loops, new ProcessClock(), inside.counters, Inside.RANDOM);
        open.addFirst(context);
        dialer = new LinkDialer(
                context,
                LinkLimits.DEFAULT,
                TIMES,
                new LinkServices(Map.of()),
                inside.control().service());
        open.addFirst(dialer);
        data = Files.createDirectory(directory.resolve("node"));
        joined();
        node = new RealNode(data, inside.leg(), inside, context, loops, TIMES);
        open.addFirst(node);
        inside.perimeter(perimeter -> perimeter.nodes().containsKey("edge1"));
        dialer.setNode(linked("edge1"));
        await(() -> isUpToDate() && linkOf("edge1") == CONNECTIONS);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private void joined() throws Exception {
        Bundle bundle = BundleCodec.decode(
                        inside.control().enroll("edge1").orThrow().text())
                .orThrow();
        try (JoinWaiter waiter =
                JoinWaiter.open(bundle, inside::nanos, Inside.RANDOM, inside.counters, new NodeFiles(data)::keep)) {
            assertThat(waiter.outcome().get(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(JoinWaiter.Outcome.Joined.class);
        }
    }

    private LinkNode linked(String name) {
        return LinkNode.of(
                        name,
                        new LinkAddress("127.0.0.1", inside.port),
                        CertificateNames.ofNode(name),
                        inside.control().tls())
                .withConnections(CONNECTIONS);
    }

    private int linkOf(String name) {
        return dialer.status().stream()
                .filter(status -> status.node().equals(name))
                .mapToInt(status -> status.open().size())
                .sum();
    }

    private boolean isUpToDate() {
        return inside.control().status().nodes().stream()
                .anyMatch(status -> status.name().equals("edge1") && status.connected() && status.isUpToDate());
    }

    private static void await(BooleanSupplier condition) {
        long end =
                System.nanoTime() + Duration.ofSeconds(Inside.PATIENCE_SECONDS).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + Inside.PATIENCE_SECONDS + " s");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came");
        }
        return next;
    }

    @Test
    void aChangeOfSettingsReachesTheNodeAndABadOneDoesNot() throws Exception {
        Set<Channel> before = Set.copyOf(node.accepted);
        EdgeSnapshot first = next(node.applied);
        inside.node("edge1", "new.acorn.example", inside.port);
        inside.reload();

        EdgeSnapshot second = next(node.applied);
        assertThat(second.access().orElseThrow().host()).isEqualTo("new.acorn.example");
        assertThat(second.revision()).isGreaterThan(first.revision());
        await(this::isUpToDate);

        Files.writeString(inside.settings.resolve("edge1.yaml"), "kind: EdgeNode\nname: edge1\nspec: {}\n");
        inside.reload();
        assertThat(inside.control().status().settingsProblem().orElseThrow()).contains("edge1.yaml");
        assertThat(node.applied).isEmpty();
        assertThat(node.files.snapshot(node.files.member().orThrow()).orThrow()).contains(second);
        assertThat(node.accepted).isEqualTo(before);
    }

    @Test
    void aCertificateIsRenewedAtTwoThirdsOfItsLifeAndNoConnectionIsDropped() throws Exception {
        TlsIdentity before = node.files.member().orThrow().identity();
        Set<Channel> connections = Set.copyOf(node.accepted);
        assertThat(connections).hasSize(CONNECTIONS);
        node.agent.check();
        inside.pass(Duration.ofDays(60));
        node.agent.check();

        TlsIdentity after = next(node.used);
        assertThat(after.leaf().getSerialNumber()).isNotEqualTo(before.leaf().getSerialNumber());
        assertThat(node.files.member().orThrow().identity()).isEqualTo(after);
        assertThat(inside.events()).contains("certificate-renewed edge1");
        await(this::isUpToDate);
        assertThat(node.accepted).isEqualTo(connections);
        assertThat(node.used).isEmpty();
    }

    @Test
    void aCertificateIsReplacedWhenAnAdministratorSaysSoHoweverOftenAndNoConnectionIsDropped() throws Exception {
        Set<Channel> connections = Set.copyOf(node.accepted);
        for (int i = 0; i < 3; i++) {
            BigInteger before = node.files.member().orThrow().identity().leaf().getSerialNumber();
            assertThat(inside.control().renew(before).isOk()).isTrue();

            TlsIdentity after = next(node.used);
            assertThat(after.leaf().getSerialNumber()).isNotEqualTo(before);
            assertThat(node.files.member().orThrow().identity()).isEqualTo(after);
            await(this::isUpToDate);
            await(() -> isInUse(after.leaf().getSerialNumber())); // by the node's word
            assertThat(code(inside.control().renew(before))).isEqualTo(ControlErrorCode.CERTIFICATE_REPLACED);
        }
        assertThat(node.accepted).isEqualTo(connections);
        assertThat(node.used).isEmpty();
    }

    private boolean isInUse(BigInteger serial) {
        return inside.control().certificates().stream()
                .filter(each -> each.serial().equals(serial))
                .anyMatch(inside.control()::isInUse);
    }

    @Test
    void thisInsidesOwnCertificateIsReplacedWhenAnAdministratorSaysSo() {
        Set<Channel> connections = Set.copyOf(node.accepted);
        BigInteger before = inside.control().status().serviceSerial();
        assertThat(inside.control().renew(before).isOk()).isTrue();

        BigInteger after = inside.control().status().serviceSerial();
        assertThat(after).isNotEqualTo(before);
        assertThat(inside.control().tls().identity().orElseThrow().leaf().getSerialNumber())
                .isEqualTo(after);
        assertThat(node.accepted).isEqualTo(connections);
        assertThat(code(inside.control().renew(before))).isEqualTo(ControlErrorCode.CERTIFICATE_REPLACED);
        assertThat(code(inside.control().renew(BigInteger.ONE))).isEqualTo(ControlErrorCode.CERTIFICATE_UNKNOWN);
    }

    @Test
    void aCertificateOfANodeThatIsAwayIsNotReplaced() {
        dialer.removeNode("edge1");
        await(() -> !isUpToDate());
        assertThat(code(inside.control()
                        .renew(node.files.member().orThrow().identity().leaf().getSerialNumber())))
                .isEqualTo(ControlErrorCode.NODE_AWAY);
    }

    private static ErrorCode code(Result<?> result) {
        return switch (result) {
            case Result.Ok<?> _ -> throw new AssertionError("was done");
            case Result.Bad<?> bad -> bad.code();
        };
    }

    @Test
    void aRemovedNodeIsCutOffAndItsCertificateIsRefusedFromThenOn() throws Exception {
        assertThat(inside.control().remove("edge1").isOk()).isTrue();
        dialer.removeNode("edge1");
        await(() -> node.accepted.isEmpty());
        assertThat(inside.control().status().nodes())
                .extracting(EdgeNodeStatus::connected)
                .containsOnly(false);

        // even if somebody has it dialled
        dialer.setNode(linked("edge1"));
        await(() -> dialer.status().stream()
                .flatMap(status -> status.lastFailure().stream())
                .anyMatch(failure -> failure.reason().contains("the certificate is refused")));
        assertThat(linkOf("edge1")).isZero();
    }

    @Test
    void aNodeStartsFromItsLastSettingsAndIsGivenNothingItHas() throws IOException, InterruptedException {
        EdgeSnapshot given = next(node.applied);
        long pushed = inside.counters.value("control_snapshots_pushed");
        for (Channel channel : List.copyOf(node.accepted)) {
            var _ = channel.close();
        }

        await(() -> linkOf("edge1") == CONNECTIONS && isUpToDate());
        assertThat(node.files.snapshot(node.files.member().orThrow()).orThrow()).contains(given);
        assertThat(inside.counters.value("control_snapshots_pushed")).isEqualTo(pushed);
        assertThat(node.applied).isEmpty();
    }
}
