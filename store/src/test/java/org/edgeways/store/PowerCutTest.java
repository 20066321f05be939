package org.edgeways.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.testkit.powercut.Recording;
import org.edgeways.testkit.powercut.Strace;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Needs the Debian package strace. Replay a failure with {@code -Dpowercut.seed=…}. */
@Tag("interop")
class PowerCutTest {

    private static final Recording.Fate[] FATES = Recording.Fate.values();

    @TempDir
    Path directory;

    private final long seed = Long.getLong("powercut.seed", System.nanoTime());

    @Test
    void aPowerCutTakesNothingThatWasAcknowledged() throws Exception {
        cutPower(300, Integer.getInteger("powercut.cuts", 300));
    }

    @Test
    @Tag("soak")
    @Tag("soak-power-cut")
    void thousandsOfPowerCutsTakeNothingThatWasAcknowledged() throws Exception {
        cutPower(2_000, Integer.getInteger("powercut.cuts", 5_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"OFF", "NORMAL"})
    void theProofFailsWhenTheStoreDoesNotSynchroniseEachCommit(String synchronous) throws Exception {
        Recording recording = record(synchronous, 100);
        List<String> faults = new ArrayList<>();
        for (int moment : recording.momentsOfSpeech()) {
            faults.addAll(faultsAfter(recording, moment, Recording.Fate.LOST, new Random(seed)));
        }
        assertThat(faults).anySatisfy(fault -> assertThat(fault).startsWith("acknowledged and lost"));
    }

    private void cutPower(int notes, int cuts) throws Exception {
        System.out.println("power cuts with seed " + seed);
        Recording recording = record("FULL", notes);
        assertThat(recording.saidBefore(recording.end()).stream()
                        .filter(line -> line.startsWith("ACK "))
                        .count())
                .isEqualTo(notes);
        assertThat(recording.synchronizations())
                .as("one commit and more for every four operations at least")
                .isGreaterThanOrEqualTo(notes / 4);
        Random random = new Random(seed);
        List<Integer> afterWords = recording.momentsOfSpeech();
        List<Integer> aroundCalls = recording.momentsOfChange();
        for (int i = 0; i < cuts; i++) {
            List<Integer> moments = random.nextBoolean() ? afterWords : aroundCalls;
            int moment = moments.get(random.nextInt(moments.size()));
            Recording.Fate fate = FATES[i % FATES.length];
            assertThat(faultsAfter(recording, moment, fate, random))
                    .as("cut " + i + " at line " + moment + ", the rest " + fate + ", seed " + seed)
                    .isEmpty();
        }
    }

    private Recording record(String synchronous, int notes) throws Exception {
        Path data = Files.createDirectory(directory.resolve("data-" + synchronous));
        return Strace.record(
                directory.resolve("strace-" + synchronous + ".log"),
                data,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NoteWriter.class.getName(),
                        data.toString(),
                        synchronous,
                        "50", // pages: many checkpoints in a short run
                        "1",
                        Integer.toString(notes)),
                Duration.ofMinutes(3));
    }

    private List<String> faultsAfter(Recording recording, int moment, Recording.Fate fate, Random random)
            throws Exception {
        Path rebuilt = Files.createTempDirectory(directory, "cut");
        recording.rebuild(moment, fate, random, rebuilt);
        if (random.nextBoolean()) {
            // shared memory is no memory of anything: whatever stands there must not matter
            byte[] rubbish = new byte[32 << 10];
            random.nextBytes(rubbish);
            Files.write(rebuilt.resolve(SqliteFile.NAME + "-shm"), rubbish);
        }
        List<String> faults = faultsIn(rebuilt, recording.saidBefore(moment));
        if (random.nextInt(10) == 0) {
            faults.addAll(faultsOfOpening(rebuilt));
        }
        delete(rebuilt);
        return faults;
    }

    private static List<String> faultsIn(Path rebuilt, List<String> said) {
        SQLiteConfig config = new SQLiteConfig();
        config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + rebuilt.resolve(SqliteFile.NAME));
        try (Handle handle = Jdbi.open(source)) {
            return NoteWriter.faults(handle, said);
        } catch (RuntimeException e) {
            return new ArrayList<>(List.of("cannot be read: " + e));
        }
    }

    /** The store itself opens it, migrates it if it must, and takes a note. */
    private static List<String> faultsOfOpening(Path rebuilt) throws Exception {
        try (Store store = Store.open(
                rebuilt,
                List.of(StoreTest.NOTES),
                StoreLimits.DEFAULT,
                new InMemoryCounters(),
                SQLiteConfig.SynchronousMode.OFF)) {
            store.write(StoreTest.note(0, NoteWriter.words(0))).get(30, TimeUnit.SECONDS);
            return List.of();
        } catch (StoreException e) {
            return List.of("cannot be opened again: " + e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
