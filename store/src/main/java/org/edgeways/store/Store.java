package org.edgeways.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.edgeways.base.Counters;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The durable state of one node: a SQLite file in its data directory, readable by its owner alone.
 *
 * <p>Writes go through one thread, which puts all that wait into one transaction and makes them durable together
 * (group commit): a write's future completes only after its transaction has reached the disk. Reads run on a few
 * platform threads of their own, because native calls would pin virtual threads, and see what was committed before they
 * started. Any thread, virtual ones too, may call.
 */
public final class Store implements AutoCloseable {

    private final SqliteFile file;
    private final GroupCommit writer;
    private final HikariDataSource readConnections;
    private final Jdbi readers;
    private final ThreadPoolExecutor readThreads;
    private final Counters.Counter reads;
    private final Counters.Counter readsRefused;

    private Store(SqliteFile file, StoreLimits limits, Counters counters) {
        this.file = file;
        this.writer = new GroupCommit(file.source(), limits, counters);
        HikariConfig config = new HikariConfig();
        config.setPoolName("store-readers");
        config.setDataSource(file.source());
        config.setMaximumPoolSize(limits.readers());
        config.setMinimumIdle(1);
        config.setMaxLifetime(0);
        config.setConnectionInitSql("PRAGMA query_only = ON");
        this.readConnections = new HikariDataSource(config);
        this.readers = Statements.withoutValuesInExceptions(Jdbi.create(readConnections));
        this.readThreads = new ThreadPoolExecutor(
                limits.readers(),
                limits.readers(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(limits.queuedReads()),
                Thread.ofPlatform().name("store-reader-", 0).daemon().factory());
        this.reads = counters.counter("store_reads");
        this.readsRefused = counters.counter("store_reads_refused", "limit", "queued_reads");
    }

    /**
     * Opens the store with the default limits.
     *
     * @see #open(Path, List, StoreLimits, Counters)
     */
    public static Store open(Path dataDirectory, List<Schema> schemas, Counters counters) {
        return open(dataDirectory, schemas, StoreLimits.DEFAULT, counters);
    }

    /**
     * Makes or opens the database in {@code dataDirectory} (made if missing; its mode becomes 0700) and applies the
     * migrations that it has not seen, room by room in the order given.
     *
     * @throws StoreException if the directory cannot be used, another process uses it, the file is damaged, or a
     *     migration fails
     */
    public static Store open(Path dataDirectory, List<Schema> schemas, StoreLimits limits, Counters counters) {
        return open(dataDirectory, schemas, limits, counters, SQLiteConfig.SynchronousMode.FULL);
    }

    /** For the test that shows what a power cut takes when nothing is synchronised. */
    static Store open(
            Path dataDirectory,
            List<Schema> schemas,
            StoreLimits limits,
            Counters counters,
            SQLiteConfig.SynchronousMode synchronous) {
        SqliteFile file = SqliteFile.open(dataDirectory, schemas, limits, synchronous);
        try {
            return new Store(file, limits, counters);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Writes. The future completes after the transaction is durable, on the store's completion thread, in the order of
     * the commits: what hangs on it must not wait for anything, but hand over to a thread of its own.
     *
     * <p>It fails with a {@link StoreException}: {@link StoreErrorCode#OPERATION_FAILED} when the operation threw (its
     * own changes are undone), {@link StoreErrorCode#COMMIT_FAILED} when the whole transaction could not be made
     * durable, {@link StoreErrorCode#WRITE_QUEUE_FULL} at once when too many wait, {@link StoreErrorCode#CLOSED}.
     */
    public <T extends @Nullable Object> CompletableFuture<T> write(Operation<T> operation) {
        return writer.write(operation, value -> {});
    }

    /**
     * Writes as {@link #write(Operation)} does, and keeps something in memory true to the database: {@code committed} is
     * called with the operation's value once that is durable, before the future completes, always on the store's
     * completion thread and in the order of the commits. It must not wait for anything.
     */
    public <T extends @Nullable Object> CompletableFuture<T> write(
            Operation<T> operation, Consumer<? super T> committed) {
        return writer.write(operation, committed);
    }

    /**
     * Reads what is committed. The future completes on a reader's thread; it fails as {@link #write} does, with
     * {@link StoreErrorCode#READ_QUEUE_FULL} when too many wait. An operation that tries to change something fails.
     */
    public <T extends @Nullable Object> CompletableFuture<T> read(Operation<T> operation) {
        CompletableFuture<T> future = new CompletableFuture<>();
        try {
            readThreads.execute(() -> runRead(operation, future));
        } catch (RejectedExecutionException e) {
            if (readThreads.isShutdown()) {
                future.completeExceptionally(GroupCommit.closed());
            } else {
                readsRefused.increment();
                future.completeExceptionally(new StoreException(
                        StoreErrorCode.READ_QUEUE_FULL, "too many reads wait for the database; try again later"));
            }
        }
        return future;
    }

    /** Commits and completes all that was accepted, then closes the database. Later calls do nothing. */
    @Override
    public void close() {
        readThreads.shutdown();
        writer.close();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = readThreads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        readConnections.close();
        file.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private <T extends @Nullable Object> void runRead(Operation<T> operation, CompletableFuture<T> future) {
        reads.increment();
        T value;
        try (Handle handle = readers.open()) {
            value = operation.run(handle);
        } catch (Throwable e) {
            future.completeExceptionally(GroupCommit.failed(e));
            return;
        }
        future.complete(value);
    }
}
