package org.edgeways.app.role;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.Secret;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsIdentity;
import org.edgeways.node.Member;
import org.edgeways.node.NodeFiles;
import org.edgeways.policy.PersonRights;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.snapshot.SnapshotReader;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/** A real inside with three nodes in its settings, which tests play, and people. */
final class HostilePerimeter implements AutoCloseable {

    static final SecureRandom RANDOM = new SecureRandom();
    static final List<String> PEOPLE = List.of("alice", "bob", "carol", "dave");

    private static final List<String> NODES = List.of("edge1", "edge2", "edge3");

    /** An origin that tells its name, and how often it was asked. */
    static final class NamedOrigin implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger broken = new AtomicInteger();

        NamedOrigin(String name) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try (Socket peer = server.accept()) {
                        asked.incrementAndGet();
                        BufferedReader reader = new BufferedReader(
                                new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8));
                        String line = reader.readLine();
                        while (line != null && !line.isEmpty()) {
                            line = reader.readLine();
                        }
                        String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name;
                        peer.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        broken.incrementAndGet();
                    }
                }
            });
        }

        int port() {
            return server.getLocalPort();
        }

        int asked() {
            return asked.get();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** What the settings do not name. */
    final NamedOrigin hidden = new NamedOrigin("hidden");

    /** What they name for edge2 alone. */
    final NamedOrigin forEdge2 = new NamedOrigin("for edge2");

    private final NamedOrigin intranet = new NamedOrigin("intranet");
    private final EventLoops loops = new EventLoops(2);
    private final ProcessClock clock = new ProcessClock();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Map<String, Integer> legs = new HashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Path directory;
    private final Path data;

    HostilePerimeter(Path directory) throws Exception {
        this.directory = directory;
        this.data = Files.createDirectory(directory.resolve("pool"));
        Path settings = Files.createDirectory(directory.resolve("settings"));
        StringBuilder text = new StringBuilder("""
                kind: Organisation
                name: acorn
                spec: {sipDomains: [acorn.example]}
                ---
                kind: Pool
                name: pool
                spec:
                  inside: {host: pool.inside.acorn.example, addresses: [127.0.0.1], sipTlsPort: %d, certificate: inside}
                ---
                kind: Certificate
                name: inside
                spec: {certificate: inside.crt, key: inside.key}
                ---
                kind: Service
                name: intranet
                spec: {host: 127.0.0.1, port: %d}
                ---
                kind: Service
                name: for-edge2
                spec: {host: 127.0.0.1, port: %d, nodes: [edge2]}
                """.formatted(freePort(), intranet.port(), forEdge2.port()));
        for (String node : NODES) {
            legs.put(node, freePort());
            text.append("""
                    ---
                    kind: EdgeNode
                    name: %1$s
                    spec:
                      access: {host: %1$s.acorn.example, addresses: [127.0.0.1]}
                      insideLeg:
                        host: %1$s.perimeter.acorn.example
                        addresses: [127.0.0.1]
                        port: %2$d
                        dialAddress: 127.0.0.1
                    """.formatted(node, legs.get(node)));
        }
        Files.writeString(settings.resolve("acorn.yaml"), text);
        Pem.writeIdentity(
                data.resolve("inside.crt"),
                data.resolve("inside.key"),
                CertificateAuthority.create("Acorn test authority", Instant.now(), RANDOM)
                        .issue(CertificateRequest.of("pool.inside.acorn.example"), Instant.now()));
        InsideProcess inside = InsideProcess.start(settings, data, Optional.empty(), loops, clock, RANDOM);
        open.push(inside);
        for (String person : PEOPLE) {
            inside.pool()
                    .accounts()
                    .add(new NewPerson(person, null, "", new PersonRights(true)))
                    .get();
            inside.pool()
                    .accounts()
                    .addDevice(person, "phone", new Secret(passwordOf(person)))
                    .get();
        }
    }

    static String passwordOf(String person) {
        return "a-long-password-of-" + person;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- nodes ---

    /** A bundle for that node, as the inside has made it. */
    Bundle enrolled(String node) {
        String text = AdminClient.of(data)
                .ask(AdminClient.request("node-enroll").put("name", node))
                .path("bundle")
                .asText();
        return BundleCodec.decode(text).orThrow();
    }

    /** Joins as an honest node does; its files are left for who takes it over. */
    void join(String node, Bundle bundle) throws IOException {
        Path file = Files.writeString(directory.resolve(node + ".bundle"), BundleCodec.encode(bundle));
        NodeJoining.join(
                file,
                Files.createDirectory(directory.resolve(node)),
                clock,
                RANDOM,
                new MicrometerCounters(),
                say -> {});
    }

    /** What is found on a node's disk. */
    Member member(String node) {
        return new NodeFiles(directory.resolve(node)).member().orThrow();
    }

    /** Waits with a bundle in that node's place. */
    JoinWaiter waiting(Bundle bundle) throws IOException {
        return JoinWaiter.open(bundle, clock, RANDOM, new MicrometerCounters(), (membership, identity) -> {});
    }

    /** Listens where that node is dialled. */
    HostileEdge listening(String node, TlsIdentity shown) throws IOException {
        InetSocketAddress leg = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), legs.get(node));
        return new HostileEdge(shown, member("edge1").authority(), leg, loops);
    }

    /** Joins as that node, and has it taken over; the inside has connected to it. */
    HostileEdge taken(String node) throws Exception {
        join(node, enrolled(node));
        HostileEdge edge = listening(node, member(node).identity());
        open.push(edge);
        RunningRoles.awaitTrue(node + " is dialled", () -> edge.hasSip() && !edge.links.isEmpty());
        return edge;
    }

    /** A control stream on which the node has said who it is. */
    HostileLink.Control controlOf(HostileEdge edge, String node) throws InterruptedException {
        HostileLink.Control control = edge.link().control();
        control.says(new ControlMessage.Hello(node, 0, "test"));
        return control;
    }

    /** The signed settings that the inside pushes next, one byte a character. */
    String envelope(HostileLink.Control control) throws InterruptedException {
        byte[] bytes = ((ControlMessage.SnapshotPush) control.told()).bytes();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The settings that the inside pushes next. */
    EdgeSnapshot given(HostileLink.Control control, String node) throws InterruptedException {
        return new SnapshotReader(node, member(node).snapshotKeys())
                .read(envelope(control).getBytes(StandardCharsets.ISO_8859_1), 0)
                .orThrow();
    }

    JsonNode status(String node) {
        for (JsonNode each :
                AdminClient.of(data).ask(AdminClient.request("status")).path("nodes")) {
            if (each.path("name").asText().equals(node)) {
                return each;
            }
        }
        throw new AssertionError("no such node");
    }

    /** Waits until that is on the record. */
    void awaitEvent(String event, String name) {
        RunningRoles.awaitTrue(event + " " + name, () -> {
            for (JsonNode each :
                    AdminClient.of(data).ask(AdminClient.request("audit-list")).path("events")) {
                if (each.path("event").asText().equals(event)
                        && each.path("name").asText().equals(name)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** Lines of the files that hold the inside's keys and passphrase. */
    List<String> secretsOfTheInside() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(data.resolve("control"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".key") || name.contains("passphrase")) {
                    Files.readAllLines(file).stream()
                            .filter(line -> line.length() > 10 && !line.startsWith("---"))
                            .forEach(lines::add);
                }
            }
        }
        if (lines.size() < 3) {
            throw new AssertionError("the files of the inside's secrets were not found");
        }
        return lines;
    }

    // --- SIP ---

    /**
     * A request as an edge passes it on.
     *
     * @param flow the value of P-Edgeways-Flow; empty for none
     */
    SipMessage request(String node, String method, String person, String to, String flow) {
        String uri = "sip:" + to + "@acorn.example";
        SipMessage request = SipMessage.request(method, uri);
        long number = numbers.incrementAndGet();
        request.set(HeaderName.VIA, "SIP/2.0/TLS " + node + ".node.edgeways.internal;branch=z9hG4bKhostile" + number);
        request.set(HeaderName.MAX_FORWARDS, "70");
        request.set(HeaderName.FROM, "<sip:" + person + "@acorn.example>;tag=t" + number);
        request.set(HeaderName.TO, "<" + uri + ">");
        request.set(HeaderName.CALL_ID, "call-" + number);
        request.set(HeaderName.CSEQ, number + " " + method);
        request.set(HeaderName.CONTACT, "<sip:" + person + "@device.invalid;transport=tls>");
        if (!flow.isEmpty()) {
            request.set(HeaderName.of("P-Edgeways-Flow"), flow);
        }
        return request;
    }

    /** A REGISTER without credentials, whose way back leads over another node perhaps. */
    SipMessage register(String node, String person, String pathNode, String flow) {
        SipMessage request = request(node, "REGISTER", person, person, flow);
        request.setRequestUri("sip:acorn.example");
        request.set(
                HeaderName.CONTACT,
                "<sip:" + person + "@device.invalid;transport=tls>;reg-id=1;+sip.instance=\"<urn:uuid:"
                        + "00000000-0000-4000-8000-" + String.format("%012x", person.hashCode() & 0xFFFFFFFFL) + ">\"");
        request.set(HeaderName.PATH, "<sip:" + pathNode + ".node.edgeways.internal;lr;ob>");
        request.set(HeaderName.SUPPORTED, "path, outbound");
        return request;
    }

    /** The same request once more, with that person's credentials. */
    SipMessage answered(SipMessage challenge, SipMessage plain, String person) {
        DigestClient digest = new DigestClient(person, passwordOf(person));
        digest.challenged(challenge.values(HeaderName.WWW_AUTHENTICATE));
        SipMessage next = plain.copy();
        long number = numbers.incrementAndGet();
        next.set(HeaderName.CSEQ, number + " " + plain.method());
        next.set(HeaderName.VIA, plain.first(HeaderName.VIA) + "a");
        next.set(
                HeaderName.AUTHORIZATION,
                digest.authorization(plain.method(), "sip:acorn.example", RANDOM)
                        .orElseThrow());
        return next;
    }

    /** Signs a person in whose device is connected to that edge. */
    SipMessage signIn(HostileEdge edge, String person, String node, String flow) throws InterruptedException {
        SipMessage plain = register(node, person, node, flow);
        return edge.ask(answered(edge.ask(plain), plain, person));
    }

    @Override
    public void close() {
        open.addAll(List.of(hidden, forEdge2, intranet, loops));
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("a part does not stop", e);
            }
        }
    }
}
