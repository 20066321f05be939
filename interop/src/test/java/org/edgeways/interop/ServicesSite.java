package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.role.EdgeProcess;
import org.edgeways.app.role.NodeJoining;
import org.edgeways.link.LinkAcceptor;
import org.edgeways.link.LinkRequest;
import org.edgeways.link.engine.TrafficClass;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.siptransport.SipUserAgent;

/**
 * An inside of three services, and an edge node that has joined it by its bundle, each on its own host of {@link Networks}:
 * pool and connector are processes that were started with one directory of settings, the node runs in this process, with its
 * sockets on the edge's host, so that a test can ask for services on it. The pool reaches {@code files}, nginx over TCP, and
 * {@code echo}, a WebSocket server, both on the loopback of its own host; the connector, at a desk, reaches {@code sheets},
 * nginx over a Unix socket.
 */
final class ServicesSite implements AutoCloseable {

    /** Another than {@code pool}: nodes know the inside by its name in the settings. */
    static final String POOL = "main";

    static final String CONNECTOR = "web";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final SecureRandom random = new SecureRandom();
    private final Networks networks;
    private final Path directory;
    private final Nginx nginx;
    private final WebSocketEcho echo;
    private final RunningProgram pool;
    private RunningProgram connector;
    private final EdgeProcess edge;

    ServicesSite(String name) throws Exception {
        boolean made = false;
        try {
            WorkDirectory work = WorkDirectory.create();
            open.push(work);
            directory = work.path();
            networks = Networks.create();
            open.push(networks);
            networks.passUnread();
            InnerFirewall.isClosed(networks);
            nginx = Nginx.start(networks.pool(), name + "-nginx");
            open.push(nginx);
            echo = WebSocketEcho.start(networks.pool(), name + "-echo");
            open.push(echo);
            for (String part : List.of("settings", "pool", "edge", "connector")) {
                Files.createDirectory(directory.resolve(part));
            }
            Files.writeString(directory.resolve("settings").resolve("acorn.yaml"), settings());
            CertificateAuthority authority = EdgeServer.newAuthority();
            Pem.writeCertificates(caFile(), List.of(authority.certificate()));
            issue(authority, "pool", "inside", Networks.POOL_NAME);
            issue(authority, "edge", "outside", Networks.EDGE_NAME);
            pool = program(networks.pool(), name + "-pool", "The pool is ready", "pool", "--data", "pool");
            enrolConnector();
            startConnector(name + "-connector");
            Path bundle = bundle();
            edge = networks.edge().here(() -> join(bundle));
            for (String inside : List.of(POOL, CONNECTOR)) {
                Polling.until(
                        inside + " is linked",
                        STEP,
                        () -> link().states().stream()
                                .anyMatch(state -> state.inside().equals(inside) && state.connections() == 4));
            }
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    private String settings() {
        return """
            kind: Organisation
            name: acorn
            spec:
              sipDomains: [acorn.example]
            ---
            kind: Pool
            name: main
            spec:
              inside:
                host: pool.inside.acorn.example
                addresses: [%s]
                sipTlsPort: 9061
                certificate: inside
            ---
            kind: Certificate
            name: inside
            spec: {certificate: inside.crt, key: inside.key}
            ---
            kind: Certificate
            name: outside
            spec: {certificate: outside.crt, key: outside.key}
            ---
            kind: EdgeNode
            name: edge1
            spec:
              access:
                host: %s
                addresses: [%s]
                sipTlsPort: %d
                certificates: [outside]
              insideLeg:
                host: %s
                addresses: [%s]
                port: 9062
            ---
            kind: Connector
            name: web
            spec: {certificateCheck: 200ms}
            ---
            kind: Service
            name: files
            spec: {host: 127.0.0.1, port: %d}
            ---
            kind: Service
            name: echo
            spec: {host: 127.0.0.1, port: %d}
            ---
            kind: Service
            name: sheets
            spec: {socket: %s, connector: web}
            """.formatted(
                        networks.pool().address(),
                        Networks.EDGE_NAME,
                        Networks.EDGE_OUTSIDE,
                        Networks.SIP_TLS_PORT,
                        Networks.EDGE_INSIDE_NAME,
                        Networks.EDGE_INSIDE,
                        nginx.port(),
                        echo.port(),
                        nginx.socket());
    }

    private void issue(CertificateAuthority authority, String part, String name, String host) throws IOException {
        Path where = directory.resolve(part);
        Pem.writeIdentity(
                where.resolve(name + ".crt"),
                where.resolve(name + ".key"),
                authority.issue(CertificateRequest.of(host), Instant.now()));
    }

    private RunningProgram program(Place place, String log, String ready, String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command, "--settings", "settings"));
        words.addAll(List.of(more));
        RunningProgram program =
                RunningProgram.start(place, log, directory, Map.of(), Edgeways.command(words.toArray(String[]::new)));
        open.push(program);
        program.transcript().await(ready, Pattern.compile(ready), STEP);
        return program;
    }

