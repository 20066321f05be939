package org.edgeways.app.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {

    @TempDir
    private Path directory = Path.of(".");

    @Test
    void aLogThatCannotBeWrittenEndsTheStartInsteadOfBeingLeftOutInSilence() throws Exception {
        Path inTheWay = Files.createDirectory(directory.resolve(Logs.FILE_NAME));
        assertThatThrownBy(() -> Logs.toFile(directory, Level.WARN))
                .isInstanceOfSatisfying(AppFailure.class, failure -> {
                    assertThat(failure.code()).isEqualTo(AppErrorCode.DATA_UNUSABLE);
                    assertThat(failure.problem()).contains(inTheWay + " cannot be written");
                });
    }
}
