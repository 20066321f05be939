package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.edgeways.app.Edgeways;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An inside with a directory of settings and an edge node that joins it, as the commands start them. */
class PerimeterTest {

    private static final SecureRandom RANDOM = new SecureRandom();
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

    @TempDir
    Path directory;

    private final EventLoops loops = new EventLoops(2);
    private final ProcessClock clock = new ProcessClock();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        loops.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path made(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    private JsonNode node(Path data) {
        return AdminClient.of(data)
                .ask(AdminClient.request("status"))
                .path("nodes")
                .path(0);
    }

    private void await(Path data, Predicate<JsonNode> is) {
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (!is.test(node(data))) {
            assertThat(Instant.now()).as("%s", node(data)).isBefore(end);
            LockSupport.parkNanos(50_000_000);
        }
    }

    @Test
    void aNodeJoinsByItsBundleRunsItsSettingsAndIsRemoved() throws Exception {
        Path data = made("pool");
        Path settings = made("settings");
        Files.writeString(settings.resolve("acorn.yaml"), SETTINGS.formatted(freePort(), freePort(), freePort()));
        Pem.writeIdentity(
                data.resolve("inside.crt"),
                data.resolve("inside.key"),
                CertificateAuthority.create("inside", Instant.now(), RANDOM)
                        .issue(CertificateRequest.of("pool.inside.acorn.example"), Instant.now()));
        open.push(InsideProcess.start(settings, data, Optional.empty(), loops, clock, RANDOM));
        Path bundle = directory.resolve("edge1.bundle");
        Files.writeString(
                bundle,
                AdminClient.of(data)
                        .ask(AdminClient.request("node-enroll").put("name", "edge1"))
                        .path("bundle")
                        .asText());

        Path edge = made("edge");
        NodeJoining.join(bundle, edge, clock, RANDOM, new MicrometerCounters(), text -> {});
        open.push(EdgeProcess.start(edge, loops, clock, RANDOM));

        await(
                data,
                node -> node.path("upToDate").asBoolean()
                        && node.path("link").path("open").asInt() == 4);
        assertThat(node(data).path("certificateEnd").asText()).isNotEmpty();
        StringWriter listed = new StringWriter();
        PrintWriter out = new PrintWriter(listed, true);
        assertThat(Edgeways.run(List.of("certificate", "list", "--data", data.toString()), out, out))
                .isZero();
        assertThat(listed.toString()).containsPattern("node +edge1").containsPattern("service +pool");

        Files.writeString(
                settings.resolve("acorn.yaml"),
                Files.readString(settings.resolve("acorn.yaml")).replace("host: sip.acorn", "host: new.acorn"));
        await(
                data,
                node -> node.path("meant").asLong() == 2
                        && node.path("upToDate").asBoolean());
        assertThat(node(data).path("report").path("restartNeeded").path(0).asText())
                .isEqualTo("access.host");

        // good settings, with which this version could not start: what the node keeps is what it can run
        Files.writeString(
                settings.resolve("acorn.yaml"),
                Files.readString(settings.resolve("acorn.yaml"))
                                .replace("[acorn.example]", "[acorn.example, oak.example]")
                        + "---\nkind: Route\nname: oak\nspec: {domains: [oak.example], address: 'sip:oak.example;transport=tls'}\n");
        await(
                data,
                node -> node.path("meant").asLong() == 3 && node.path("report").has("rejected"));
        assertThat(node(data).path("report").path("rejected").path("code").asText())
                .isEqualTo("node-snapshot-not-applied");
        assertThat(node(data).path("report").path("revision").asLong()).isEqualTo(2);

        AdminClient.of(data).ask(AdminClient.request("node-remove").put("name", "edge1"));
        assertThat(node(data).path("joined").isNull()).isTrue();
        await(data, node -> node.path("link").isMissingNode());
        open.pop().close();
        assertThat(whyNotJoined(bundle)).contains("used before");
    }

    /** The system frees the port of a closed listener with the next look of its event loop: until then it is in use. */
    private String whyNotJoined(Path bundle) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Path data = made("second");
        while (true) {
            try {
                NodeJoining.join(bundle, data, clock, RANDOM, new MicrometerCounters(), text -> {});
                throw new AssertionError("a used bundle was taken");
            } catch (AppFailure refused) {
                if (!refused.getMessage().contains("in use") || System.nanoTime() > end) {
                    return refused.getMessage();
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    @Test
    void aBadSetOfSettingsEndsTheStartWithItsLine() throws Exception {
        Path settings = made("settings");
        Files.writeString(
                settings.resolve("acorn.yaml"), SETTINGS.formatted(1, 2, 3).replace("sipDomains", "sipDomans"));

        assertThatThrownBy(() -> InsideProcess.start(settings, made("pool"), Optional.empty(), loops, clock, RANDOM))
                .isInstanceOf(AppFailure.class)
                .hasMessageContaining("acorn.yaml:4");
    }
}
