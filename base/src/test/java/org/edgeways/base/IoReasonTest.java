package org.edgeways.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoReasonTest {

    @TempDir
    private Path directory = Path.of(".");

    @Test
    void aFileIsNamedWithWhatIsWrongInWords() {
        assertThat(IoReason.of(new AccessDeniedException("/a/b"))).isEqualTo("/a/b: permission denied");
        assertThat(IoReason.of(new NoSuchFileException("/a/b"))).isEqualTo("/a/b: there is no such file or directory");
        assertThat(IoReason.of(new FileAlreadyExistsException("/a/b")))
                .isEqualTo("/a/b: there is something of that name already");
        assertThat(IoReason.of(new FileSystemException("/a/b", null, "No space left on device")))
                .isEqualTo("/a/b: no space left on device");
        assertThat(IoReason.withoutFile(new AccessDeniedException("/a/b"))).isEqualTo("permission denied");
    }

    @Test
    void whatTheSystemSaysOfADirectoryThatIsAFileIsKept() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try {
            Files.createDirectory(file.resolve("below"));
            throw new AssertionError("a directory below a file");
        } catch (IOException e) {
            assertThat(IoReason.of(e)).isEqualTo(file.resolve("below") + ": not a directory");
        }
    }

    @Test
    void withoutAMessageTheCauseSpeaksAndThereIsAlwaysSomething() {
        assertThat(IoReason.of(new IOException("the tape broke"))).isEqualTo("the tape broke");
        assertThat(IoReason.of(new IOException(new AccessDeniedException("/a/b"))))
                .isEqualTo("/a/b: permission denied");
        assertThat(IoReason.of(new EOFException())).isEqualTo("it cannot be read or written");
    }

    @Test
    void aSocketOfSomebodyElseIsDeniedAsAFileIs() {
        assertThat(IoReason.isDenied(new AccessDeniedException("/a/b"))).isTrue();
        assertThat(IoReason.isDenied(new SocketException("Permission denied"))).isTrue();
        assertThat(IoReason.isDenied(new SocketException("Connection refused"))).isFalse();
        assertThat(IoReason.isDenied(new IOException())).isFalse();
    }
}
