package org.edgeways.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.base.InMemoryCounters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NativeLibraryTest {

    @TempDir
    private Path directory = Path.of(".");

    @Test
    void aKilledProcessLeavesNoLibraryBehind() throws Exception {
        Path data = directory.resolve("data");
        Path temporary = Files.createDirectory(directory.resolve("temporary"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        NoteWriter.class.getName(),
                        data.toString(),
                        "FULL",
                        "50",
                        "1",
                        "1000000")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("READY");
            assertThat(said.readLine()).startsWith("ACK ");
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(temporary).isEmptyDirectory();
        assertThat(data).isNotEmptyDirectory().isDirectoryNotContaining("glob:**" + NativeLibrary.NAME);
    }

    @Test
    void whatAProcessLeftThatWasKilledWhileItLoadedIsRemoved() throws IOException {
        Path left = Files.createDirectory(directory.resolve(NativeLibrary.NAME));
        Files.createFile(left.resolve("sqlite-3-left-libsqlitejdbc.so"));
        Files.createFile(left.resolve("sqlite-3-left-libsqlitejdbc.so.lck"));
        Store.open(directory, List.of(StoreTest.NOTES), new InMemoryCounters()).close();
        assertThat(left).doesNotExist();
    }
}
