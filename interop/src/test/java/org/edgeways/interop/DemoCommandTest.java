package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code edgeways demo} as scripts and people see it: its check, its files, its ports, its end. */
@Tag("interop")
class DemoCommandTest {
    private static final Duration LIMIT = DemoRuns.LIMIT;
    private static final int PORTS = DemoRuns.PORTS;

    /** Time, level, logger, event. */
    private static final Pattern EVENT = Pattern.compile("\\S+ (INFO |WARN |ERROR) \\S+ event=[a-z]+(-[a-z]+)+( .*)?");

    /** The record of what was decided inside has kinds, not codes. */
    private static final Pattern REFUSAL = Pattern.compile("\\S+ \\S+ +\\S+ event=[a-z-]+-refused .*");

    private final DemoRuns runs = new DemoRuns();

    @AfterEach
    void removeData() {
        runs.close();
    }

    @Test
    void theCheckPassesAndStopsEverything() throws IOException {
        int base = LoopbackPorts.consecutive(PORTS);
        try (RunningProgram demo = runs.start("check", base, "--check")) {
            assertThat(demo.awaitExit(LIMIT)).as(demo.transcript().text()).isZero();
            assertThat(demo.transcript().text())
                    .contains(" ok, 0 failed")
                    .contains("a second edge node joins with a bundle and gets its settings")
                    .contains("a bundle that was used is refused")
                    .contains("a change of the settings reaches the edge")
                    .contains("a bad change is refused with its file and line")
                    .contains("packets are relayed over UDP")
                    .contains("packets are relayed over TLS")
                    .contains("a forbidden peer is refused by the relay");
        }
        runs.assertNothingIsLeft(base);
    }

    @ParameterizedTest
    @CsvSource({"0, clients outside", "1, administration", "2, the edge's inside leg", "3, SIP over TLS from inside"})
    void aTakenPortEndsItWithAWordAboutThePortAndWhatToDo(int offset, String purpose) throws IOException {
        int base = LoopbackPorts.consecutive(PORTS);
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), base + offset));
            try (RunningProgram demo = runs.start("taken-" + offset, base, "--check")) {
                assertThat(demo.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(demo.transcript().text())
                        .contains("port " + (base + offset) + " (" + purpose + ") cannot be had")
                        .contains("ss -ltnp 'sport = :" + (base + offset) + "'")
                        .contains("edgeways demo --port-base")
                        .doesNotContain("Exception");
            }
        }
        assertThat(runs.description()).doesNotExist();
    }

    @Test
    void itsDescriptionTellsScriptsWhereToConnectAndAsWhom() throws IOException {
        int base = LoopbackPorts.consecutive(PORTS);
        try (RunningProgram demo = runs.start("description", base)) {
            JsonNode json = runs.awaitDescription(demo);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(runs.description())))
                    .isEqualTo("rw-------");
            assertThat(json.path("organisation").asText()).isEqualTo("acorn.example");
            assertThat(Path.of(json.path("caFile").asText())).isRegularFile();
            assertThat(json.path("edge").path("host").asText()).isEqualTo("localhost");
            assertThat(json.path("edge").path("sipTlsPort").asInt()).isEqualTo(base);
            assertThat(json.path("edge").path("webSocketUrl").asText()).isEqualTo("wss://localhost:" + base + "/sip");
            assertThat(json.path("inside").path("host").asText()).isEqualTo("localhost");
            assertThat(json.path("inside").path("sipTlsPort").asInt()).isEqualTo(base + 3);
            JsonNode turn = json.path("turn");
            assertThat(turn.path("host").asText()).isEqualTo("127.0.0.1");
            assertThat(turn.path("udpPort").asInt()).isEqualTo(base);
            assertThat(turn.path("tlsPort").asInt()).isEqualTo(base);
            assertThat(turn.path("credentialsUrl").asText())
                    .isEqualTo("https://localhost:" + base + "/av/v1/credentials");
            assertThat(json.path("admin").path("url").asText()).isEqualTo("http://127.0.0.1:" + (base + 1) + "/");
            for (String part : List.of("pool", "edge")) {
                assertThat(RunningCounters.sum(runs.data().resolve(part), "net_handshakes_failed_total", ""))
                        .as("failed handshakes of the %s of a fresh demo", part)
                        .isZero();
            }
            assertThat(Path.of(json.path("settingsDirectory").asText())).isDirectoryContaining("glob:**demo.yaml");
            List<String> people = new ArrayList<>();
            for (JsonNode person : json.path("people")) {
                assertThat(person.path("username").asText())
                        .isEqualTo(person.path("name").asText());
                assertThat(person.path("password").asText()).hasSizeGreaterThan(10);
                assertThat(person.path("turn").path("username").asText()).contains(":");
                assertThat(person.path("turn").path("credential").asText()).hasSizeGreaterThan(10);
                people.add(person.path("uri").asText()
                        + (person.path("remoteAccess").asBoolean() ? "" : " inside"));
            }
            assertThat(people)
                    .containsExactly(
                            "sip:alice@acorn.example",
                            "sip:bob@acorn.example",
                            "sip:carol@acorn.example",
                            "sip:dave@acorn.example inside");
            String said = DemoRuns.stop(demo);
            assertThat(said).contains("sip:localhost:" + base + ";transport=tls");
        }
        runs.assertNothingIsLeft(base);
    }

    @Test
    void passwordsAreKeptBetweenRunsUnlessItStartsAfresh() throws IOException {
        String first = passwordsOfARun("first");
        assertThat(passwordsOfARun("second")).isEqualTo(first);
        assertThat(passwordsOfARun("fresh", "--fresh")).isNotEqualTo(first);
    }

    private String passwordsOfARun(String name, String... options) throws IOException {
        try (RunningProgram demo = runs.start(name, LoopbackPorts.consecutive(PORTS), options)) {
            List<String> passwords = new ArrayList<>();
            runs.awaitDescription(demo)
                    .path("people")
                    .forEach(person -> passwords.add(person.path("password").asText()));
            DemoRuns.stop(demo);
            return String.join(" ", passwords);
        }
    }

    @Test
    void everyLineOfItsLogHasAnEventARefusalsACodeAndNoneAPassword() throws IOException {
        try (RunningProgram demo = runs.start("log", LoopbackPorts.consecutive(PORTS), "--check")) {
            assertThat(demo.awaitExit(LIMIT)).isZero();
        }
        String log = Files.readString(runs.data().resolve("edgeways.log"));
        assertThat(log.lines())
                .isNotEmpty()
                .allMatch(line -> EVENT.matcher(line).matches());
        assertThat(log.lines().filter(line -> REFUSAL.matcher(line).matches()))
                .as("the check provokes refusals, at the edge and at the pool")
                .anyMatch(line -> line.contains("event=access-edge-refused "))
                .anyMatch(line -> line.contains("event=pool-refused "))
                .allMatch(line -> line.matches(".* event=[a-z-]+ code=[a-z-]+ .*"));
        assertThat(runs.passwords()).noneMatch(log::contains);
    }

    @Test
    void aSecondDemoInTheSameDirectoryIsTurnedAway() throws IOException {
        try (RunningProgram first = runs.start("running", LoopbackPorts.consecutive(PORTS))) {
            runs.awaitDescription(first);
            try (RunningProgram second = runs.start("turned-away", LoopbackPorts.consecutive(PORTS))) {
                assertThat(second.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(second.transcript().text()).contains(runs.data().toString());
            }
            DemoRuns.stop(first);
        }
    }
}
