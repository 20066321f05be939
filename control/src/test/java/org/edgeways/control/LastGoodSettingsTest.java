package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.edgeways.settings.SettingsFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The copy of the last good settings, when something fails while it is replaced. */
class LastGoodSettingsTest {

    @TempDir
    Path data;

    private Path directory;
    private LastGoodSettings kept;

    @BeforeEach
    void place() {
        directory = data.resolve("settings-last-good");
        kept = new LastGoodSettings(directory);
    }

    private void keep(String name) {
        kept.keep(List.of(
                new SettingsFile(
                        "a.yaml", "kind: Organisation\nname: %s\nspec: {sipDomains: [a.example]}\n".formatted(name)),
                new SettingsFile("b.yaml", "kind: Site\nname: west\n")));
    }

    private String read() {
        return kept.read().orElseThrow().name() + " "
                + kept.read().orElseThrow().sites().keySet();
    }

    @Test
    void theNewestAreRead() throws IOException {
        assertThat(kept.read()).isEmpty();
        keep("first");
        keep("second");
        assertThat(read()).isEqualTo("second [west]");
        assertThat(data.toFile().list()).containsExactly("settings-last-good");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("a.yaml"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aCopyThatCannotBeDeletedIsNotLeftInPart() throws IOException {
        keep("first");
        Files.createDirectories(directory.resolve("not-ours").resolve("a"));
        keep("second");
        assertThat(read()).isEqualTo("second [west]");
    }

    @Test
    void aCrashBetweenTheOldCopyAndTheNextLeavesTheOldOne() throws IOException {
        keep("first");
        Files.move(directory, data.resolve("settings-last-good.old"));
        assertThat(read()).isEqualTo("first [west]");
        keep("second");
        assertThat(read()).isEqualTo("second [west]");
    }
}
