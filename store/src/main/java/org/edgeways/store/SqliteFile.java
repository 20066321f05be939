package org.edgeways.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.edgeways.base.IoReason;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The database file in its directory: made private, locked against a second process, brought to the newest tables. */
final class SqliteFile implements AutoCloseable {

    /** The database's name in the data directory. */
    static final String NAME = "edgeways.db";

    private static final String LOCK_NAME = "edgeways.lock";

    private final Path file;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final SQLiteDataSource source;

    private SqliteFile(Path file, FileChannel lockChannel, FileLock lock, SQLiteDataSource source) {
        this.file = file;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.source = source;
    }

    /**
     * Makes or opens the database.
     *
     * @param synchronous {@code FULL}, but for the test that shows what is lost otherwise
     * @throws StoreException if that is not possible
     */
    static SqliteFile open(
            Path directory, List<Schema> schemas, StoreLimits limits, SQLiteConfig.SynchronousMode synchronous) {
        Path file = directory.resolve(NAME).toAbsolutePath();
        if (file.toString().indexOf('?') >= 0) {
            throw new StoreException(
                    StoreErrorCode.DIRECTORY_UNUSABLE, "the path of a data directory cannot contain '?': " + directory);
        }
        FileChannel lockChannel = null;
        try {
            makeDirectory(directory.toAbsolutePath());
            lockChannel = FileChannel.open(
                    makeFile(directory.resolve(LOCK_NAME)), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            FileLock lock = lock(lockChannel, directory);
            NativeLibrary.load(directory);
            makeFile(file);
            synchronizeDirectory(directory);
            SqliteFile opened = new SqliteFile(file, lockChannel, lock, source(file, limits, synchronous));
            opened.migrate(schemas);
            return opened;
        } catch (IOException e) {
            closeQuietly(lockChannel);
            throw new StoreException(
                    StoreErrorCode.DIRECTORY_UNUSABLE,
                    "cannot use the data directory " + directory + ": " + IoReason.of(e)
                            + "; check that it exists, that this user" + " owns it and that the disk is not full",
                    e);
        } catch (RuntimeException e) {
            closeQuietly(lockChannel);
            throw e;
        }
    }

    /** Connections to the database, for readers, the writer and the migrations alike. */
    DataSource source() {
        return source;
    }

    @Override
    public void close() {
        try {
            if (lockChannel.isOpen()) {
                lock.release();
            }
        } catch (IOException e) {
            throw new StoreException(StoreErrorCode.DIRECTORY_UNUSABLE, "cannot release the lock of " + file, e);
        } finally {
            closeQuietly(lockChannel);
        }
    }

    private void migrate(List<Schema> schemas) {
        try (var connection = source.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM sqlite_master")) {
            rows.next();
        } catch (SQLException e) {
            throw new StoreException(
                    StoreErrorCode.DAMAGED,
                    "cannot read " + file + ": " + e.getMessage() + "; restore it from a backup, or move it away to"
                            + " start empty",
                    e);
        }
        for (Schema schema : schemas) {
            try {
                Flyway.configure(SqliteFile.class.getClassLoader())
                        .dataSource(source)
                        .locations("classpath:" + schema.location())
                        .failOnMissingLocations(true)
                        .validateMigrationNaming(true)
                        // the one type of ours that SQLite and PostgreSQL name differently
                        .placeholders(Map.of("bytes", "BLOB"))
                        .table(schema.historyTable())
                        .baselineOnMigrate(true)
                        .baselineVersion("0")
                        // a database that a newer program has changed is refused, not guessed at
                        .ignoreMigrationPatterns(new String[0])
                        .cleanDisabled(true)
                        .loggers("slf4j")
                        .load()
                        .migrate();
            } catch (FlywayException e) {
                throw new StoreException(
                        StoreErrorCode.MIGRATION_FAILED,
                        "cannot bring the tables of " + schema.room() + " in " + file + " up to date; if a newer"
                                + " version of this program has used the directory, run that version: "
                                + e.getMessage(),
                        e);
            }
        }
    }

    private static SQLiteDataSource source(Path file, StoreLimits limits, SQLiteConfig.SynchronousMode synchronous) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(synchronous);
        config.enforceForeignKeys(true);
        config.setBusyTimeout((int) limits.busyTimeout().toMillis());
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, Integer.toString(limits.checkpointPages()));
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static FileLock lock(FileChannel channel, Path directory) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new StoreException(
                    StoreErrorCode.IN_USE,
                    "another process uses the data directory " + directory
                            + "; stop it first, or give this one a directory of its own");
        }
        return lock;
    }

    /** Makes missing directories, ours alone, and makes their names durable; one that exists is closed to others. */
    private static void makeDirectory(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path path = directory; path != null && !Files.isDirectory(path); path = path.getParent()) {
            missing.push(path);
        }
        for (Path path : missing) {
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path parent = path.getParent();
            if (parent != null) {
                synchronizeDirectory(parent);
            }
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** Makes an empty file that only we may read; SQLite gives the files beside it the same rights. */
    private static Path makeFile(Path file) throws IOException {
        var rights = PosixFilePermissions.fromString("rw-------");
        try {
            Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(rights))
                    .close();
        } catch (FileAlreadyExistsException e) {
            Files.setPosixFilePermissions(file, rights);
        }
        return file;
    }

    private static void synchronizeDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // what made us close it is reported; nothing was written to this file
            return;
        }
    }
}
