package org.edgeways.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.edgeways.settings.SettingsDirectory.Outcome;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that changes, is broken, or is half written. */
class SettingsDirectoryTest {

    @TempDir
    private Path directory = Path.of(".");

    private SettingsDirectory watched = new SettingsDirectory(directory);
    private Path file = directory;

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("acorn.yaml");
        Files.writeString(file, Acorn.TEXT);
        watched = new SettingsDirectory(directory);
    }

    private void change(String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    @Test
    void theFirstLookTakesWhatIsThere() {
        assertThat(watched.inUse()).isEmpty();
        assertThat(watched.check()).isEqualTo(new Outcome.Reloaded(Acorn.settings()));
        assertThat(watched.inUse()).contains(Acorn.settings());
        assertThat(watched.check()).isEqualTo(new Outcome.Unchanged());
    }

    @Test
    void aChangeIsTakenAtTheSecondLookThatFindsItTheSame() throws IOException {
        watched.check();
        change("failedCredentials: 20", "failedCredentials: 21");
        assertThat(watched.check()).isEqualTo(new Outcome.Unsettled());
        assertThat(watched.check())
                .isInstanceOfSatisfying(
                        Outcome.Reloaded.class,
                        reloaded -> assertThat(reloaded.settings()
                                        .accessSettings()
                                        .get("strict")
                                        .requests()
                                        .failedCredentials())
                                .isEqualTo(21));
    }

    @Test
    void aFileThatGrowsBetweenLooksIsNotTakenHalf() throws IOException {
        watched.check();
        String whole = Files.readString(file);
        Files.writeString(file, whole.substring(0, whole.indexOf("---\nkind: Service")));
        assertThat(watched.check()).isEqualTo(new Outcome.Unsettled());
        Files.writeString(file, whole);
        assertThat(watched.check()).isEqualTo(new Outcome.Unsettled());
        assertThat(watched.check()).isEqualTo(new Outcome.Unchanged());
        assertThat(watched.inUse()).contains(Acorn.settings());
    }

    @Test
    void aBadChangeKeepsWhatRunsAndSaysWhyWithItsLine() throws IOException {
        watched.check();
        change("failedCredentials: 20", "failedCredential: 20");
        watched.check();
        for (int look = 0; look < 3; look++) {
            assertThat(watched.check())
                    .isInstanceOfSatisfying(
                            Outcome.Kept.class,
                            kept -> assertThat(kept.bad().shortly())
                                    .contains(file + ":", "failedCredential", "did you mean \"failedCredentials\"?"));
        }
        assertThat(watched.inUse()).contains(Acorn.settings());
    }

    @Test
    void whatIsPutRightIsTakenAgain() throws IOException {
        watched.check();
        change("failedCredentials: 20", "failedCredentials: zero");
        watched.check();
        assertThat(watched.check()).isInstanceOf(Outcome.Kept.class);
        change("failedCredentials: zero", "failedCredentials: 22");
        assertThat(watched.check()).as("not the problem of before").isEqualTo(new Outcome.Unsettled());
        assertThat(watched.check()).isInstanceOf(Outcome.Reloaded.class);
        assertThat(watched.check()).isEqualTo(new Outcome.Unchanged());
    }

    @Test
    void whatIsPutBackIsNoChange() throws IOException {
        watched.check();
        change("failedCredentials: 20", "failedCredentials: zero");
        watched.check();
        watched.check();
        change("failedCredentials: zero", "failedCredentials: 20");
        watched.check();
        assertThat(watched.check()).isEqualTo(new Outcome.Unchanged());
        assertThat(watched.check()).isEqualTo(new Outcome.Unchanged());
    }

    @Test
    void otherWordsForTheSameAreNoChange() throws IOException {
        watched.check();
        Files.writeString(file, "# a comment\n" + Files.readString(file));
        watched.check();
        assertThat(watched.check()).isEqualTo(new Outcome.Unchanged());
    }

    @Test
    void aNewFileAndOneThatIsGoneAreChanges() throws IOException {
        watched.check();
        Path more = directory.resolve("more.yml");
        Files.writeString(more, "kind: Site\nname: east\n");
        watched.check();
        assertThat(watched.check())
                .isInstanceOfSatisfying(
                        Outcome.Reloaded.class,
                        reloaded -> assertThat(reloaded.settings().sites()).containsKey("east"));
        Files.delete(more);
        watched.check();
        assertThat(watched.check()).isEqualTo(new Outcome.Reloaded(Acorn.settings()));
    }

    @Test
    void aDirectoryThatIsGoneKeepsWhatRuns() throws IOException {
        watched.check();
        Files.delete(file);
        Files.delete(directory);
        watched.check();
        assertThat(watched.check())
                .isInstanceOfSatisfying(
                        Outcome.Kept.class,
                        kept -> assertThat(kept.bad().problems().getFirst().code())
                                .isEqualTo(SettingsErrorCode.UNREADABLE));
        assertThat(watched.inUse()).isPresent();
        Files.createDirectory(directory);
    }

    @Test
    void anEmptiedDirectoryKeepsWhatRuns() throws IOException {
        watched.check();
        Files.delete(file);
        watched.check();
        assertThat(watched.check()).isInstanceOf(Outcome.Kept.class);
        assertThat(watched.inUse()).contains(Acorn.settings());
    }

    @Test
    void hiddenFilesAndThoseOfOtherNamesAreNotLookedAt() throws IOException {
        Files.writeString(directory.resolve(".acorn.yaml.swp"), "]");
        Files.writeString(directory.resolve(".hidden.yaml"), "]");
        Files.writeString(directory.resolve("acorn.yaml~"), "]");
        Files.createDirectory(directory.resolve("old"));
        assertThat(watched.check()).isInstanceOf(Outcome.Reloaded.class);
        assertThat(SettingsFiles.read(directory, new Problems()).ignored()).containsExactly("acorn.yaml~", "old");
    }

    @Test
    void aFileThatIsNoUtf8IsTold() throws IOException {
        Files.write(directory.resolve("latin.yaml"), "# f\u00fcr".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(watched.check())
                .isInstanceOfSatisfying(
                        Outcome.Kept.class,
                        kept -> assertThat(kept.bad().shortly()).contains("latin.yaml: is no text in UTF-8"));
    }

    @Test
    void asManyFilesAsAllowedAreReadAndOneMoreIsRefused() throws IOException {
        for (int i = 1; i < SettingsFiles.MOST_FILES; i++) {
            Files.writeString(directory.resolve("s" + i + ".yaml"), "kind: Site\nname: s" + i + "\n");
        }
        assertThat(watched.check()).isInstanceOf(Outcome.Reloaded.class);
        Files.writeString(directory.resolve("t.yaml"), "kind: Site\nname: t\n");
        watched.check();
        assertThat(watched.check())
                .isInstanceOfSatisfying(
                        Outcome.Kept.class,
                        kept -> assertThat(kept.bad().problems().getFirst().code())
                                .isEqualTo(SettingsErrorCode.TOO_LARGE));
    }

    @Test
    void asManyBytesAsAllowedAreReadAndOneMoreIsRefused() throws IOException {
        Files.delete(file);
        for (int i = 0; i < 8; i++) {
            Files.writeString(directory.resolve("c" + i + ".yaml"), "x".repeat(1 << 20));
        }
        Problems problems = new Problems();
        assertThat(SettingsFiles.read(directory, problems).files()).hasSize(8);
        assertThat(problems.isEmpty()).isTrue();
        Files.writeString(directory.resolve("d.yaml"), "#");
        SettingsFiles.read(directory, problems);
        assertThat(problems.all().getFirst().code()).isEqualTo(SettingsErrorCode.TOO_LARGE);
    }

    /** A writer that is slow: it adds a piece between any two looks until its text is whole. */
    @Test
    void ofHundredSlowChangesGoodAndBadOnlyWholeGoodOnesAreTaken() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        watched.check();
        Settings expected = Acorn.settings();
        for (int change = 0; change < 100; change++) {
            boolean good = random.nextInt(3) > 0;
            String text = Acorn.TEXT.replace(
                    "failedCredentials: 20", "failedCredentials: " + (good ? 100 + change : -change));
            if (good) {
                expected = Acorn.settings(text);
            }
            int at = 0;
            while (at < text.length()) {
                at = Math.min(text.length(), at + 1 + random.nextInt(text.length() / 2));
                Files.writeString(file, text.substring(0, at));
                Outcome outcome = watched.check();
                assertThat(outcome)
                        .as("seed %d, change %d, %d characters", seed, change, at)
                        .isNotInstanceOf(Outcome.Reloaded.class);
            }
            assertThat(watched.check())
                    .as("seed %d, change %d", seed, change)
                    .isInstanceOf(good ? Outcome.Reloaded.class : Outcome.Kept.class);
            assertThat(watched.inUse()).as("seed %d, change %d", seed, change).contains(expected);
        }
    }
}
