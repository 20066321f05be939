package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The program laid out as {@code ./edgeways dist} lays it out, with the jars of this build. */
@Tag("interop")
class InstalledTest {

    @Test
    void theInstalledLauncherRunsTheProgram() throws IOException {
        try (WorkDirectory directory = WorkDirectory.create()) {
            Path installed = directory.path().resolve("edgeways");
            Path launcher = Files.createDirectories(installed.resolve("bin")).resolve("edgeways");
            Files.copy(Path.of("..", "dist", "bin", "edgeways"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
            Path built = Path.of("..", "app", "target").toRealPath();
            Files.createSymbolicLink(installed.resolve("edgeways.jar"), built.resolve("edgeways.jar"));
            Files.createSymbolicLink(installed.resolve("lib"), built.resolve("lib"));
            try (RunningProgram help = RunningProgram.start(
                    "installed-help",
                    directory.path(),
                    Map.of("JAVA_HOME", System.getProperty("java.home")),
                    List.of(launcher.toString(), "help", "status"))) {
                assertThat(help.awaitExit(Duration.ofSeconds(60)))
                        .as(help.transcript().text())
                        .isZero();
                assertThat(help.transcript().text()).contains("Usage: edgeways status");
            }
        }
    }
}
