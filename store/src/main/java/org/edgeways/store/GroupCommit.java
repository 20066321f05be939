package org.edgeways.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.edgeways.base.Counters;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer. While a transaction is on its way to the disk, further operations gather; the next transaction takes
 * them all, each behind a savepoint. A second thread completes the futures, so that what hangs on them does not hold up
 * the next transaction.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final String SAVEPOINT = "operation";

    /** One operation, its future, and what came of it until the commit has decided. */
    private static final class Pending<T extends @Nullable Object> {
        private final Operation<T> operation;
        private final Consumer<? super T> committed;
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private @Nullable Runnable completion;

        private Pending(Operation<T> operation, Consumer<? super T> committed) {
            this.operation = operation;
            this.committed = committed;
        }

        private void run(Handle handle) throws Exception {
            T value = operation.run(handle);
            completion = () -> {
                try {
                    committed.accept(value);
                } catch (RuntimeException e) {
                    LOG.error("event=store-follower-failed code={}", StoreErrorCode.FOLLOWER_FAILED.code(), e);
                }
                future.complete(value);
            };
        }

        private void failWith(Throwable failure) {
            completion = () -> future.completeExceptionally(failure);
        }

        private void complete() {
            Runnable decided = completion;
            if (decided == null) {
                future.completeExceptionally(new IllegalStateException("an operation was never decided"));
            } else {
                decided.run();
            }
        }
    }

    private final DataSource source;
    private final int writesPerCommit;
    private final int queuedWrites;
    private final Semaphore room;
    private final LinkedBlockingQueue<Pending<?>> queue = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<List<Pending<?>>> decided = new LinkedBlockingQueue<>();
    private final ReentrantLock acceptance = new ReentrantLock();
    private final Pending<@Nullable Void> end = new Pending<>(handle -> null, nothing -> {});
    private final Thread writer;
    private final Thread completer;
    private final Counters.Counter writes;
    private final Counters.Counter commits;
    private final Counters.Counter writesRefused;
    private final Counters.Counter operationsFailed;
    private final Counters.Counter commitsFailed;
    private boolean closed;
    private @Nullable Connection connection;

    GroupCommit(DataSource source, StoreLimits limits, Counters counters) {
        this.source = source;
        this.writesPerCommit = limits.writesPerCommit();
        this.queuedWrites = limits.queuedWrites();
        this.room = new Semaphore(queuedWrites);
        this.writes = counters.counter("store_writes");
        this.commits = counters.counter("store_commits");
        this.writesRefused = counters.counter("store_writes_refused", "limit", "queued_writes");
        this.operationsFailed = counters.counter("store_operations_failed");
        this.commitsFailed = counters.counter("store_commits_failed");
        counters.gauge("store_writes_waiting", () -> queuedWrites - room.availablePermits());
        this.writer = Thread.ofPlatform().name("store-writer").daemon().start(this::writeUntilEnd);
        this.completer = Thread.ofPlatform().name("store-completions").daemon().start(this::completeUntilEnd);
    }

    <T extends @Nullable Object> CompletableFuture<T> write(Operation<T> operation, Consumer<? super T> committed) {
        Pending<T> pending = new Pending<>(operation, committed);
        acceptance.lock();
        try {
            if (closed) {
                pending.future.completeExceptionally(closed());
            } else if (!room.tryAcquire()) {
                writesRefused.increment();
                pending.future.completeExceptionally(new StoreException(
                        StoreErrorCode.WRITE_QUEUE_FULL,
                        queuedWrites + " writes wait for the disk already; try again later"));
            } else {
                queue.add(pending);
            }
        } finally {
            acceptance.unlock();
        }
        return pending.future;
    }

    @Override
    public void close() {
        acceptance.lock();
        try {
            if (!closed) {
                closed = true;
                queue.add(end);
            }
        } finally {
            acceptance.unlock();
        }
        boolean interrupted = false;
        while (writer.isAlive() || completer.isAlive()) {
            try {
                writer.join();
                completer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static StoreException closed() {
        return new StoreException(StoreErrorCode.CLOSED, "the store is closed");
    }

    static StoreException failed(Throwable cause) {
        return new StoreException(
                StoreErrorCode.OPERATION_FAILED, "the operation failed and was undone: " + cause, cause);
    }

    private void writeUntilEnd() {
        List<Pending<?>> batch = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                continue; // nobody outside has this thread; close() ends it through the queue
            }
            queue.drainTo(batch, writesPerCommit - 1);
            ended = batch.remove(end);
            if (!batch.isEmpty()) {
                commit(batch);
                decided.add(List.copyOf(batch));
            }
            batch.clear();
        }
        dropConnection();
        decided.add(List.of());
    }

    private void completeUntilEnd() {
        while (true) {
            List<Pending<?>> batch;
            try {
                batch = decided.take();
            } catch (InterruptedException e) {
                continue;
            }
            if (batch.isEmpty()) {
                return;
            }
            for (Pending<?> pending : batch) {
                room.release();
                pending.complete();
            }
        }
    }

    /** One transaction for the whole batch; afterwards every operation of it is decided. */
    private void commit(List<Pending<?>> batch) {
        writes.add(batch.size());
        try (Handle handle = open()) {
            handle.begin();
            try {
                for (Pending<?> pending : batch) {
                    runBehindSavepoint(handle, pending);
                }
                handle.commit();
            } catch (Throwable e) {
                rollBack(handle, e);
                throw e;
            }
            commits.increment();
        } catch (Throwable e) {
            commitsFailed.increment();
            LOG.error(
                    "event=store-commit-failed code={} writes={} reason=\"{}\"",
                    StoreErrorCode.COMMIT_FAILED.code(),
                    batch.size(),
                    e.toString());
            StoreException failure = new StoreException(
                    StoreErrorCode.COMMIT_FAILED,
                    "the database could not make the change durable (is the disk full or damaged?): " + e,
                    e);
            batch.forEach(pending -> pending.failWith(failure));
            // the next batch starts with a connection that has seen no failure
            dropConnection();
        }
    }

    private void runBehindSavepoint(Handle handle, Pending<?> pending) {
        handle.savepoint(SAVEPOINT);
        try {
            pending.run(handle);
        } catch (Throwable e) {
            operationsFailed.increment();
            pending.failWith(failed(e));
            // throws when SQLite has undone the whole transaction by itself (disk full); then the batch fails
            handle.rollbackToSavepoint(SAVEPOINT);
            return;
        }
        handle.releaseSavepoint(SAVEPOINT);
    }

    private static void rollBack(Handle handle, Throwable cause) {
        try {
            handle.rollback();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private Handle open() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = source.getConnection();
            connection = open;
        }
        return Statements.withoutValuesInExceptions(Jdbi.create(open)).open();
    }

    private void dropConnection() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.warn(
                        "event=store-writer-left code={} reason=\"{}\"",
                        StoreErrorCode.OPERATION_FAILED.code(),
                        e.toString());
            }
        }
    }
}
