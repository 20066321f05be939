package org.edgeways.joining.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.net.ssl.SSLSocket;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.engine.Offer;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.edgeways.testkit.TcpRelay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that waits and an inside that dials, over real TLS; and who stands between. */
final class JoinOverTlsTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ENROLMENT = "00112233445566778899aabbccddeeff";
    private static final int PATIENCE_SECONDS = 20;

    /** How far the clock is ahead of the time, in nanoseconds. */
    private final AtomicLong ahead = new AtomicLong();

    private final ProcessClock clock = new ProcessClock(InstantSource.system(), () -> System.nanoTime() + ahead.get());
    private final InMemoryCounters counters = new InMemoryCounters();
    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn authority", Instant.now(), RANDOM);
    private final EnrolmentSecret.Made secret = EnrolmentSecret.make(RANDOM);
    private final List<byte[]> snapshotKeys =
            List.of(EnrolmentSecret.make(RANDOM).proofKey().getEncoded());
    private final AtomicInteger kept = new AtomicInteger();
    /** What happens when the node has what it got on its disk, and has not said so yet. */
    private volatile Runnable whenKept = () -> {};

    private JoinWaiter waiter;
    private JoinDialer dialer;

    @BeforeEach
    void waits() throws IOException {
        waiter = waiter(secret.secret());
    }

    @Test
    void theWaitingEndsWhenTheTimeOfTheBundleIsOverThoughNobodyDials() throws Exception {
        long hour = TimeUnit.HOURS.toNanos(1);
        waiter.close();
        waiter = waiter(secret.secret());
        assertThat(waiter.outcome()).isNotDone();
        ahead.set(hour - TimeUnit.MINUTES.toNanos(1));
        Desk desk = new Desk(request -> new JoinDialer.Decision.Refused(JoinErrorCode.INSIDE_FAILED));
        dial(waiter.localAddress(), desk);
        assertThat(desk.end()).contains(JoinErrorCode.INSIDE_FAILED);
        assertThat(waiter.outcome()).as("a minute before").isNotDone();

        ahead.set(hour + TimeUnit.MINUTES.toNanos(1));
        assertThat(outcome()).isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_EXPIRED));
        assertThat(kept).hasValue(0);
    }

    private JoinWaiter waiter(EnrolmentSecret its) throws IOException {
        Bundle bundle = new Bundle(
                "edge1",
                ENROLMENT,
                Bundle.fingerprint(authority.certificate()),
                its,
                Instant.ofEpochSecond(Instant.now().getEpochSecond() + 3600),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return JoinWaiter.open(bundle, clock, RANDOM, counters, (membership, identity) -> {
            kept.incrementAndGet();
            whenKept.run();
        });
    }

    @AfterEach
    void stop() {
        if (dialer != null) {
            dialer.close();
        }
        waiter.close();
    }

    /** A desk that decides as told, and wants one exchange after the other until it has got an end. */
    private static class Desk implements JoinDialer.Desk {
        private final BlockingQueue<Optional<JoinErrorCode>> ends = new LinkedBlockingQueue<>();
        private final Function<SigningRequest, JoinDialer.Decision> decision;
        private volatile InetSocketAddress target;
        private volatile boolean over;

        Desk(Function<SigningRequest, JoinDialer.Decision> decision) {
            this.decision = decision;
        }

        @Override
        public JoinDialer.Wish wish() {
            return over ? new JoinDialer.Wish.Never() : new JoinDialer.Wish.Dial(target);
        }

        @Override
        public JoinDialer.Decision decide(SigningRequest request) {
            return decision.apply(request);
        }

        @Override
        public void ended(JoinErrorCode failure) {
            over = true;
            ends.add(Optional.ofNullable(failure));
        }

        Optional<JoinErrorCode> end() throws InterruptedException {
            return ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private JoinDialer.Decision admit(SigningRequest request) {
        return new JoinDialer.Decision.Admitted(
                authority.issue(request, CertificateRequest.node("edge1").valid(Duration.ofDays(90)), Instant.now()),
                snapshotKeys);
    }

    private void dial(InetSocketAddress target, Desk desk) {
        desk.target = target;
        Offer offer =
                new Offer(ENROLMENT, "edge1", secret.proofKey(), Instant.now().plusSeconds(3600));
        dialer = JoinDialer.start(
                new JoinDialer.Place(
                        offer,
                        authority.certificate(),
                        authority::prove,
                        Duration.ofMillis(10),
                        Duration.ofMillis(100)),
                desk,
                clock,
                RANDOM);
    }

    private JoinWaiter.Outcome outcome() throws Exception {
        return waiter.outcome().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void theNodeWaitsTheInsideDialsAndTheNodeHasItsCertificate() throws Exception {
        Desk desk = new Desk(this::admit);
        dial(waiter.localAddress(), desk);

        assertThat(desk.end()).isEmpty();
        TlsIdentity identity = ((JoinWaiter.Outcome.Joined) outcome()).identity();
        assertThat(PeerIdentity.of(identity.leaf()).node()).isEqualTo("edge1");
        identity.leaf().verify(authority.certificate().getPublicKey());
        assertThat(kept).hasValue(1);
    }

    @Test
    void theInsideGoesOnDiallingUntilTheNodeWaits() throws Exception {
        InetSocketAddress place = waiter.localAddress();
        waiter.close();
        BlockingQueue<Boolean> wished = new LinkedBlockingQueue<>();
        Desk watched = new Desk(this::admit) {
            @Override
            public JoinDialer.Wish wish() {
                wished.add(true);
                return super.wish();
            }
        };
        dial(place, watched);
        for (int attempts = 0; attempts < 3; attempts++) {
            assertThat(wished.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(watched.ends).isEmpty();
    }

    @Test
    void closingTheDiallerWaitsForWhatTheDeskIsJustBeingTold() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> told = new CompletableFuture<>();
        CompletableFuture<Void> recorded = new CompletableFuture<>();
        dial(waiter.localAddress(), new Desk(this::admit) {
            @Override
            public void ended(JoinErrorCode failure) {
                told.complete(null);
                recorded.join(); // as a store that is waited for, this is not interrupted
                order.add("recorded");
                super.ended(failure);
            }
        });
        told.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        Thread closer = Thread.ofPlatform().start(() -> {
            dialer.close();
            order.add("closed");
        });
        while (closer.getState() != Thread.State.TIMED_WAITING && closer.isAlive()) {
            Thread.onSpinWait();
        }
        recorded.complete(null);
        closer.join();

        assertThat(order).containsExactly("recorded", "closed");
    }

    @Test
    void thatTheConnectionBreaksAfterTheNodeWasAdmittedIsTheEndOfAnExchangeAndTold() throws Exception {
        try (TcpRelay between = TcpRelay.before(waiter.localAddress())) {
            whenKept = () -> between.connections().getFirst().reset();
            Desk desk = new Desk(this::admit);
            dial(new InetSocketAddress(InetAddress.getLoopbackAddress(), between.port()), desk);

            assertThat(desk.end()).contains(JoinErrorCode.CUT);
            assertThat(kept).hasValue(1);
        }
    }

    @Test
    void aNodeThatHasKeptWhatItGotHasJoinedThoughItsLastWordIsLostAndNobodyDialsAgain() throws Exception {
        try (TcpRelay between = TcpRelay.before(waiter.localAddress())) {
            whenKept = () -> {
                between.connections().getFirst().reset();
                Thread.currentThread().interrupt(); // nor can it write any more
            };
            Desk desk = new Desk(this::admit);
            dial(new InetSocketAddress(InetAddress.getLoopbackAddress(), between.port()), desk);
            assertThat(desk.end()).contains(JoinErrorCode.CUT);
            ahead.set(TimeUnit.HOURS.toNanos(2));

            assertThat(outcome())
                    .isInstanceOfSatisfying(
                            JoinWaiter.Outcome.Joined.class,
                            joined -> assertThat(joined.membership().node()).isEqualTo("edge1"));
            assertThat(kept).hasValue(1);
        }
    }

    @Test
    void aDiallerThatIsClosedAfterTheNodeWasAdmittedTellsThatItMayHaveItsCertificate() throws Exception {
        CompletableFuture<Void> keeping = new CompletableFuture<>();
        CompletableFuture<Void> go = new CompletableFuture<>();
        whenKept = () -> {
            keeping.complete(null);
            go.join();
        };
        Desk desk = new Desk(this::admit);
        dial(waiter.localAddress(), desk);
        keeping.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        dialer.close();

        assertThat(desk.ends).containsExactly(Optional.of(JoinErrorCode.CUT));
        go.complete(null);
    }

    @Test
    void aUsedBundleEndsTheWaitingWithItsReason() throws Exception {
        Desk desk = new Desk(request -> new JoinDialer.Decision.Refused(JoinErrorCode.BUNDLE_USED));
        dial(waiter.localAddress(), desk);

        assertThat(desk.end()).contains(JoinErrorCode.BUNDLE_USED);
        assertThat(outcome()).isEqualTo(new JoinWaiter.Outcome.Failed(JoinErrorCode.BUNDLE_USED));
        assertThat(kept).hasValue(0);
    }

    @Test
    void anInsideThatIsInTroubleDoesNotEndTheWaiting() throws Exception {
        Desk desk = new Desk(request -> new JoinDialer.Decision.Refused(JoinErrorCode.INSIDE_FAILED));
        dial(waiter.localAddress(), desk);

        assertThat(desk.end()).contains(JoinErrorCode.INSIDE_FAILED);
        assertThat(waiter.outcome()).isNotDone();
        dial(waiter.localAddress(), new Desk(this::admit));
        assertThat(outcome()).isInstanceOf(JoinWaiter.Outcome.Joined.class);
    }

    @Test
    void aNodeWithAForgedBundleIsTurnedAway() throws Exception {
        waiter.close();
        waiter = waiter(EnrolmentSecret.make(RANDOM).secret());
        Desk desk = new Desk(this::admit);
        dial(waiter.localAddress(), desk);

        assertThat(desk.end()).contains(JoinErrorCode.SECRET_UNPROVEN);
        assertThat(kept).hasValue(0);
    }

    @Test
    void whoEndsTlsOnBothSidesAndPassesAllOnGetsNobodyToBelieveIt() throws Exception {
        try (ServerSocketChannel between = ServerSocketChannel.open()) {
            between.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            TlsIdentity its = CertificateAuthority.create("between", Instant.now(), RANDOM)
                    .issue(CertificateRequest.of("edge1"), Instant.now());
            InetSocketAddress onwards = waiter.localAddress();
            Thread.ofVirtual().start(() -> splice(between, onwards, its));
            Desk desk = new Desk(this::admit);
            dial((InetSocketAddress) between.getLocalAddress(), desk);

            assertThat(desk.end()).contains(JoinErrorCode.AUTHORITY_UNPROVEN);
        }
        assertThat(waiter.outcome()).isNotDone();
        assertThat(kept).hasValue(0);
        awaitRefused("join-authority-unproven");
    }

    /** The other end may know of a refusal before it has been counted. */
    private void awaitRefused(String reason) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (counters.value("joins_refused", "reason", reason) < 1 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(counters.value("joins_refused", "reason", reason)).isEqualTo(1);
    }

    private static void splice(ServerSocketChannel between, InetSocketAddress onwards, TlsIdentity identity) {
        try (SocketChannel left = between.accept();
                SocketChannel right = SocketChannel.open(onwards);
                SSLSocket toInside = JoinTls.server(left, identity);
                SSLSocket toNode = JoinTls.client(right, "localhost", onwards.getPort())) {
            JoinTls.handshake(toInside);
            JoinTls.handshake(toNode);
            Thread back = Thread.ofVirtual().start(() -> copy(toNode, toInside));
            copy(toInside, toNode);
            back.join();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(SSLSocket from, SSLSocket to) {
        try {
            for (byte[] bytes = JoinTls.read(from); bytes.length > 0; bytes = JoinTls.read(from)) {
                JoinTls.write(to, bytes);
            }
            to.close();
        } catch (IOException ended) {
            // one of the two has had enough
        }
    }

    @Test
    void whoSpeaksNoJoinProtocolIsCountedAndTheWaitingGoesOn() throws Exception {
        try (SocketChannel stranger = SocketChannel.open(waiter.localAddress())) {
            stranger.write(java.nio.ByteBuffer.wrap(
                    "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            java.nio.ByteBuffer answer = java.nio.ByteBuffer.allocate(1024);
            while (stranger.read(answer) >= 0 && answer.hasRemaining()) {
                // an alert, then the end
            }
        } catch (IOException reset) {
            // as good
        }
        dial(waiter.localAddress(), new Desk(this::admit));
        assertThat(outcome()).isInstanceOf(JoinWaiter.Outcome.Joined.class);
        awaitRefused("handshake");
    }

    @Test
    void pastTheLimitOfConnectionsANewOneIsClosedAtOnce() throws Exception {
        SocketChannel[] silent = new SocketChannel[JoinWaiter.CONNECTIONS];
        for (int i = 0; i < silent.length; i++) {
            silent[i] = SocketChannel.open(waiter.localAddress());
        }
        try (SocketChannel late = SocketChannel.open(waiter.localAddress())) {
            assertThat(late.read(java.nio.ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        awaitRefused("connections");
        for (SocketChannel each : silent) {
            each.close();
        }
    }
}
