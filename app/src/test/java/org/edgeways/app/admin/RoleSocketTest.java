package org.edgeways.app.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoleSocketTest {

    @TempDir
    private Path directory = Path.of(".");

    /** The super-user, as whom tests may run, is denied nothing: what the system would have thrown is given. */
    @Test
    void aSocketOfAnotherUserIsNotTakenForAPoolThatDoesNotRun() throws IOException {
        Path socket = directory.resolve("hidden").resolve("admin.sock");
        AppFailure failure = RoleSocket.somebodyElses(socket, new AccessDeniedException(socket.toString()));
        assertThat(failure.code()).isEqualTo(AppErrorCode.NOT_OURS);
        assertThat(failure.problem())
                .startsWith(
                        socket + " belongs to user " + Files.getOwner(directory).getName())
                .doesNotContain("running");
        assertThat(failure.nextStep()).contains("as that user or as root", "--data DIR");
    }

    @Test
    void whatIsNotThereIsNotThereAndWhatNobodyAnswersIsRefused() throws IOException {
        Path socket = directory.resolve("admin.sock");
        assertThat(RoleSocket.isThere(socket)).isFalse();
        assertThat(RoleSocket.isThere(directory.resolve("none").resolve("admin.sock")))
                .isFalse();
        Files.createFile(socket);
        assertThat(RoleSocket.isThere(socket)).isTrue();
        assertThat(RoleSocket.isThere(socket.resolve("below"))).isFalse();
        assertThatThrownBy(() -> RoleSocket.connect(socket)).isInstanceOf(IOException.class);
    }
}
