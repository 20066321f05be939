package org.edgeways.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** A temporary directory for one program; removed when closed. */
public record WorkDirectory(Path path) implements AutoCloseable {
    /** Makes a new, empty one. Its path is short: Unix sockets inside it must fit 108 bytes. */
    public static WorkDirectory create() {
        try {
            return new WorkDirectory(Files.createTempDirectory("edgeways"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For a program that is to keep all its files here, those that it forgets when it is killed among them. */
    public Map<String, String> environment() {
        return Map.of("HOME", path.toString(), "TMPDIR", path.toString());
    }

    /** Writes a file, with the directories above it. */
    public Path write(String name, String content) {
        try {
            Path file = path.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // A child process that has just been killed may still write: what is left lies in the temporary directory.
            return;
        }
    }
}
