package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.app.Edgeways;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;
import org.jspecify.annotations.Nullable;

/** An inside with a directory of settings and an edge node that joins it, in this process, as the commands start them. */
final class JoinedPair implements AutoCloseable {

    static final String SETTINGS = """
            kind: Organisation
            name: acorn
            spec:
              sipDomains: [acorn.example]
            ---
            kind: Pool
            name: pool
            spec:
              inside:
                host: 127.0.0.1
                addresses: [127.0.0.1]
                sipTlsPort: %d
                certificate: inside
            ---
            kind: Certificate
            name: inside
            spec: {certificate: inside.crt, key: inside.key}
            ---
            kind: EdgeNode
            name: edge1
            spec:
              access:
                host: sip.acorn.example
                addresses: [127.0.0.1]
                sipTlsPort: %d
              insideLeg:
                host: edge1.perimeter.acorn.example
                addresses: [127.0.0.1]
                port: %d
                dialAddress: 127.0.0.1
            """;

    /** Where a relay has its ports ({@link #becomesRelay}). */
    static final InetAddress RELAY = InetAddress.ofLiteral("127.0.0.2");

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final SecureRandom random = new SecureRandom();
    final EventLoops loops = new EventLoops(2);
    final ProcessClock clock = new ProcessClock();
    /** By which the inside makes relay credentials and rolls their keys. */
    final AtomicReference<InstantSource> relayTime = new AtomicReference<>(InstantSource.system());

    final CertificateAuthority authority = CertificateAuthority.create("Acorn test authority", Instant.now(), random);
    final int insidePort = freePort();
    final int outsidePort = freePort();
    final int legPort = freePort();
    private final Path directory;
    private final Path settings;
    private final InMemoryCounters clientCounters = new InMemoryCounters();
    private final TransportContext clients = new TransportContext(loops, clock, clientCounters, random);
    private @Nullable InsideProcess inside;
    private @Nullable EdgeProcess edge;
    private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();

    /** Nothing runs yet; the settings are written. */
    JoinedPair(Path directory) throws IOException {
        this.directory = directory;
        this.settings = Files.createDirectory(directory.resolve("settings"));
        Files.createDirectory(poolData());
        Files.createDirectory(edgeData());
        write(SETTINGS.formatted(insidePort, outsidePort, legPort));
        TlsIdentity inside = issue("localhost");
        Pem.writeIdentity(poolData().resolve("inside.crt"), poolData().resolve("inside.key"), inside);
    }

    Path poolData() {
        return directory.resolve("pool");
    }

    Path edgeData() {
        return directory.resolve("edge");
    }

    Path settings() {
        return settings;
    }

    /** The node shows clients outside a certificate that they trust; before the start. */
    void showOutside() throws IOException {
        Pem.writeIdentity(
                edgeData().resolve("outside.crt"), edgeData().resolve("outside.key"), issue("sip.acorn.example"));
        write(text().replace(
                                "    host: sip.acorn.example\n",
                                "    host: sip.acorn.example\n    certificates: [outside]\n")
                + "---\nkind: Certificate\nname: outside\nspec: {certificate: outside.crt, key: outside.key}\n");
    }

