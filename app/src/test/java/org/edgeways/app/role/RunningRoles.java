package org.edgeways.app.role;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.config.PoolConfig;
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

/** A pool and an edge in this process, each started from a configuration file as an administrator would write it. */
public final class RunningRoles implements AutoCloseable {

    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final String EDGE_HOST = "edge1.perimeter.acorn.example";

    private final ObjectMapper json = new ObjectMapper();
    private final SecureRandom random = new SecureRandom();
    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), random);
    private CertificateAuthority linkAuthority = authority;
    private final EventLoops loops = new EventLoops(2);
    private final ProcessClock clock = new ProcessClock();
    private final TransportContext clients = new TransportContext(loops, clock, new InMemoryCounters(), random);
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Path directory;
    private Path edgeData;
    private final int insidePort = freePort();
    private final int outsidePort = freePort();
    private final int linkPort = freePort();

    /** Nothing runs yet. */
    public RunningRoles(Path directory) throws IOException {
        this.directory = directory;
        edgeData = directory.resolve("edge");
        Files.createDirectory(directory.resolve("files"));
        Pem.writeCertificates(file("ca.crt"), List.of(authority.certificate()));
        issue("inside", local());
        issue("outside", local());
        issueForLinks();
    }

    private void issueForLinks() throws IOException {
        renewService();
        issue(linkAuthority, "node", CertificateRequest.node("edge1", EDGE_HOST));
    }

    /** Gives both ends of the links new certificates, of an authority that was not trusted before and is the only one now. */
    public void changeLinkAuthority() throws IOException {
        linkAuthority = CertificateAuthority.create("Acorn's next authority", Instant.now(), random);
        Pem.writeCertificates(file("ca.crt"), List.of(linkAuthority.certificate()));
        issueForLinks();
    }

    private static CertificateRequest local() {
        return CertificateRequest.of("localhost").withAddresses("127.0.0.1");
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path file(String name) {
        return directory.resolve("files").resolve(name);
    }

    private TlsIdentity issue(String name, CertificateRequest request) throws IOException {
        return issue(authority, name, request);
    }

    private TlsIdentity issue(CertificateAuthority issuer, String name, CertificateRequest request) throws IOException {
        TlsIdentity identity = issuer.issue(request, Instant.now());
        Pem.writeIdentity(file(name + ".crt"), file(name + ".key"), identity);
        return identity;
    }

    /** Replaces the certificate that a listener shows inside or outside. */
    public TlsIdentity renew(String name) throws IOException {
        return issue(name, local());
    }

    /** Replaces the certificate that the pool shows to edge nodes; with its key in one file, so that both are new at once. */
    public TlsIdentity renewService() throws IOException {
        TlsIdentity identity =
                issue(linkAuthority, "service", CertificateRequest.service("pool", "pool.acorn.example"));
        Path beside = file("service.pem.new");
        Files.writeString(beside, Files.readString(file("service.crt")) + Files.readString(file("service.key")));
        Files.move(beside, file("service.pem"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return identity;
    }

    /** The pool's data directory. */
    public Path poolData() {
        return directory.resolve("pool");
    }

    /** The edge's data directory. */
    public Path edgeData() {
        return edgeData;
    }

    /** Starts the pool, which dials the edge of {@link #startEdge} until there is one. */
    public PoolProcess startPool() throws IOException {
        ObjectNode config = json.createObjectNode().put("data", poolData().toString());
        config.put("certificateCheck", "100ms").putArray("sipDomains").add("acorn.example");
        ObjectNode inside = config.putObject("inside").put("host", "127.0.0.1").put("sipTlsPort", insidePort);
        inside.putArray("addresses").add("127.0.0.1");
        inside.put("certificate", "inside.crt").put("key", "inside.key");
        ObjectNode link =
                config.putObject("link").put("certificate", "service.pem").put("key", "service.pem");
        link.put("authority", "ca.crt")
                .putArray("edges")
                .addObject()
                .put("host", EDGE_HOST)
                .put("address", "127.0.0.1")
                .put("port", linkPort);
        PoolProcess pool = PoolProcess.start(PoolConfig.read(write("pool.json", config)), loops, clock, random);
        open.push(pool);
        return pool;
    }

    /** Has the edge keep its data elsewhere. */
    public void keepEdgeDataIn(Path elsewhere) {
        edgeData = elsewhere;
    }

    /**
     * Starts the edge.
     *
     * @param limits what {@code outside.limits} holds
     */
    public EdgeProcess startEdge(ObjectNode limits) throws IOException {
        ObjectNode config = json.createObjectNode()
                .put("node", "edge1")
                .put("data", edgeData().toString());
        config.put("certificateCheck", "100ms").putArray("sipDomains").add("acorn.example");
        ObjectNode outside =
                config.putObject("outside").put("host", "localhost").put("sipTlsPort", outsidePort);
        outside.putArray("addresses").add("127.0.0.1");
        outside.put("certificate", "outside.crt").put("key", "outside.key").set("limits", limits);
        ObjectNode link = config.putObject("link").put("host", EDGE_HOST).put("port", linkPort);
        link.putArray("addresses").add("127.0.0.1");
        link.put("certificate", "node.crt").put("key", "node.key").put("authority", "ca.crt");
        EdgeProcess edge = EdgeProcess.start(EdgeConfig.read(write("edge.json", config)), loops, clock, random);
        open.push(edge);
        return edge;
    }

    private Path write(String name, ObjectNode config) throws IOException {
        return Files.writeString(file(name), json.writeValueAsString(config));
    }

    /** A client inside. */
    public SipUserAgent inside(String person, String password) throws IOException {
        return client(insidePort, person, password);
    }

    /** A client outside. */
    public SipUserAgent outside(String person, String password) throws IOException {
        return client(outsidePort, person, password);
    }

    private SipUserAgent client(int port, String person, String password) throws IOException {
        SipUserAgent client = SipUserAgent.connect(
                clients,
                SipUserAgentSettings.tls(
                        "localhost",
                        port,
                        new TlsContexts(TlsProvider.best()).client(List.of(authority.certificate())),
                        "sip:" + person + "@acorn.example",
                        person,
                        password));
        open.push(client);
        return client;
    }

    /** The certificate that a new handshake inside or outside is shown. */
    public X509Certificate shown(boolean inside) throws Exception {
        try (SSLSocket tls = handshake(inside)) {
            return (X509Certificate) tls.getSession().getPeerCertificates()[0];
        }
    }

    /** The first line that the edge answers to the request on a new connection. */
    public String answerOutside(String request) throws Exception {
        try (SSLSocket tls = handshake(false)) {
            tls.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            tls.getOutputStream().flush();
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(tls.getInputStream(), StandardCharsets.UTF_8)).readLine());
        }
    }

    private SSLSocket handshake(boolean inside) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(null, trust.getTrustManagers(), null);
        SSLSocket tls = (SSLSocket) ssl.getSocketFactory().createSocket("127.0.0.1", inside ? insidePort : outsidePort);
        tls.setSoTimeout(20_000);
        tls.startHandshake();
        return tls;
    }

    /** Waits until the condition holds. */
    public static void awaitTrue(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a part does not stop", e);
            }
        }
        clients.close();
        loops.close();
    }
}
