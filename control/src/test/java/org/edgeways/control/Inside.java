package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.store.Store;
import org.edgeways.tokens.SnapshotKey;

/** An inside with two edge nodes in its settings, and a clock that a test moves. */
final class Inside implements AutoCloseable {

    static final int PATIENCE_SECONDS = 20;
    static final SecureRandom RANDOM = new SecureRandom();

    private static final String SETTINGS = """
            kind: Organisation
            name: acorn
            spec:
              sipDomains: [acorn.example]
            ---
            kind: Pool
            name: pool
            spec:
              inside:
                host: pool.inside.acorn.example
                certificate: inside
            ---
            kind: Certificate
            name: inside
            spec: {certificate: inside.crt, key: inside.key}
            """;

    final InMemoryCounters counters = new InMemoryCounters();
    final BlockingQueue<Perimeter> perimeters = new LinkedBlockingQueue<>();
    final int port = freePort();
    final int secondPort = freePort();
    final Path settings;

    final Path data;
    /** What its own certificate says, from the next start on. */
    CertificateRequest service = CertificateRequest.service("pool", "pool.inside.acorn.example");

    /** The next time that somebody is to be told of a change fails. */
    volatile boolean failing;

    private volatile Duration ahead = Duration.ZERO;
    private Store store;
    private Control control;
    private SnapshotKey key;

    Inside(Path directory) throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        settings = Files.createDirectory(directory.resolve("settings"));
        Files.writeString(settings.resolve("acorn.yaml"), SETTINGS);
        node("edge1", "sip.acorn.example", port);
        node("edge2", "sip2.acorn.example", secondPort);
        start();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the settings of a node. */
    void node(String name, String outside, int listen) throws IOException {
        Files.writeString(settings.resolve(name + ".yaml"), """
                kind: EdgeNode
                name: %s
                spec:
                  access:
                    host: %s
                  insideLeg:
                    host: %s.perimeter.acorn.example
                    addresses: [127.0.0.1]
                    port: %d
                    dialAddress: 127.0.0.1
                """.formatted(name, outside, name, listen));
    }

    void start() {
        store = Store.open(data, List.of(Control.SCHEMA), counters);
        control = Control.start(
                        ControlSettings.in(data),
                        new Control.Surroundings(
                                store, new SettingsDirectory(settings), service, clock(), RANDOM, counters),
                        Duration.ofDays(1),
                        this::changed)
                .orThrow();
    }

    private void changed(Perimeter perimeter) {
        if (failing) {
            failing = false;
            throw new IllegalStateException("told to fail");
        }
        perimeters.add(perimeter);
    }

    void restart() {
        close();
        perimeters.clear();
        start();
    }

    Control control() {
        return control;
    }

    InstantSource clock() {
        return () -> Instant.now().plus(ahead);
    }

    /** Nanoseconds since 1970. */
    long nanos() {
        Instant now = clock().instant();
        return ChronoUnit.NANOS.between(Instant.EPOCH, now);
    }

    void pass(Duration time) {
        ahead = ahead.plus(time);
    }

    SettingsDirectory.Outcome reload() {
        return control.reload();
    }

    InetSocketAddress leg() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The next perimeter of which that is true. */
    Perimeter perimeter(Predicate<Perimeter> is) throws InterruptedException {
        while (true) {
            Perimeter next = perimeters.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("there was no such change");
            }
            if (is.test(next)) {
                return next;
            }
        }
    }

    Bundle bundle(String node) {
        return BundleCodec.decode(control.enroll(node).orThrow().text()).orThrow();
    }

    /** Waits with a bundle, as a node whose clock may be another. */
    JoinWaiter.Outcome joinWith(Bundle bundle, LongSupplier nodesClock) throws Exception {
        try (JoinWaiter waiter = JoinWaiter.open(bundle, nodesClock, RANDOM, counters, (membership, identity) -> {})) {
            return waiter.outcome().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** A node joins with a new bundle. */
    TlsIdentity join(String node) throws Exception {
        JoinWaiter.Outcome outcome = joinWith(bundle(node), this::nanos);
        assertThat(outcome).isInstanceOf(JoinWaiter.Outcome.Joined.class);
        JoinWaiter.Outcome.Joined joined = (JoinWaiter.Outcome.Joined) outcome;
        key = SnapshotKey.of(joined.membership().snapshotKeys().getFirst());
        perimeter(perimeter -> perimeter.nodes().containsKey(node));
        return joined.identity();
    }

    /** With what the node that joined last verifies snapshots. */
    SnapshotKey key() {
        return key;
    }

    /** A played node, which has said hello. */
    FakeNode connected(String node) {
        FakeNode peer = new FakeNode(node, control.service());
        peer.hello(0);
        return peer;
    }

    EdgeNodeStatus status(String node) {
        return control.status().nodes().stream()
                .filter(status -> status.name().equals(node))
                .findFirst()
                .orElseThrow();
    }

    /** The newest such event, once it is there: the node hears of a refusal before it is on the record. */
    AuditEvent recorded(String event) throws InterruptedException {
        Instant end = Instant.now().plusSeconds(PATIENCE_SECONDS);
        while (Instant.now().isBefore(end)) {
            Optional<AuditEvent> found = control.events(100).stream()
                    .filter(one -> (one.event() + " " + one.name()).equals(event))
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            Thread.onSpinWait();
        }
        throw new AssertionError(event + " is not among " + events());
    }

    List<String> events() {
        return control.events(100).stream()
                .map(event -> event.event() + " " + event.name())
                .toList();
    }

    @Override
    public void close() {
        control.close();
        store.close();
    }
}
