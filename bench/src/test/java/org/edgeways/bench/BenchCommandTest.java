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
import java.util.stream.Stream;
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

    /** Less than that was lost or failed where a run is a result. */
    private static final double RESULT = 0.001;

    /** Half of what an unwarmed server did in a second may be more than it can do in the next: there some may be lost. */
    private static final double LITTLE = 0.1;

    /**
     * A clock begins what is sent, however long a server that shares its processor waits for it, and what then finds no room is
     * lost: next to nothing in most runs, and less than half in any. Where each packet waits for one before, {@link #LITTLE} is.
     */
    private static final double MUCH = 0.5;

    /** So many that all of them together stay below what the edge takes from each source network, however fast the machine. */
    private static final int CALLERS = 200;

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
        Outcome outcome = run("sip --quick --rounds 1 --seconds 1 --warm-up 1 --callers " + CALLERS + " -o json");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode report = new ObjectMapper().readTree(outcome.out());
        assertThat(report.path("circumstances").path("rounds").asText()).startsWith("1 of 1 s");
        assertThat(report.path("circumstances").path("callers").asInt()).isEqualTo(CALLERS);
        assertThat(report.path("circumstances").path("cipher of kamailio").asText())
                .isEqualTo(
                        report.path("circumstances").path("cipher of edgeways").asText())
                .contains("TLS");
        List<String> saturated = List.of(
                "message-tls of edgeways",
                "message-tls of kamailio",
                "call-tls of edgeways",
                "call-tls of kamailio",
                "message-wss of edgeways",
                "message-tcp of kamailio",
                "sign-in of edge+pool");
        List<String> paced = List.of(
                "message-tls-same-rate of edgeways",
                "message-tls-same-rate of kamailio",
                "message-tls-half-load of edgeways",
                "call-tls-same-rate of edgeways",
                "call-tls-same-rate of kamailio",
                "call-tls-half-load of edgeways");
        Map<String, JsonNode> samples = samples(report);
        assertThat(samples).containsOnlyKeys(concat(saturated, paced));
        samples.forEach((what, sample) -> {
            double most = saturated.contains(what) ? RESULT : LITTLE;
            assertThat(sample.path("lossRatio").asDouble(1)).as(what).isLessThan(most);
            assertThat(sample.path("refusedRatio").asDouble(1)).as(what).isLessThan(most);
            assertThat(sample.path("offeredPerSecond").asDouble() > 0).as(what).isEqualTo(paced.contains(what));
        });
        List<String> memory = new ArrayList<>();
        for (JsonNode each : report.path("memory")) {
            memory.add(each.path("connections").asInt() + " at "
                    + each.path("server").asText());
            assertThat(each.path("mebibytes").asDouble()).as(memory.getLast()).isPositive();
        }
        assertThat(memory).containsExactly("0 at edgeways", "500 at edgeways", "0 at kamailio", "500 at kamailio");
    }

    private static List<String> concat(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    /** Of each measure and server the only sample there is; all of them have come about by work that was done. */
    private static Map<String, JsonNode> samples(JsonNode report) {
        Map<String, JsonNode> samples = new TreeMap<>();
        for (JsonNode measured : report.path("measured")) {
            String what = measured.path("measure").asText() + " of "
                    + measured.path("server").asText();
            assertThat(measured.path("samples")).as(what).hasSize(1);
            JsonNode sample = measured.path("samples").get(0);
            for (String value : List.of("perSecond", "perCpuSecond", "p50Micros", "p99Micros")) {
                assertThat(sample.path(value).asDouble())
                        .as("%s, %s", what, value)
                        .isPositive()
                        .isFinite();
            }
            for (String value : List.of("perSecond", "perCpuSecond")) {
                assertThat(measured.path(value).path("median").asDouble())
                        .as("%s, %s", what, value)
                        .isEqualTo(sample.path(value).asDouble());
            }
            samples.put(what, sample);
        }
        return samples;
    }

    @Test
    @Tag("interop")
    void aVeryShortRunOfOurRelayAndOfCoturnGivesFiguresAsJson() throws Exception {
        Outcome outcome = run("turn --quick --allocations 10 --many 20 --rate 1000 --warm-up 1 --pauses 1s -o json");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode report = new ObjectMapper().readTree(outcome.out());
        assertThat(report.path("circumstances").path("allocations").asInt()).isEqualTo(10);
        List<String> expected = Stream.of(
                        "saturated-160",
                        "saturated-1200",
                        "paced-160",
                        "pairs-160",
                        "pairs-paced-160",
                        "bursts-8x1200",
                        "saturated-160-of-20",
                        "saturated-1200-of-20",
                        "paced-160-of-20")
                .flatMap(measure -> Stream.of(measure + " of edgeways", measure + " of coturn"))
                .toList();
        Map<String, JsonNode> samples = samples(report);
        assertThat(samples).containsOnlyKeys(expected);
        samples.forEach((what, sample) -> {
            double most = what.contains("paced") ? MUCH : LITTLE;
            assertThat(sample.path("lossRatio").asDouble(1)).as(what).isLessThan(most);
        });
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
        for (String server : List.of("edgeways", "coturn")) {
            assertThat(readings.get("uclient-160 of " + server)).isPositive().isFinite();
            assertThat(readings.get("uclient-160-lost of " + server))
                    .as(server)
                    .isNotNegative()
                    .isLessThan(100 * MUCH);
            assertThat(readings.get("half-load-p50 of " + server)).as(server).isPositive();
        }
        assertThat(readings.get("half-load-p99 of edgeways")).isPositive();
        assertThat(readings.get("pause-longest of edgeways")).isPositive();
        assertThat(readings.get("pause-longest of no relay")).isPositive();
        assertThat(readings.get("memory-of-300 of coturn"))
                .as("KiB for an allocation")
                .isPositive();
        assertThat(readings.get("memory-of-300 of edgeways"))
                .as("a garbage collector may have given back more")
                .isFinite();
    }

    @ParameterizedTest
    @CsvSource({
        "sip --only nonsense, there is no measure nonsense",
        "sip -o nonsense, -o",
        "sip --callers 0, one at least",
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
