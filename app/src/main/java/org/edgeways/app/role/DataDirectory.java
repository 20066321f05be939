package org.edgeways.app.role;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;

/** Where a role keeps its files, the log among them: it has to be there before anything else. */
public final class DataDirectory {

    private DataDirectory() {}

    /**
     * Makes it, for its owner alone, if there is none.
     *
     * @throws AppFailure if that cannot be done
     */
    public static void make(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Path parent = directory.toAbsolutePath().getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the data directory " + directory + " cannot be made: " + IoReason.of(e),
                    "Correct \"data\" in the configuration, or the rights of the directory above it.",
                    e);
        }
    }
}
