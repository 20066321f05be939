package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The units that are shipped, as systemd judges them. */
@Tag("interop")
class SystemdUnitTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path UNITS = Path.of("..", "dist", "systemd");

    private static String analyze(String name, int status, String... arguments) {
        List<String> command =
                new java.util.ArrayList<>(List.of(Program.SYSTEMD_ANALYZE.path().toString()));
        command.addAll(List.of(arguments));
        try (RunningProgram running =
                RunningProgram.start(name, Path.of("."), Map.of("SYSTEMD_COLORS", "0", "LC_ALL", "C"), command)) {
            assertThat(running.awaitExit(LIMIT)).as(running.transcript().text()).isEqualTo(status);
            return running.transcript().text();
        }
    }

    /** The exposure is of 100, in tenths; 20 is what systemd still calls OK. */
    @ParameterizedTest
    @CsvSource({"edgeways-edge.service,18", "edgeways-pool.service,18", "edgeways-connector.service,18"})
    void aUnitExposesLittle(String unit, int most) throws IOException {
        String file = UNITS.resolve(unit).toString();
        String said =
                analyze("unit-" + unit, 0, "security", "--offline=true", "--no-pager", "--threshold=" + most, file);
        assertThat(said).contains("Overall exposure level for " + unit);
        assertThat(Files.readAllLines(Path.of(file)))
                .contains("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "ProtectHome=yes");
    }

    /** Shows that the test above can fail: a unit that says nothing is called unsafe. */
    @ParameterizedTest
    @CsvSource("edgeways-edge.service")
    void aUnitWithoutProtectionIsFoundOut(String unit) throws IOException {
        try (WorkDirectory directory = WorkDirectory.create()) {
            String bare = String.join(
                    "\n",
                    Files.readAllLines(UNITS.resolve(unit)).stream()
                            .filter(line -> !line.matches("(Protect|Private|Restrict|System|Capability|NoNew).*"))
                            .toList());
            directory.write("bare.service", bare + "\n");
            String said = analyze(
                    "unit-bare",
                    1,
                    "security",
                    "--offline=true",
                    "--no-pager",
                    "--threshold=18",
                    directory.path().resolve("bare.service").toString());
            assertThat(said).containsAnyOf("EXPOSED", "UNSAFE", "MEDIUM");
        }
    }
}
