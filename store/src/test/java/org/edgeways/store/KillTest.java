package org.edgeways.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replay a failure's choices with {@code -Dkill.seed=…}. */
class KillTest {

    @TempDir
    Path directory;

    private final long seed = Long.getLong("kill.seed", System.nanoTime());

    @Test
    @Tag("long")
    void aKilledProcessLosesNothingThatItAcknowledged() throws Exception {
        killAgainAndAgain(4);
    }

    @Test
    @Tag("soak")
    @Tag("soak-kill")
    void hundredsOfKillsLoseNothingThatWasAcknowledged() throws Exception {
        killAgainAndAgain(Integer.getInteger("kill.trials", 300));
    }

    private void killAgainAndAgain(int trials) throws Exception {
        System.out.println("kills with seed " + seed);
        Random random = new Random(seed);
        List<String> said = new ArrayList<>();
        for (int trial = 0; trial < trials; trial++) {
            // one database goes through all of it; each run has numbers of its own
            said.addAll(runAndKill(1 + trial * 1_000_000L, 1 + random.nextInt(400)));
            try (Store store = Store.open(directory, List.of(StoreTest.NOTES), new InMemoryCounters())) {
                assertThat(store.read(handle -> NoteWriter.faults(handle, said)).get(1, TimeUnit.MINUTES))
                        .as("trial " + trial + ", seed " + seed)
                        .isEmpty();
            }
        }
    }

    /** Runs the program, kills it once it has said {@code enough} lines, and returns all that it managed to say. */
    private List<String> runAndKill(long first, int enough) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NoteWriter.class.getName(),
                        directory.toString(),
                        "FULL",
                        "50",
                        Long.toString(first),
                        "1000000")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> said = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                said.add(line);
                if (said.size() == enough) {
                    process.toHandle().destroyForcibly(); // SIGKILL; what it has said can still be read
                }
                line = lines.readLine();
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).isEqualTo(128 + 9);
        assertThat(said).hasSizeGreaterThanOrEqualTo(enough);
        return said;
    }
}
