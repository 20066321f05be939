package org.edgeways.siptransport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.sip.message.SipMessage;

/** Event loops, certificates and recorded events for tests over real sockets on loopback. */
final class Loopback implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** One thing that happened on a connection. */
    sealed interface Happening {
        record Opened(SipConnection connection) implements Happening {}

        record Received(SipConnection connection, SipMessage message) implements Happening {}

        record Refused(SipConnection connection, ErrorCode code) implements Happening {}

        record Closed(SipConnection connection, TransportErrorCode reason) implements Happening {}

        record HandshakeFailed(InetAddress remote, ErrorCode code) implements Happening {}
    }

    /** Records what happens; answers every request but ACK with 200 if told so. */
    static class Recorder implements SipConnectionEvents {
        final BlockingQueue<Happening> happenings = new LinkedBlockingQueue<>();
        private final boolean answers;

        Recorder(boolean answers) {
            this.answers = answers;
        }

        @Override
        public void opened(SipConnection connection, long now) {
            happenings.add(new Happening.Opened(connection));
        }

        @Override
        public void received(SipConnection connection, SipMessage message, long now) {
            happenings.add(new Happening.Received(connection, message));
            if (answers && message.isRequest() && !message.method().equals("ACK")) {
                connection.send(SipMessage.responseTo(message, 200, "OK", "server"));
            }
        }

        @Override
        public void refused(SipConnection connection, ErrorCode code, long now) {
            happenings.add(new Happening.Refused(connection, code));
        }

        @Override
        public void closed(SipConnection connection, TransportErrorCode reason, long now) {
            happenings.add(new Happening.Closed(connection, reason));
        }

        @Override
        public void handshakeFailed(String endpoint, InetAddress remote, ErrorCode code, long now) {
            happenings.add(new Happening.HandshakeFailed(remote, code));
        }

        /** The next happening of that kind; others before it are dropped. */
        <T extends Happening> T await(Class<T> kind) throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                Happening next = happenings.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    throw new AssertionError("no " + kind.getSimpleName() + " within " + PATIENCE);
                }
                if (kind.isInstance(next)) {
                    return kind.cast(next);
                }
            }
        }
    }

    final EventLoops loops = new EventLoops(2);
    final InMemoryCounters counters = new InMemoryCounters();
    final TransportContext context = new TransportContext(loops, new ProcessClock(), counters, new SecureRandom());
    final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    final TlsContexts tls;

    Loopback(TlsProvider provider) {
        tls = new TlsContexts(provider.isAvailable() ? provider : TlsProvider.JDK);
    }

    Loopback() {
        this(TlsProvider.best());
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    }

    Admission admission() {
        return admission(AdmissionLimits.defaults());
    }

    Admission admission(AdmissionLimits limits) {
        return new Admission("outside", limits, BanCheck.NONE, counters);
    }

    org.edgeways.net.ServerTls serverTls() throws IOException {
        return tls.server(authority.issue(
                CertificateRequest.of("localhost", "edge.acorn.example").withAddresses("127.0.0.1", "::1"),
                Instant.now()));
    }

    ClientTls clientTls() throws IOException {
        return tls.client(List.of(authority.certificate()));
    }

    ClientTls serviceTls(String name) throws IOException {
        return tls.mutualClient(
                authority.issue(CertificateRequest.service(name, name + ".acorn.example"), Instant.now()),
                authority.certificate());
    }

    org.edgeways.net.ServerTls nodeTls(String name) throws IOException {
        return tls.mutualServer(
                authority.issue(CertificateRequest.node(name, name + ".perimeter.acorn.example"), Instant.now()),
                authority.certificate());
    }

    SipListener listenTls(SipConnectionSettings settings, SipConnectionEvents events) throws IOException {
        return SipListener.open(
                context,
                SipListenerSettings.tls("outside-tls", anyPort(), serverTls(), admission())
                        .with(settings),
                events);
    }

    SipListener listenWebSocket(SipConnectionSettings settings, SipConnectionEvents events) throws IOException {
        return SipListener.open(
                context,
                SipListenerSettings.webSocket("outside-wss", anyPort(), serverTls(), admission())
                        .with(settings),
                events);
    }

    /** An edge node's inside leg, where its inside dials. */
    SipListener insideLeg(SipConnectionSettings settings, SipConnectionEvents events) throws IOException {
        return insideLeg(nodeTls("edge1"), settings, events);
    }

    SipListener insideLeg(org.edgeways.net.ServerTls node, SipConnectionSettings settings, SipConnectionEvents events)
            throws IOException {
        return SipListener.open(
                context,
                SipListenerSettings.tls("inside-leg", anyPort(), node, admission())
                        .with(settings)
                        .asLink(),
                events);
    }

    /** Links to the {@link #insideLeg} behind that port. */
    SipDialerSettings links(int port) throws IOException {
        return SipDialerSettings.of(
                "link-edge1", "127.0.0.1", port, "edge1.perimeter.acorn.example", serviceTls("pool"));
    }

    SipUserAgentSettings alice(SipListener listener) throws IOException {
        return SipUserAgentSettings.tls(
                "127.0.0.1",
                listener.localAddress().getPort(),
                clientTls(),
                "sip:alice@acorn.example",
                "alice",
                "secret");
    }

    SipUserAgentSettings aliceOnWebSocket(SipListener listener) throws IOException {
        return SipUserAgentSettings.webSocket(
                "localhost",
                listener.localAddress().getPort(),
                clientTls(),
                "sip:alice@acorn.example",
                "alice",
                "secret");
    }

    /** A plain TLS socket of the Java runtime, handshake done, on which a test writes what it likes. */
    SSLSocket rawTls(SipListener listener) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) ssl.getSocketFactory().createSocket();
        socket.setReceiveBufferSize(4096);
        socket.connect(listener.localAddress());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.startHandshake();
        return socket;
    }

    static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not become true within " + PATIENCE);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads until {@code end} has come. */
    static String readUntil(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed after: " + text);
            }
            text.append((char) b);
        }
        return text.toString();
    }

    /** Reads to the end of the stream, which a reset counts as too. */
    static String readToEnd(InputStream in) {
        StringBuilder text = new StringBuilder();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                text.append((char) b);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("not closed", e);
        } catch (IOException reset) {
            return text.toString();
        }
        return text.toString();
    }

    @Override
    public void close() {
        context.close();
        loops.close();
    }
}
