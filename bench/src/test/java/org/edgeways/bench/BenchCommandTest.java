package org.edgeways.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The command as it is typed, in a process of its own, since it pins itself to a processor: our edge and its rival are
 * started, loaded for a second and measured, and what comes out can be read.
 */
class BenchCommandTest {

    private static final int MINUTES = 3;

    @TempDir
    Path directory;

    private record Outcome(int code, String out, String err) {}

    private static List<String> java(String mainClass) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass);
    }

    /** What {@code ./edgeways} is where nothing needs to be built. */
    private Path launcher() throws IOException {
        Path launcher = directory.resolve("edgeways");
        Files.writeString(
                launcher, "#!/bin/sh\nexec '" + String.join("' '", java("org.edgeways.app.Edgeways")) + "' \"$@\"\n");
        return Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    }

    private Outcome run(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(java("org.edgeways.bench.Bench"));
        command.addAll(
                1, List.of("-Dedgeways.target=" + directory.resolve("target"), "-Dedgeways.launcher=" + launcher()));
        command.addAll(List.of(arguments.split(" ")));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("it ends by itself")
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Outcome(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    @Tag("interop")
    void aVeryShortRunOfOurEdgeAndOfKamailioGivesFiguresAsJson() throws Exception {
        Outcome outcome = run("sip --quick --rounds 1 --seconds 1 --warm-up 1 --only websocket,tcp -o json");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode report = new ObjectMapper().readTree(outcome.out());
        assertThat(report.path("circumstances").path("rounds").asText()).startsWith("1 of 1 s");
        assertThat(report.path("circumstances").path("cipher of kamailio").asText())
                .isEqualTo(
                        report.path("circumstances").path("cipher of edgeways").asText())
                .contains("TLS");
        assertThat(report.path("measured")).hasSize(2);
        for (JsonNode measured : report.path("measured")) {
            String what = measured.path("measure").asText();
            assertThat(what + " of " + measured.path("server").asText())
                    .isIn("message-wss of edgeways", "message-tcp of kamailio");
            assertThat(measured.path("samples")).as(what).hasSize(1);
            JsonNode sample = measured.path("samples").get(0);
            assertThat(sample.path("perSecond").asDouble()).as(what).isPositive();
            assertThat(sample.path("perCpuSecond").asDouble()).as(what).isPositive();
            assertThat(sample.path("lossRatio").asDouble(1)).as(what).isLessThan(1);
            assertThat(sample.path("p99Micros").asDouble())
                    .as(what)
                    .isGreaterThanOrEqualTo(sample.path("p50Micros").asDouble());
            assertThat(measured.path("perCpuSecond").path("median").asDouble())
                    .isEqualTo(sample.path("perCpuSecond").asDouble());
        }
    }

    @Test
    @Tag("interop")
    void aVeryShortRunOfOurRelayAndOfCoturnGivesFiguresAsJson() throws Exception {
        Outcome outcome = run("turn --quick --allocations 10 --rate 1000 --warm-up 1 --pauses 1s"
                + " --only paced,pairs,bursts,rate,half,uclient,pauses -o json");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode report = new ObjectMapper().readTree(outcome.out());
        assertThat(report.path("circumstances").path("allocations").asInt()).isEqualTo(10);
        assertThat(report.path("measured")).hasSize(6);
        for (JsonNode measured : report.path("measured")) {
            String what = measured.path("measure").asText() + " of "
                    + measured.path("server").asText();
            assertThat(measured.path("server").asText()).isIn("edgeways", "coturn");
            assertThat(measured.path("samples")).as(what).hasSize(1);
            JsonNode sample = measured.path("samples").get(0);
            assertThat(sample.path("perSecond").asDouble()).as(what).isPositive();
            assertThat(sample.path("perCpuSecond").asDouble()).as(what).isPositive();
            assertThat(sample.path("lossRatio").asDouble(1)).as(what).isLessThan(1);
        }
        Map<String, Double> readings = new TreeMap<>();
        for (JsonNode reading : report.path("readings")) {
            readings.put(
                    reading.path("measure").asText() + " of "
                            + reading.path("server").asText(),
                    reading.path("values").path(0).asDouble(Double.NaN));
        }
        assertThat(readings)
                .containsKeys(
                        "half-load-p99 of no relay",
                        "half-load-p99-added of edgeways",
                        "half-load-p99-added of coturn",
                        "highest-rate-160 of edgeways",
                        "highest-rate-160 of coturn",
                        "pause-of-it-alone of edgeways");
        assertThat(readings.get("uclient-160 of edgeways")).isPositive().isFinite();
        assertThat(readings.get("uclient-160 of coturn")).isPositive().isFinite();
        assertThat(readings.get("half-load-p99 of edgeways")).isPositive();
        assertThat(readings.get("pause-longest of edgeways")).isPositive();
        assertThat(readings.get("pause-longest of no relay")).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "sip --only nonsense, there is no measure nonsense",
        "sip -o nonsense, -o",
        "turn --only nonsense, there is no measure nonsense",
        "turn --allocations 3, even",
        "turn --many 3, even",
        "turn --pauses 10, no time such as"
    })
    void wrongUsageHasAnExitCodeOfItsOwn(String arguments, String why) throws Exception {
        Outcome outcome = run(arguments);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains(why);
    }
}