    TlsIdentity issue(String host) {
        return authority.issue(CertificateRequest.of(host).withAddresses("127.0.0.1"), Instant.now());
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    InsideProcess startInside() {
        InsideProcess started = InsideProcess.start(
                settings,
                poolData(),
                Optional.empty(),
                loops,
                clock,
                random,
                () -> relayTime.get().instant());
        open.push(started);
        inside = started;
        return started;
    }

    Path enrol() throws IOException {
        return enrol("edge1");
    }

    private Path enrol(String node) throws IOException {
        Path bundle = directory.resolve(node + ".bundle");
        return Files.writeString(
                bundle,
                ask(AdminClient.request("node-enroll").put("name", node))
                        .path("bundle")
                        .asText());
    }

    void join() throws IOException {
        NodeJoining.join(enrol(), edgeData(), clock, random, new MicrometerCounters(), text -> {});
    }

    /** Another node that the settings name joins, and is not started. */
    void joinToo(String node) throws IOException {
        Path data = Files.createDirectory(directory.resolve(node));
        NodeJoining.join(enrol(node), data, clock, random, new MicrometerCounters(), text -> {});
    }

    EdgeProcess startEdge() {
        EdgeProcess started = EdgeProcess.start(edgeData(), loops, clock, random);
        open.push(started);
        edge = started;
        return started;
    }

    /** Ends what was started last. */
    void stopLast() {
        try {
            open.pop().close();
        } catch (Exception e) {
            throw new IllegalStateException("a part does not stop", e);
        }
    }

    /** Joined, started, and up to date with everything linked. */
    void startAll() throws IOException {
        startInside();
        join();
        startEdge();
        await(node -> isUpToDate(node) && node.path("link").path("open").asInt() == 4);
    }

    JsonNode ask(ObjectNode request) {
        return AdminClient.of(poolData()).ask(request);
    }

    /** What a command prints that an administrator gives beside the pool; it has to be done. */
    String said(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> command = new ArrayList<>(List.of(words));
        command.addAll(List.of("--data", poolData().toString()));
        assertThat(Edgeways.run(command, new PrintWriter(out, true), new PrintWriter(err, true)))
                .as("%s", err)
                .isEqualTo(ExitCode.DONE);
        return out.toString();
    }

    JsonNode status() {
        return ask(AdminClient.request("status"));
    }

    JsonNode node() {
        return status().path("nodes").path(0);
    }

    static boolean isUpToDate(JsonNode node) {
        return node.path("upToDate").asBoolean();
    }

    void await(Predicate<JsonNode> is) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!is.test(node())) {
            assertThat(Instant.now()).as("%s", node()).isBefore(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    String text() throws IOException {
        return Files.readString(settings.resolve("acorn.yaml"));
    }

    void write(String text) throws IOException {
        Path beside = Files.writeString(directory.resolve("acorn.yaml.new"), text);
        Files.move(beside, settings.resolve("acorn.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    EdgeProcess edge() {
        return Objects.requireNonNull(edge);
    }

    /** The pool. */
    PoolProcess inside() {
        return Objects.requireNonNull(inside).pool();
    }

    /** What makes credentials for relays. */
    RelayPart relay() {
        return Objects.requireNonNull(inside).relay();
    }

    /** A connection outside, over TLS, that asks for that name; to be closed by the caller. */
    SSLSocket tls(String name) throws Exception {
        return tls(outsidePort, name);
    }

    /** A connection over TLS that asks for that name and offers those protocols by ALPN; to be closed by the caller. */
    SSLSocket tls(int port, String name, String... protocols) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(null, trust.getTrustManagers(), null);
        SSLSocket tls = (SSLSocket) ssl.getSocketFactory().createSocket("127.0.0.1", port);
        SSLParameters asked = tls.getSSLParameters();
        asked.setServerNames(List.of(new SNIHostName(name)));
        asked.setApplicationProtocols(protocols);
        tls.setSSLParameters(asked);
        tls.setSoTimeout(20_000);
        tls.startHandshake();
        return tls;
    }

    /** Those settings with a relay beside the Access Edge; {@code keys} are what its block {@code av} says. */
    static String withRelay(String settings, String keys) {
        return settings.replace("spec:\n  access:", "spec:\n  roles: [access, av]\n  av: {" + keys + "}\n  access:");
    }

    /**
     * Writes settings in which the node is a relay as well.
     *
     * @param keys of its block {@code av} besides addresses, host and port, each with a comma before it
     * @return its port for UDP at {@link #RELAY}
     */
    int becomesRelay(String keys) throws IOException {
        int port;
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(RELAY, 0))) {
            port = probe.getLocalPort();
        }
        String relay = RELAY.getHostAddress();
        write(withRelay(text(), "addresses: [" + relay + "], host: " + relay + ", udpPort: " + port + keys));
        return port;
    }

    /** Has the inside look at its directory and take what is there; the reason why not, if it does not. */
    Optional<String> reload() {
        try {
            ask(AdminClient.request("settings-reload"));
            return Optional.empty();
        } catch (AppFailure refused) {
            return Optional.ofNullable(refused.getMessage());
        }
    }

    /** Changes the settings as the node is to take them, and waits until it has. */
    void push(String text) throws IOException {
        write(text);
        assertThat(reload()).isEmpty();
        await(JoinedPair::isUpToDate);
    }

    /** A client outside; {@code sip:NAME@acorn.example}. */
    SipUserAgent outside(String name, String password) throws IOException {
        SipUserAgent client = SipUserAgent.connect(
                clients,
                SipUserAgentSettings.tls(
                        "127.0.0.1",
                        outsidePort,
                        new TlsContexts(TlsProvider.best()).client(List.of(authority.certificate())),
                        "sip:" + name + "@acorn.example",
                        name,
                        password));
        open.push(client);
        return client;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            stopLast();
        }
        clients.close();
        loops.close();
    }
}
