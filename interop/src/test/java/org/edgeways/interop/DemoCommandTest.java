package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code edgeways demo} as scripts and people see it: its check, its files, its ports, its end. */
@Tag("interop")
class DemoCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int PORTS = 4;

    private final WorkDirectory directory = WorkDirectory.create();
    private final Path data = directory.path().resolve("data");
    private final Path description = data.resolve("demo.json");

    @AfterEach
    void removeData() {
        directory.close();
    }

    private RunningProgram demo(String name, int portBase, String... options) {
        List<String> command =
                Edgeways.command("demo", "--data", data.toString(), "--port-base", Integer.toString(portBase));
        command.addAll(List.of(options));
        return RunningProgram.start("demo-command-" + name, directory.path(), Map.of(), command);
    }

    private JsonNode awaitDescription(RunningProgram demo) throws IOException {
        Polling.until("the demo is ready", LIMIT, () -> Files.exists(description) || !demo.isAlive());
        assertThat(demo.isAlive()).as(demo.transcript().text()).isTrue();
        return JsonMapper.builder().build().readTree(description.toFile());
    }

    private static String stop(RunningProgram demo) {
        demo.terminate();
        assertThat(demo.awaitExit(LIMIT)).as(demo.transcript().text()).isZero();
        return demo.transcript().text();
    }

    @Test
    void theCheckPassesAndStopsEverything() throws IOException {
        int base = LoopbackPorts.consecutive(PORTS);
        try (RunningProgram demo = demo("check", base, "--check")) {
            assertThat(demo.awaitExit(LIMIT)).as(demo.transcript().text()).isZero();
            assertThat(demo.transcript().text()).contains(" ok, 0 failed");
        }
        assertNobodyListens(base);
        assertThat(description).doesNotExist();
    }

    @Test
    void aTakenPortEndsItWithAWordAboutThePort() throws IOException {
        int base = LoopbackPorts.consecutive(PORTS);
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), base));
            try (RunningProgram demo = demo("taken", base, "--check")) {
                assertThat(demo.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(demo.transcript().text())
                        .contains(Integer.toString(base))
                        .contains("--port-base");
            }
        }
    }

    @Test
    void itsDescriptionTellsScriptsWhereToConnectAndAsWhom() throws IOException {
        int base = LoopbackPorts.consecutive(PORTS);
        try (RunningProgram demo = demo("description", base)) {
            JsonNode json = awaitDescription(demo);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(description)))
                    .isEqualTo("rw-------");
            assertThat(json.path("organisation").asText()).isEqualTo("acorn.example");
            assertThat(Path.of(json.path("caFile").asText())).isRegularFile();
            assertThat(json.path("edge").path("host").asText()).isEqualTo("localhost");
            assertThat(json.path("edge").path("sipTlsPort").asInt()).isEqualTo(base);
            assertThat(json.path("edge").path("webSocketUrl").asText())
                    .isEqualTo("wss://localhost:" + (base + 1) + "/sip");
            assertThat(json.path("inside").path("host").asText()).isEqualTo("localhost");
            assertThat(json.path("inside").path("sipTlsPort").asInt()).isEqualTo(base + 3);
            List<String> people = new ArrayList<>();
            for (JsonNode person : json.path("people")) {
                assertThat(person.path("username").asText())
                        .isEqualTo(person.path("name").asText());
                assertThat(person.path("password").asText()).hasSizeGreaterThan(10);
                people.add(person.path("uri").asText()
                        + (person.path("remoteAccess").asBoolean() ? "" : " inside"));
            }
            assertThat(people)
                    .containsExactly(
                            "sip:alice@acorn.example",
                            "sip:bob@acorn.example",
                            "sip:carol@acorn.example",
                            "sip:dave@acorn.example inside");
            String said = stop(demo);
            assertThat(said).contains("sip:localhost:" + base + ";transport=tls");
        }
        assertNobodyListens(base);
        assertThat(description).doesNotExist();
    }

    @Test
    void passwordsAreKeptBetweenRunsUnlessItStartsAfresh() throws IOException {
        String first = passwordsOfARun("first");
        assertThat(passwordsOfARun("second")).isEqualTo(first);
        assertThat(passwordsOfARun("fresh", "--fresh")).isNotEqualTo(first);
    }

    private String passwordsOfARun(String name, String... options) throws IOException {
        try (RunningProgram demo = demo(name, LoopbackPorts.consecutive(PORTS), options)) {
            List<String> passwords = new ArrayList<>();
            awaitDescription(demo)
                    .path("people")
                    .forEach(person -> passwords.add(person.path("password").asText()));
            stop(demo);
            return String.join(" ", passwords);
        }
    }

    @Test
    void noPasswordStandsInItsLog() throws IOException {
        try (RunningProgram demo = demo("log", LoopbackPorts.consecutive(PORTS), "--check")) {
            assertThat(demo.awaitExit(LIMIT)).isZero();
        }
        String log = Files.readString(data.resolve("edgeways.log"));
        JsonNode passwords = JsonMapper.builder()
                .build()
                .readTree(data.resolve("passwords.json").toFile());
        assertThat(passwords.size()).isEqualTo(4);
        passwords.forEach(password -> assertThat(log).doesNotContain(password.asText()));
    }

    @Test
    void aSecondDemoInTheSameDirectoryIsTurnedAway() throws IOException {
        try (RunningProgram first = demo("running", LoopbackPorts.consecutive(PORTS))) {
            awaitDescription(first);
            try (RunningProgram second = demo("turned-away", LoopbackPorts.consecutive(PORTS))) {
                assertThat(second.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(second.transcript().text()).contains(data.toString());
            }
            stop(first);
        }
    }

    private static void assertNobodyListens(int base) throws IOException {
        for (int port = base; port < base + PORTS; port++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
        }
    }
}
