package org.edgeways.accessedge;

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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.policy.SipDomains;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.tokens.Keyring;
import org.jspecify.annotations.Nullable;

/** A whole edge on loopback, and an inside that opens one connection to it and accepts every sign-in. */
final class EdgeRig implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final String NODE_HOST = "edge1.perimeter.acorn.example";
    static final InetAddress V4 = InetAddress.ofLiteral("127.0.0.1");
    static final InetAddress V6 = InetAddress.ofLiteral("::1");

    final EventLoops loops = new EventLoops(2);
    final InMemoryCounters counters = new InMemoryCounters();
    final SecureRandom random = new SecureRandom();
    final TransportContext context = new TransportContext(loops, new ProcessClock(), counters, random);
    final TransportContext others = new TransportContext(loops, new ProcessClock(), new InMemoryCounters(), random);
    final CertificateAuthority authority;
    final TlsContexts tls = new TlsContexts(TlsProvider.best());
    final ServerTls outside;
    final ClientTls dialling;
    final AccessEdgeSettings settings;
    final AccessEdge edge;
    final Map<String, String> paths = new ConcurrentHashMap<>();

    @Nullable
    private SipUserAgent inside;

    EdgeRig() throws IOException {
        this(settings -> settings);
    }

    EdgeRig(UnaryOperator<AccessEdgeSettings> change) throws IOException {
        this(change, CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom()));
    }

    /** One that something is done with before it starts. */
    EdgeRig(UnaryOperator<AccessEdgeSettings> change, Consumer<AccessEdge> before) throws IOException {
        this(change, CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom()), before);
    }

    EdgeRig(UnaryOperator<AccessEdgeSettings> change, CertificateAuthority authority) throws IOException {
        this(change, authority, edge -> {});
    }

    private EdgeRig(
            UnaryOperator<AccessEdgeSettings> change, CertificateAuthority authority, Consumer<AccessEdge> before)
            throws IOException {
        this.authority = authority;
        outside = tls.server(outsideIdentity());
        dialling = serviceTls("edge1");
        settings = change.apply(AccessEdgeSettings.of(
                        "edge1",
                        new SipDomains(List.of("acorn.example", "oak.example")),
                        "localhost",
                        NODE_HOST,
                        new InetSocketAddress(V4, 0),
                        new InetSocketAddress(V4, 0),
                        new InetSocketAddress(V4, 0))
                .withMoreAddresses(List.of(V6), List.of()));
        edge = new AccessEdge(
                settings,
                new AccessEdge.Material(
                        Keyring.create(random),
                        outside,
                        tls.mutualServer(
                                authority.issue(CertificateRequest.node("edge1", NODE_HOST), Instant.now()),
                                authority.certificate()),
                        dialling),
                context,
                counters,
                random);
        before.accept(edge);
        edge.start();
    }

    TlsIdentity outsideIdentity() {
        return authority.issue(
                CertificateRequest.of("localhost", "edge.acorn.example").withAddresses("127.0.0.1", "::1"),
                Instant.now());
    }

    ClientTls serviceTls(String name) throws IOException {
        return tls.mutualClient(
                authority.issue(CertificateRequest.service(name, name + ".acorn.example"), Instant.now()),
                authority.certificate());
    }

    ClientTls nodeTls(String name) throws IOException {
        return tls.mutualClient(
                authority.issue(CertificateRequest.node(name, name + ".perimeter.acorn.example"), Instant.now()),
                authority.certificate());
    }

    /** A connection to the inside leg of whoever has that certificate. */
    SipUserAgent onInsideLeg(ClientTls shown) throws IOException {
        return SipUserAgent.connect(
                others,
                SipUserAgentSettings.tls(
                                "127.0.0.1",
                                edge.insideLegAddress().getPort(),
                                shown,
                                "sip:pool@acorn.example",
                                "pool",
                                null)
                        .verifying(NODE_HOST));
    }

    ClientTls clientTls() throws IOException {
        return tls.client(List.of(authority.certificate()));
    }

    /** The inside's connection, opened when first asked for. */
    SipUserAgent inside() throws IOException {
        SipUserAgent open = inside;
        if (open == null) {
            open = onInsideLeg(serviceTls("pool"));
            inside = open;
            awaitTrue(() -> !context.links().connections("pool").isEmpty());
        }
        return open;
    }

    SipUserAgent client(String person) throws IOException {
        return client(person, "127.0.0.1");
    }

    SipUserAgent client(String person, String host) throws IOException {
        return SipUserAgent.connect(
                others,
                SipUserAgentSettings.tls(
                        host, edge.tlsAddress().getPort(), clientTls(), address(person), person, null));
    }

    SipUserAgent webSocketClient(String person, String host) throws IOException {
        return SipUserAgent.connect(
                others,
                SipUserAgentSettings.webSocket(
                        host, edge.webSocketAddress().getPort(), clientTls(), address(person), person, null));
    }

    static String address(String person) {
        return "sip:" + person + "@acorn.example";
    }

    /** Takes one REGISTER of that person inside and accepts it. */
    void acceptSignIn(String person) throws IOException {
        SipMessage register = inside().take(request -> request.method().equals("REGISTER"), PATIENCE);
        if (register == null || !register.to().toString().contains(person)) {
            throw new AssertionError("no sign-in of " + person);
        }
        accept(register);
    }

    /** Accepts a sign-in and remembers the way to the person. */
    void accept(SipMessage register) throws IOException {
        paths.put(register.to().sipUri().addressOfRecord(), register.first(HeaderName.PATH));
        SipMessage ok = SipMessage.responseTo(register, 200, "OK", "registrar");
        ok.add(HeaderName.CONTACT, register.first(HeaderName.CONTACT));
        ok.add(HeaderName.EXPIRES, "3600");
        inside().send(ok);
    }

    /** Signs in, over the real listeners. */
    void signIn(SipUserAgent client) throws Exception {
        inside();
        var registered = new java.util.concurrent.CompletableFuture<SipMessage>();
        Thread.ofVirtual().start(() -> {
            try {
                registered.complete(client.register(3600));
            } catch (IOException e) {
                registered.completeExceptionally(e);
            }
        });
        acceptSignIn(client.settings().username());
        int status = registered
                .get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                .status();
        if (status != 200) {
            throw new AssertionError("signed in with " + status);
        }
    }

    /** A request of the inside for a person who is signed in. */
    SipMessage fromInside(String method, String person) throws IOException {
        SipMessage request = inside().newRequest(method, address(person));
        request.set(HeaderName.ROUTE, paths.get(address(person)));
        return request;
    }

    /** A message of the inside with a body of that many bytes. */
    SipMessage message(String person, int bytes) {
        try {
            SipMessage message = fromInside("MESSAGE", person);
            message.setBody("text/plain", new byte[bytes]);
            return message;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a request of the inside; null if its queue has no room at the moment. */
    @Nullable
    SipExchange offer(SipMessage request) {
        try {
            return inside().start(request);
        } catch (IOException full) {
            return null;
        }
    }

    /** A TLS socket of the Java runtime, handshake not yet done. */
    SSLSocket raw(InetSocketAddress address) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) ssl.getSocketFactory().createSocket();
        socket.setReceiveBufferSize(4096);
        socket.connect(address);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    SSLSocket raw() throws Exception {
        return raw(edge.tlsAddress());
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

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

    /** What comes until the end, which a reset is too. */
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

    static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not become true within " + PATIENCE);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        edge.close();
        others.close();
        context.close();
        loops.close();
    }
}
