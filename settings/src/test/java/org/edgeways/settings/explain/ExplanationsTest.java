package org.edgeways.settings.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.SettingsReader;
import org.edgeways.settings.text.Problem;
import org.junit.jupiter.api.Test;

/** What stands in {@code docs} is what the records say. */
class ExplanationsTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Path EXAMPLE = DOCS.resolve(Path.of("settings-example", "acorn.yaml"));
    private static final String AGAIN =
            "mvn -pl settings -am test -Dtest=ExplanationsTest -Dsurefire.failIfNoSpecifiedTests=false -Dsettings.regenerate=true";

    private static void holds(Path file, String made) throws IOException {
        if (Boolean.getBoolean("settings.regenerate")) {
            Files.writeString(file, made);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s is not what the records say; make it again: %s", file, AGAIN)
                .isEqualTo(made);
    }

    @Test
    void theReferencePageIsMadeFromTheRecords() throws IOException {
        holds(DOCS.resolve("settings.md"), ReferencePage.text(Files.readString(EXAMPLE)));
    }

    @Test
    void theSchemaIsMadeFromTheRecords() throws IOException {
        holds(DOCS.resolve("settings.schema.json"), JsonSchema.text());
    }

    @Test
    void nothingIsWrongInTheExample() throws IOException {
        SettingsOutcome read =
                SettingsReader.read(List.of(new SettingsFile(EXAMPLE.toString(), Files.readString(EXAMPLE))));
        if (read instanceof SettingsOutcome.Bad bad) {
            assertThat(bad.problems().stream().map(Problem::text)).isEmpty();
        }
    }
}
