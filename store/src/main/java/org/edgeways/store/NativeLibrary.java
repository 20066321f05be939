package org.edgeways.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, which the driver unpacks into a file before it can load it. Left alone, the driver takes the system's
 * temporary directory and removes the file when the process ends; one that is killed leaves a megabyte there each time.
 * So it is unpacked in the data directory and removed as soon as it is loaded: the system keeps what is in use.
 */
final class NativeLibrary {

    /** The name in the data directory; there only while the library is being loaded. */
    static final String NAME = "native";

    /** Where the driver unpacks. An administrator may have set it, for example because nothing may run from the data's disk. */
    private static final String WHERE = "org.sqlite.tmpdir";

    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private NativeLibrary() {}

    /**
     * Loads it, if it is not loaded, and removes what is left of earlier attempts.
     *
     * @throws IOException if the data directory cannot be written to
     */
    static synchronized void load(Path dataDirectory) throws IOException {
        Path directory = dataDirectory.toAbsolutePath().resolve(NAME);
        remove(directory);
        if (System.getProperty(WHERE) != null) {
            return;
        }
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        System.setProperty(WHERE, directory.toString());
        try {
            var _ = SQLiteJDBCLoader.initialize();
        } catch (Exception e) {
            LOG.warn(
                    "event=store-library-elsewhere code={} directory={} reason=\"{}\": the system's temporary directory is tried",
                    StoreErrorCode.DIRECTORY_UNUSABLE.code(),
                    directory,
                    e.toString());
        } finally {
            System.clearProperty(WHERE);
            remove(directory);
        }
    }

    private static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> left;
        try (Stream<Path> files = Files.list(directory)) {
            left = files.toList();
        }
        for (Path file : left) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
