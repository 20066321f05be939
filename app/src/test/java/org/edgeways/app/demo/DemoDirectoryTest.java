package org.edgeways.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.edgeways.app.failure.AppFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDirectoryTest {

    @TempDir
    private Path directory = Path.of(".");

    @Test
    void aDirectoryThatCannotBeUsedIsToldInWordsWithWhatToDo() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> DemoDirectory.open(file.resolve("demo"), false))
                .isInstanceOfSatisfying(AppFailure.class, failure -> {
                    assertThat(failure.problem())
                            .contains(file + "/demo cannot be used: ")
                            .doesNotContain("Exception");
                    assertThat(failure.nextStep()).contains("--data DIR");
                });
    }
}
