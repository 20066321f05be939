package org.edgeways.testkit.powercut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {

    @TempDir
    Path directory;

    /** What strace -f -y wrote, in plain letters; the paths stand in {@code /d}. */
    private static final String LOG = """
            1 openat(AT_FDCWD</>, "/d/a", O_RDWR|O_CREAT, 0600) = 5</d/a>
            1 pwrite64(5</d/a>, "\\x61\\x61\\x61\\x61", 4, 0) = 4
            1 fsync(6</d>) = 0
            1 fdatasync(5</d/a> <unfinished ...>
            2 pwrite64(5</d/a>, "\\x62\\x62", 2, 4) = 2
            1 <... fdatasync resumed>) = 0
            1 write(1<pipe:[7]>, "\\x6f\\x6b\\x0a", 3) = 3
            1 pwrite64(5</d/a>, "\\x63\\x63", 2, 0) = 2
            1 unlink("/d/a") = 0
            1 openat(AT_FDCWD</>, "/d/a", O_RDWR|O_CREAT, 0600) = 5</d/a>
            1 pwrite64(5</d/a>, "\\x64", 1, 0 <unfinished ...>
            1 +++ killed by SIGKILL +++
            """;

    @Test
    void keepsWhatWasSynchronisedBeforeTheCut() throws IOException {
        assertThat(after(6, Recording.Fate.LOST)).isEqualTo("aaaa");
    }

    @Test
    void aWriteThatCameWhileSynchronisingIsNotCovered() throws IOException {
        assertThat(after(7, Recording.Fate.LOST)).isEqualTo("aaaa");
        assertThat(after(7, Recording.Fate.KEPT)).isEqualTo("aaaabb");
    }

    @Test
    void nothingIsCertainBeforeTheSynchronisationIsOver() throws IOException {
        assertThat(after(5, Recording.Fate.LOST)).isEmpty();
        assertThat(after(2, Recording.Fate.LOST)).isNull();
    }

    @Test
    void aFileMadeAnewUnderAnOldNameIsAnotherFile() throws IOException {
        assertThat(after(9, Recording.Fate.LOST)).isEqualTo("aaaa");
        assertThat(after(9, Recording.Fate.KEPT)).isNull();
        assertThat(after(12, Recording.Fate.KEPT)).isEqualTo("d");
    }

    @Test
    void knowsWhatWasSaidBeforeTheCut() throws IOException {
        Recording recording = recording(LOG);
        assertThat(recording.saidBefore(6)).isEmpty();
        assertThat(recording.saidBefore(7)).containsExactly("ok");
        assertThat(recording.momentsOfSpeech()).containsExactly(7);
        assertThat(recording.synchronizations()).isEqualTo(2);
    }

    @Test
    void tearsOnlyWhatIsNotCertain() throws IOException {
        Recording recording = recording(LOG);
        for (int seed = 0; seed < 200; seed++) {
            Path into = Files.createTempDirectory(directory, "torn");
            recording.rebuild(8, Recording.Fate.TORN, new Random(seed), into);
            assertThat(Files.readString(into.resolve("a")))
                    .as("seed " + seed)
                    .matches("(aaaa|ccaa|caaa)(|bb|b|b\0|\0\0)");
        }
    }

    @Test
    void refusesACallOnAWatchedFileThatItDoesNotUnderstand() {
        assertThatThrownBy(() -> recording("1 rename(\"\\x2f\\x64\\x2f\\x61\", \"\\x2f\\x64\\x2f\\x62\") = 0\n"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("rename");
    }

    private String after(int cut, Recording.Fate fate) throws IOException {
        Path into = Files.createTempDirectory(directory, "cut");
        recording(LOG).rebuild(cut, fate, new Random(1), into);
        Path file = into.resolve("a");
        return Files.exists(file) ? Files.readString(file) : null;
    }

    private Recording recording(String text) throws IOException {
        Path log = Files.createTempFile(directory, "strace", ".log");
        Files.writeString(log, text);
        return new Recording(Path.of("/d"), StraceLog.read(log, Path.of("/d"), "pipe:[7]"));
    }
}
