package org.edgeways.app.role;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;
import org.jspecify.annotations.Nullable;

/**
 * Where a role keeps its files, the log among them: it has to be there before anything else. While the role runs, it
 * holds a lock on the file {@code lock} there, so that no second one, of whichever role, replaces its sockets and shares
 * its keys. The system frees the lock of a process that dies.
 */
public final class DataDirectory implements AutoCloseable {

    /** The name of the file with the lock; the file itself stays and means nothing. */
    static final String LOCK_NAME = "lock";

    private final Path directory;
    private final FileChannel lock;

    private DataDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

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

    /**
     * Makes it if need be and takes it for this role until it is closed.
     *
     * @throws AppFailure {@link AppErrorCode#DATA_IN_USE} if another role has it
     */
    static DataDirectory take(Path directory) {
        make(directory);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    directory.resolve(LOCK_NAME),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (tryLock(channel) == null) {
                channel.close();
                throw new AppFailure(
                        AppErrorCode.DATA_IN_USE,
                        "another pool or edge is running with its data in " + directory,
                        "Stop it, or give this one a directory of its own: \"data\" in its configuration.");
            }
            return new DataDirectory(directory, channel);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the data directory " + directory + " cannot be used: " + IoReason.of(e),
                    "It must belong to the user who runs this; correct its rights, or \"data\" in the configuration.",
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            return; // why it was to be closed is told
        }
    }

    /** Lets another role take it. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the lock of the data directory " + directory + " cannot be released: " + IoReason.of(e),
                    "It ends with the process.",
                    e);
        }
    }
}
