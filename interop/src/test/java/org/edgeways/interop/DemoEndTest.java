package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.app.admin.AdminClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a demo ends, what it keeps, and what it shows to whoever connects. */
@Tag("interop")
class DemoEndTest {
    private static final int DNS_NAME = 2;
    private static final int ADDRESS = 7;

    private final DemoRuns runs = new DemoRuns();

    @AfterEach
    void removeData() {
        runs.close();
    }

    private static void signal(RunningProgram demo, String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(demo.processId()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalStopsItCleanly(String signal) throws Exception {
        int base = LoopbackPorts.consecutive(DemoRuns.PORTS);
        try (RunningProgram demo = runs.start("signal-" + signal, base)) {
            runs.awaitDescription(demo);
            assertThat(runs.data().resolve("pool/admin.sock")).exists();
            signal(demo, signal);
            assertThat(demo.awaitExit(DemoRuns.LIMIT))
                    .as(demo.transcript().text())
                    .isZero();
            assertThat(demo.transcript().text())
                    .contains("The demo is stopping.", "The demo has stopped.")
                    .doesNotContain("Exception")
                    .doesNotContain("ERROR");
        }
        runs.assertNothingIsLeft(base);
    }

    @Test
    void aCheckThatIsInterruptedIsNoSuccessAndLeavesNothing() throws Exception {
        int base = LoopbackPorts.consecutive(DemoRuns.PORTS);
        try (RunningProgram demo = runs.start("check-interrupted", base, "--check")) {
            demo.transcript().await("the first scenario's line", Pattern.compile("(?m)^ok "), DemoRuns.LIMIT);
            signal(demo, "INT");
            assertThat(demo.awaitExit(DemoRuns.LIMIT)).isEqualTo(1);
        }
        runs.assertNothingIsLeft(base);
    }

    /** Alice's device password is revoked while the check runs: what she is to do after that cannot work. */
    @Test
    void aScenarioThatFailsIsNamedAndMakesTheCheckFail() throws Exception {
        int base = LoopbackPorts.consecutive(DemoRuns.PORTS);
        try (RunningProgram demo = runs.start("check-fails", base, "--check")) {
            runs.awaitDescription(demo);
            // in this process: the check would be over before another has started
            AdminClient.of(runs.data())
                    .ask(AdminClient.request("device-revoke")
                            .put("name", "alice")
                            .put("device", "demo"));
            assertThat(demo.awaitExit(DemoRuns.LIMIT)).isEqualTo(1);
            String said = demo.transcript().text();
            assertThat(said)
                    .containsPattern(
                            "(?m)^FAILED +[0-9.]+ s  .*\n +signing in sip:alice@acorn.example: the answer is 401")
                    .containsPattern("(?m)^[0-9]+ ok, [1-9][0-9]* failed$")
                    .contains("The log is in " + runs.data());
            assertThat(said.lines().filter(line -> line.startsWith("ok ")).toList())
                    .as("those after a failed one are played too")
                    .anyMatch(line -> line.contains("a request before sign-in is refused"));
        }
        runs.assertNothingIsLeft(base);
        try (RunningProgram again = runs.start("check-mended", base, "--check")) {
            assertThat(again.awaitExit(DemoRuns.LIMIT))
                    .as(again.transcript().text())
                    .isZero();
        }
    }

    @Test
    void theEdgeShowsACertificateWithAllItsNames() throws Exception {
        int base = LoopbackPorts.consecutive(DemoRuns.PORTS);
        try (RunningProgram demo = runs.start("certificate", base)) {
            JsonNode json = runs.awaitDescription(demo);
            Path authority = Path.of(json.path("caFile").asText());
            for (String name : List.of("localhost", "127.0.0.1", "edge.acorn.example")) {
                X509Certificate shown = handshake(authority, base, name);
                List<String> names = new ArrayList<>();
                for (List<?> alternative : shown.getSubjectAlternativeNames()) {
                    int kind = (Integer) alternative.get(0);
                    assertThat(kind).isIn(DNS_NAME, ADDRESS);
                    names.add((String) alternative.get(1));
                }
                assertThat(names).contains("localhost", "127.0.0.1", "edge.acorn.example");
            }
            DemoRuns.stop(demo);
        }
    }

    /** A handshake of a client that trusts the demo's authority only and meant to reach {@code name}. */
    private static X509Certificate handshake(Path authority, int port, String name) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream file = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(null, trust.getTrustManagers(), null);
        try (Socket plain = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
                SSLSocket socket = (SSLSocket) ssl.getSocketFactory().createSocket(plain, name, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout((int) DemoRuns.LIMIT.toMillis());
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void noPasswordStandsInTheArgumentsOfAnyProcess() throws IOException {
        try (RunningProgram demo = runs.start("arguments", LoopbackPorts.consecutive(DemoRuns.PORTS))) {
            runs.awaitDescription(demo);
            List<String> passwords = runs.passwords();
            List<String> seen = new ArrayList<>();
            try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
                processes.map(DemoEndTest::argumentsAndEnvironment).forEach(seen::add);
            }
            assertThat(seen).anyMatch(text -> text.contains(runs.data().toString()));
            for (String text : seen) {
                assertThat(passwords).noneMatch(text::contains);
            }
            DemoRuns.stop(demo);
        }
    }

    private static String argumentsAndEnvironment(ProcessHandle process) {
        StringBuilder text = new StringBuilder();
        for (String file : List.of("cmdline", "environ")) {
            try {
                text.append(Files.readString(
                        Path.of("/proc", Long.toString(process.pid()), file), StandardCharsets.ISO_8859_1));
            } catch (IOException goneOrSomebodyElses) {
                text.append('\n');
            }
        }
        return text.toString();
    }

    @Test
    void whatAnEarlierRunLeftIsKeptAndForgottenWhenItStartsAfresh() throws IOException {
        byte[] authority = runWithErin("keep", "add");
        assertThat(runWithErin("kept", "list")).isEqualTo(authority);
        assertThat(runWithErin("forgotten", "add", "--fresh")).isNotEqualTo(authority);
    }

    /** One run in which {@code edgeways user add erin} works, or the person is there from an earlier one. */
    private byte[] runWithErin(String name, String command, String... options) throws IOException {
        try (RunningProgram demo = runs.start(name, LoopbackPorts.consecutive(DemoRuns.PORTS), options)) {
            byte[] authority = Files.readAllBytes(
                    Path.of(runs.awaitDescription(demo).path("caFile").asText()));
            List<String> arguments = command.equals("add")
                    ? List.of("user", "add", "erin")
                    : List.of("user", "set", "erin", "--remote-access=false");
            Edgeways.administer(runs.data(), arguments);
            DemoRuns.stop(demo);
            return authority;
        }
    }

    /** The node joins once; on other ports it joins anew, since it would listen on those of before. */
    @Test
    void itStartsFromItsSettingsAndItsNodeFromWhatItKeeps() throws IOException {
        int base = LoopbackPorts.consecutive(DemoRuns.PORTS);
        runAsNode("joins", base);
        Path limits = runs.data().resolve("settings/limits.yaml");
        Path demo = runs.data().resolve("settings/demo.yaml");
        Files.writeString(limits, Files.readString(limits).replace("failedCredentials: 50", "failedCredentials: 49"));
        Files.writeString(demo, Files.readString(demo) + "# mine\n");

        long began = System.nanoTime();
        assertThat(runAsNode("kept", base)).as("certificates of the node").isEqualTo(1);
        System.out.println("a kept demo and its end took " + (System.nanoTime() - began) / 1_000_000 + " ms");
        assertThat(limits).content().contains("failedCredentials: 49");
        assertThat(demo).content().contains("# mine");

        int other = LoopbackPorts.consecutive(DemoRuns.PORTS);
        assertThat(runAsNode("moved", other)).as("certificates of the node").isEqualTo(2);
        assertThat(limits).content().contains("failedCredentials: 49");
        assertThat(demo).content().doesNotContain("# mine").contains("port: " + (other + 2));
    }

    /** One run, in which the node is connected; gives how many certificates the inside has issued to it so far. */
    private long runAsNode(String name, int base) throws IOException {
        try (RunningProgram demo = runs.start("node-" + name, base)) {
            runs.awaitDescription(demo);
            AdminClient administration = AdminClient.of(runs.data());
            JsonNode node = administration
                    .ask(AdminClient.request("status"))
                    .path("nodes")
                    .path(0);
            assertThat(node.path("connected").asBoolean()).isTrue();
            long issued = 0;
            for (JsonNode event :
                    administration.ask(AdminClient.request("audit-list")).path("events")) {
                if (event.path("event").asText().equals("certificate-issued")
                        && event.path("name").asText().equals("edge1")) {
                    issued++;
                }
            }
            DemoRuns.stop(demo);
            return issued;
        }
    }

    @Test
    void aDirectoryThatIsNoDemosIsNotEmptied() throws IOException {
        Files.createDirectory(runs.data());
        Path precious = Files.writeString(runs.data().resolve("thesis.txt"), "ten years of work");
        try (RunningProgram demo =
                runs.start("not-ours", LoopbackPorts.consecutive(DemoRuns.PORTS), "--fresh", "--check")) {
            assertThat(demo.awaitExit(DemoRuns.LIMIT)).isEqualTo(1);
            assertThat(demo.transcript().text()).contains("holds something else than a demo's data", "--data DIR");
        }
        assertThat(precious).hasContent("ten years of work");
        assertThat(runs.data()).isDirectoryNotContaining("glob:**edgeways-demo.lock");
    }
}