    /** Writes a file of settings, or takes it away if there is nothing in it. */
    void settings(String file, String text) throws IOException {
        Path written = directory.resolve("settings").resolve(file);
        if (text.isEmpty()) {
            Files.delete(written);
        } else {
            Files.writeString(written, text);
        }
    }

    /** By the command itself. */
    void enrolConnector() {
        StringWriter said = new StringWriter();
        int code = org.edgeways.app.Edgeways.run(
                List.of(
                        "connector",
                        "enroll",
                        CONNECTOR,
                        "--data",
                        poolData().toString(),
                        "--out",
                        directory.resolve("connector").resolve("connector.pem").toString()),
                new PrintWriter(said),
                new PrintWriter(said));
        if (code != 0) {
            throw new AssertionError(said.toString());
        }
    }

    void startConnector(String log) {
        connector = program(networks.desk(), log, "The connector is ready", "connector", "--data", "connector");
    }

    private Path bundle() throws IOException {
        return Files.writeString(
                directory.resolve("edge1.bundle"),
                AdminClient.of(poolData())
                        .ask(AdminClient.request("node-enroll").put("name", "edge1"))
                        .path("bundle")
                        .asText());
    }

    private EdgeProcess join(Path bundle) {
        EventLoops loops = new EventLoops(2);
        ProcessClock clock = new ProcessClock();
        NodeJoining.join(bundle, edgeData(), clock, random, new MicrometerCounters(), text -> {});
        EdgeProcess started;
        try {
            started = EdgeProcess.start(edgeData(), loops, clock, random);
        } catch (RuntimeException | Error e) {
            loops.close();
            throw e;
        }
        open.push(() -> {
            started.close();
            loops.close();
        });
        return started;
    }

    /** Adds somebody who may sign in from outside, who does. */
    SipUserAgent signIn(Phones phones, String name) throws IOException {
        AdminClient administrator = AdminClient.of(poolData());
        administrator.ask(AdminClient.request("user-add").put("name", name).put("remoteAccess", true));
        String password = administrator
                .ask(AdminClient.request("device-add").put("name", name).put("device", "phone"))
                .path("password")
                .asText();
        Account account = new Account(
                "sip:" + name + "@acorn.example",
                name,
                password,
                Networks.EDGE_NAME,
                Networks.SIP_TLS_PORT,
                "",
                caFile());
        return phones.signIn(account);
    }

    Networks networks() {
        return networks;
    }

    LinkAcceptor link() {
        return edge.link().orElseThrow();
    }

    /** Asks for a service, on a connection for interactive traffic. */
    ServiceExchange ask(LinkRequest request) {
        return ask(request, TrafficClass.INTERACTIVE, ServiceExchange.reading());
    }

    ServiceExchange ask(LinkRequest request, TrafficClass type, ServiceExchange exchange) {
        link().open(request, type, exchange);
        return exchange;
    }

    Nginx nginx() {
        return nginx;
    }

    WebSocketEcho echo() {
        return echo;
    }

    RunningProgram pool() {
        return pool;
    }

    RunningProgram connector() {
        return connector;
    }

    Path caFile() {
        return directory.resolve("ca.crt");
    }

    Path poolData() {
        return directory.resolve("pool");
    }

    Path connectorData() {
        return directory.resolve("connector");
    }

    Path edgeData() {
        return directory.resolve("edge");
    }

    /** What a process has logged. */
    static String log(Path data) {
        try {
            return Files.readString(data.resolve("edgeways.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Does it in a thread of its own. */
    static CompletableFuture<Void> beside(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        return done;
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
    }
}
