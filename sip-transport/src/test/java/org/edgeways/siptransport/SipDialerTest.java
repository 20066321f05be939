package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.siptransport.Loopback.awaitTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLHandshakeException;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerTls;
import org.edgeways.siptransport.Loopback.Happening;
import org.edgeways.testkit.TcpRelay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many links a dialer keeps, over real sockets. */
@Timeout(60)
class SipDialerTest {

    /** What is done with a dialer whose links lead to an edge node's inside leg. */
    private interface Dialled {
        void with(SipDialer dialer, SipDialerSettings settings, Loopback.Recorder edge, Loopback.Recorder inside)
                throws Exception;
    }

    private static void dialled(Dialled done) throws Exception {
        Loopback.Recorder edge = new Loopback.Recorder(true);
        Loopback.Recorder inside = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.insideLeg(SipConnectionSettings.DEFAULT, edge)) {
            SipDialerSettings settings =
                    loopback.links(listener.localAddress().getPort()).withConnections(2);
            try (SipDialer dialer = SipDialer.start(loopback.context, settings, inside, LinkListener.NONE)) {
                awaitTrue(() -> dialer.open() == 2);
                done.with(dialer, settings, edge, inside);
            }
        }
    }

    @Test
    void linksThatAreTooManyEndOnlyWhenNothingHasComeOnThemForAWhile() throws Exception {
        dialled((dialer, settings, edge, inside) -> keeps(dialer, settings, edge));
    }

    @Test
    void linksToANodeWhoseCertificateIsRefusedAreClosedAndOthersAreNot() throws Exception {
        dialled((dialer, settings, edge, inside) -> {
            PeerIdentity node =
                    inside.await(Happening.Opened.class).connection().peer();
            BigInteger serial =
                    Objects.requireNonNull(Objects.requireNonNull(node).serial());
            dialer.endRefused(Set.of(serial.add(BigInteger.ONE)));
            dialer.endRefused(Set.of(serial));
            for (int i = 0; i < 2; i++) {
                assertThat(inside.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.PEER_REFUSED);
            }
        });
    }

    @Test
    void aNodeThatIsNotWhereItIsToBeIsReachedWhereItWas() throws Exception {
        dialled((dialer, settings, edge, inside) -> {
            int closed = freePort();
            SipDialerSettings elsewhere = SipDialerSettings.of(
                            settings.name(), "127.0.0.1", closed, settings.verifyName(), settings.tls())
                    .withConnections(3)
                    .withBackOff(Duration.ofMillis(10), Duration.ofMillis(20))
                    .withOthers(List.of(InetSocketAddress.createUnresolved("127.0.0.1", settings.port())));
            dialer.use(elsewhere);
            awaitTrue(() -> dialer.open() == 3);
            for (int i = 0; i < 3; i++) {
                edge.await(Happening.Opened.class);
            }
            assertThat(edge.happenings).as("those of before go on").noneMatch(Happening.Closed.class::isInstance);
        });
    }

    /** As a node does that has joined just now and has no settings yet. */
    @Test
    void aNodeThatDoesNotServeYetIsNoFailedHandshakeWhileThatIsUsualAndOneAfterwards() throws Exception {
        AtomicLong ahead = new AtomicLong();
        ProcessClock clock = new ProcessClock(InstantSource.system(), () -> System.nanoTime() + ahead.get());
        try (Loopback loopback = new Loopback();
                TransportContext context =
                        new TransportContext(loopback.loops, clock, loopback.counters, new SecureRandom());
                ServerSocket node = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> turnAway(node));
            SipDialerSettings settings =
                    loopback.links(node.getLocalPort()).withBackOff(Duration.ofMillis(5), Duration.ofMillis(10));
            try (SipDialer dialer =
                    SipDialer.start(context, settings, new Loopback.Recorder(true), LinkListener.NONE)) {
                awaitTrue(() -> loopback.counters.value("net_handshakes_early", "endpoint", settings.name()) > 5);
                assertThat(failed(loopback, settings)).isZero();
                ahead.set(SipDialer.BEGINNING.toNanos());
                awaitTrue(() -> failed(loopback, settings) > 5);
                assertThat(dialer.open()).isZero();
            }
        }
    }

    private static long failed(Loopback loopback, SipDialerSettings settings) {
        return loopback.counters.value(
                "net_handshakes_failed", "endpoint", settings.name(), "reason", NetErrorCode.HANDSHAKE_FAILED.code());
    }

    /** A fatal alert of TLS, no_application_protocol, to everybody. */
    private static void turnAway(ServerSocket node) {
        byte[] alert = {21, 3, 3, 0, 2, 2, 120};
        try {
            while (true) {
                try (Socket client = node.accept()) {
                    byte[] hello = new byte[5];
                    client.getInputStream().readNBytes(hello, 0, hello.length);
                    int rest = (hello[3] & 0xff) << 8 | hello[4] & 0xff;
                    client.getInputStream().readNBytes(rest);
                    client.getOutputStream().write(alert);
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    /** A dialer of one link whose handshake hangs until that is done. */
    private static void refusedInBetween(Loopback.Recorder inside, Hanging hanging) throws Exception {
        try (Loopback loopback = new Loopback()) {
            ServerTls node = loopback.nodeTls("edge1");
            Set<BigInteger> serial = Set.of(node.identity().leaf().getSerialNumber());
            try (SipListener listener =
                            loopback.insideLeg(node, SipConnectionSettings.DEFAULT, new Loopback.Recorder(true));
                    TcpRelay relay = TcpRelay.before(listener.localAddress())) {
                relay.hold();
                SipDialerSettings settings = loopback.links(relay.port())
                        .withConnections(1)
                        .withBackOff(Duration.ofMillis(10), Duration.ofMillis(20));
                BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
                AtomicInteger up = new AtomicInteger();
                try (SipDialer dialer = SipDialer.start(loopback.context, settings, inside, new LinkListener() {
                    @Override
                    public void up(SipConnection connection, int open) {
                        up.incrementAndGet();
                    }

                    @Override
                    public void failed(Throwable cause, Duration pause) {
                        failures.add(cause);
                    }
                })) {
                    awaitTrue(() -> relay.connections().size() == 1);
                    hanging.with(() -> {
                        try {
                            settings.tls().refuse(serial);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                        dialer.endRefused(serial);
                    });
                    relay.release();
                    assertThat(inside.await(Happening.Closed.class).reason())
                            .isEqualTo(TransportErrorCode.PEER_REFUSED);
                    assertThat(failures.poll(10, TimeUnit.SECONDS))
                            .hasMessage(TransportErrorCode.PEER_REFUSED.meaning());
                    assertThat(failures.poll(10, TimeUnit.SECONDS))
                            .as("it is dialled again, and not trusted from the beginning")
                            .isInstanceOf(SSLHandshakeException.class);
                    assertThat(up).hasValue(0);
                    assertThat(dialer.open()).isZero();
                }
            }
        }
    }

    /** Is given what has the node refused. */
    private interface Hanging {
        void with(Runnable refuse);
    }

    @Test
    void aNodeThatIsRefusedWhileItsHandshakeHangsIsNotLinkedWhenThatIsDone() throws Exception {
        refusedInBetween(new Loopback.Recorder(true), Runnable::run);
    }

    @Test
    void aNodeThatIsRefusedWhenItsHandshakeIsDoneAndItsLinkIsNotYetCountedIsCutOff() throws Exception {
        AtomicReference<Runnable> atOpening = new AtomicReference<>(() -> {});
        refusedInBetween(
                new Loopback.Recorder(true) {
                    @Override
                    public void opened(SipConnection connection, long now) {
                        super.opened(connection, now);
                        atOpening.get().run();
                    }
                },
                atOpening::set);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void keeps(SipDialer dialer, SipDialerSettings settings, Loopback.Recorder edge) throws Exception {
        dialer.use(settings.withConnections(4));
        awaitTrue(() -> dialer.open() == 4);

        dialer.use(settings.withConnections(1));
        for (int i = 0; i < 4; i++) {
            edge.await(Happening.Opened.class);
        }
        assertThat(dialer.open()).as("not cut").isEqualTo(4);
        dialer.use(settings.withConnections(3));
        awaitTrue(() -> dialer.open() == 6);
        dialer.keep(0, Duration.ofMillis(1));
        awaitTrue(() -> dialer.open() == 3);
    }
}
