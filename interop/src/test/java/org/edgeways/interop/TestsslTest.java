package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** testssl examines the one port: nothing of medium severity or worse. */
@Tag("interop")
class TestsslTest {

    private static final Duration LIMIT = Duration.ofMinutes(6);

    /** The authority of a test has no place from which revocations could be read. */
    private static final String NO_REVOCATION_ADDRESS = "cert_revocation";

    private static final Set<String> SERIOUS = Set.of("MEDIUM", "HIGH", "CRITICAL", "FATAL");

    /** It tries much that a scanner tries, as fast: without these limits it would be banned. */
    private static void patient(ObjectNode config) {
        config.putObject("limits").put("scanRequests", 1_000_000).put("requestsPerSecond", 1_000_000);
        ((ObjectNode) config.path("outside"))
                .putObject("limits")
                .put("connectionsPerSecondPerSource", 100_000)
                .put("connectionBurstPerSource", 100_000);
    }

    private static List<JsonNode> findings(Path file) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        JsonMapper.builder().build().readTree(file.toFile()).forEach(all::add);
        return all;
    }

    @Test
    void nothingOfMediumSeverityOrWorseIsFound() throws IOException {
        try (EdgeServer edge = EdgeServer.start(
                        "testssl-edge",
                        "acorn.example",
                        EdgeServer.newAuthority(),
                        "sip:127.0.0.1:9;transport=tls",
                        TestsslTest::patient);
                WorkDirectory directory = WorkDirectory.create()) {
            Path found = directory.path().resolve("found.json");
            try (RunningProgram testssl = RunningProgram.start(
                    "testssl",
                    directory.path(),
                    Map.of("TERM", "dumb"),
                    List.of(
                            Program.TESTSSL.path().toString(),
                            "--add-ca",
                            edge.caFile().toString(),
                            "--ip",
                            "127.0.0.1",
                            "--nodns",
                            "none",
                            "--warnings",
                            "batch",
                            "--color",
                            "0",
                            "--jsonfile",
                            found.toString(),
                            "localhost:" + edge.port()))) {
                testssl.awaitExit(LIMIT);
                List<JsonNode> all = findings(found);
                assertThat(all)
                        .as("it has looked: %s", testssl.transcript().text())
                        .anySatisfy(finding -> {
                            assertThat(finding.path("id").asText()).isEqualTo("TLS1_3");
                            assertThat(finding.path("severity").asText()).isEqualTo("OK");
                        })
                        .anySatisfy(finding -> {
                            assertThat(finding.path("id").asText()).isEqualTo("cert_chain_of_trust");
                            assertThat(finding.path("severity").asText()).isEqualTo("OK");
                        })
                        .anySatisfy(finding ->
                                assertThat(finding.path("id").asText()).isEqualTo("HTTP_status_code"))
                        .hasSizeGreaterThan(60);
                assertThat(all.stream()
                                .filter(finding -> SERIOUS.contains(
                                        finding.path("severity").asText()))
                                .filter(finding -> !finding.path("id").asText().equals(NO_REVOCATION_ADDRESS)))
                        .isEmpty();
                assertThat(edge.counter("access_edge_bans_total", "")).isZero();
            }
        }
    }
}
