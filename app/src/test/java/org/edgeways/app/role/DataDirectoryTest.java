package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One pool or edge at a time has a data directory. */
@Timeout(60)
class DataDirectoryTest {

    @TempDir
    private Path directory = Path.of(".");

    /** The other process: takes the directory and holds it until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (DataDirectory _ = DataDirectory.take(Path.of(arguments[0]))) {
                System.out.println("taken");
                System.out.println(System.in.read());
            }
        }
    }

    private void refused() {
        assertThatThrownBy(() -> DataDirectory.take(directory)).isInstanceOfSatisfying(AppFailure.class, failure -> {
            assertThat(failure.code()).isEqualTo(AppErrorCode.DATA_IN_USE);
            assertThat(failure.problem()).isEqualTo("another pool or edge is running with its data in " + directory);
            assertThat(failure.nextStep()).contains("Stop it");
        });
    }

    @Test
    void aDirectoryThatAnotherProcessHasIsRefusedUntilThatProcessIsKilled() throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = holder.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("taken");
            refused();
            holder.destroyForcibly().waitFor();
            DataDirectory.take(directory).close();
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void theLockIsOurOwnersAloneAndGivenBackAtTheEnd() throws IOException {
        DataDirectory data = DataDirectory.take(directory);
        assertThat(Files.getPosixFilePermissions(directory.resolve(DataDirectory.LOCK_NAME)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        refused();
        data.close();
        DataDirectory.take(directory).close();
    }

    @Test
    void twoRolesDoNotShareADirectoryAndTheOneThatIsRefusedLeavesTheOtherItsSockets() throws Exception {
        try (RunningRoles roles = new RunningRoles(directory)) {
            roles.startPool();
            roles.keepEdgeDataIn(roles.poolData());
            assertThatThrownBy(() -> roles.startEdge(new ObjectMapper().createObjectNode()))
                    .isInstanceOfSatisfying(
                            AppFailure.class,
                            failure -> assertThat(failure.code()).isEqualTo(AppErrorCode.DATA_IN_USE));
            assertThat(roles.poolData().resolve("counters.sock")).exists();
        }
    }

    @Test
    void aRoleThatCouldNotStartHoldsNothing() throws Exception {
        try (RunningRoles roles = new RunningRoles(directory)) {
            Path key = directory.resolve("files").resolve("outside.key");
            byte[] whole = Files.readAllBytes(key);
            Files.writeString(key, "nonsense");
            assertThatThrownBy(() -> roles.startEdge(new ObjectMapper().createObjectNode()))
                    .isInstanceOf(AppFailure.class);
            Files.write(key, whole);
            roles.startEdge(new ObjectMapper().createObjectNode());
        }
    }
}
