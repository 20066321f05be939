package org.edgeways.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {

    static final Schema NOTES = new Schema("notes", "org/edgeways/store/schema");

    @TempDir
    Path directory;

    private final InMemoryCounters counters = new InMemoryCounters();

    @Test
    void keepsWhatWasWrittenAcrossARestart() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            store.write(note(1, "first")).get(10, TimeUnit.SECONDS);
        }
        try (Store store = open(StoreLimits.DEFAULT)) {
            assertThat(words(store)).containsExactly("first");
        }
    }

    @Test
    void synchronisesEveryCommitOfAWriteAheadLog() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            assertThat(store.write(h -> pragma(h, "journal_mode")).get()).isEqualTo("wal");
            assertThat(store.write(h -> pragma(h, "synchronous")).get()).isEqualTo("2");
            assertThat(store.write(h -> pragma(h, "foreign_keys")).get()).isEqualTo("1");
            assertThat(store.write(h -> pragma(h, "busy_timeout")).get()).isEqualTo("5000");
        }
    }

    @Test
    void keepsItsFilesToItsOwner() throws Exception {
        Path data = directory.resolve("a/b");
        try (Store store = Store.open(data, List.of(NOTES), counters)) {
            store.write(note(1, "secret")).get(10, TimeUnit.SECONDS);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                    .isEqualTo("rwx------");
            try (var files = Files.list(data)) {
                assertThat(files.toList())
                        .hasSizeGreaterThanOrEqualTo(3)
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .as(file.toString())
                                        .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void putsManyConcurrentWritesIntoFewCommits() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            long before = counters.value("store_commits");
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                writes.add(store.write(note(i, "n" + i)));
            }
            CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            assertThat(counters.value("store_writes")).isEqualTo(2_000);
            assertThat(counters.value("store_commits") - before).isLessThan(200);
            assertThat(words(store)).hasSize(2_000);
        }
    }

    @Test
    void aFailingOperationDoesNotUndoItsNeighbours() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            CountDownLatch go = new CountDownLatch(1);
            var _ = store.write(waiting(go)); // everything after it lands in one batch
            CompletableFuture<Integer> first = store.write(note(1, "first"));
            CompletableFuture<Integer> failing = store.write(handle -> {
                note(2, "half").run(handle);
                throw new IllegalStateException("on purpose");
            });
            CompletableFuture<Integer> twice = store.write(note(1, "again"));
            CompletableFuture<Integer> last = store.write(note(3, "last"));
            go.countDown();
            assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(last.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertFailsWith(failing, StoreErrorCode.OPERATION_FAILED);
            assertFailsWith(twice, StoreErrorCode.OPERATION_FAILED);
            assertThat(words(store)).containsExactly("first", "last");
            assertThat(counters.value("store_commits")).isLessThanOrEqualTo(2);
            assertThat(counters.value("store_operations_failed")).isEqualTo(2);
        }
    }

    @Test
    void refusesTheWriteAfterTheLastThatMayWait() throws Exception {
        StoreLimits limits = new StoreLimits(3, 512, 10, 1, Duration.ofSeconds(5), 1000);
        try (Store store = open(limits)) {
            CountDownLatch go = new CountDownLatch(1);
            CompletableFuture<Integer> held = store.write(waiting(go));
            CompletableFuture<Integer> second = store.write(note(2, "second"));
            CompletableFuture<Integer> third = store.write(note(3, "third"));
            assertThat(counters.value("store_writes_waiting")).isEqualTo(3);
            assertFailsWith(store.write(note(4, "fourth")), StoreErrorCode.WRITE_QUEUE_FULL);
            assertThat(counters.value("store_writes_refused", "limit", "queued_writes"))
                    .isEqualTo(1);
            go.countDown();
            CompletableFuture.allOf(held, second, third).get(10, TimeUnit.SECONDS);
            store.write(note(5, "fifth")).get(10, TimeUnit.SECONDS);
            assertThat(words(store)).containsExactly("second", "third", "fifth");
        }
    }

    @Test
    void refusesTheReadAfterTheLastThatMayWait() throws Exception {
        StoreLimits limits = new StoreLimits(10, 512, 2, 1, Duration.ofSeconds(5), 1000);
        try (Store store = open(limits)) {
            CountDownLatch go = new CountDownLatch(1);
            CountDownLatch started = new CountDownLatch(1);
            CompletableFuture<Integer> held = store.read(handle -> {
                started.countDown();
                go.await();
                return 0;
            });
            started.await();
            CompletableFuture<String> second = store.read(h -> "second");
            CompletableFuture<String> third = store.read(h -> "third");
            assertFailsWith(store.read(h -> "fourth"), StoreErrorCode.READ_QUEUE_FULL);
            assertThat(counters.value("store_reads_refused", "limit", "queued_reads"))
                    .isEqualTo(1);
            go.countDown();
            CompletableFuture.allOf(held, second, third).get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aReaderCannotWrite() {
        try (Store store = open(StoreLimits.DEFAULT)) {
            assertFailsWith(store.read(note(1, "sly")), StoreErrorCode.OPERATION_FAILED);
        }
    }

    @Test
    void closingCompletesAllThatWasAcceptedAndRefusesTheRest() throws Exception {
        Store store = open(StoreLimits.DEFAULT);
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            writes.add(store.write(note(i, "n" + i)));
        }
        store.close();
        assertThat(writes).allSatisfy(write -> assertThat(write).isCompletedWithValue(1));
        assertFailsWith(store.write(note(1_000, "late")), StoreErrorCode.CLOSED);
        assertFailsWith(store.read(h -> "late"), StoreErrorCode.CLOSED);
        store.close();
        try (Store again = open(StoreLimits.DEFAULT)) {
            assertThat(words(again)).hasSize(1_000);
        }
    }

    @Test
    void tellsOfCommitsInTheOrderOfTheWrites() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            List<Integer> order = new ArrayList<>(); // only the completion thread touches it until all are done
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int number = i;
                writes.add(store.write(
                        handle -> {
                            note(number, "n").run(handle);
                            return number;
                        },
                        order::add));
            }
            CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
            assertThat(order).hasSize(500).isSorted();
        }
    }

    @Test
    void virtualThreadsMayWaitForTheirWrites() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                threads.add(Thread.ofVirtual()
                        .start(() -> store.write(note(number, "v")).join()));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(words(store)).hasSize(100);
        }
    }

    @Test
    void refusesADirectoryThatIsInUse() {
        try (Store store = open(StoreLimits.DEFAULT)) {
            assertThat(store).isNotNull();
            assertThatThrownBy(() -> open(StoreLimits.DEFAULT))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.code()).isEqualTo(StoreErrorCode.IN_USE))
                    .hasMessageContaining("stop it first");
        }
    }

    @Test
    void saysWhatToDoWithAFileThatIsNoDatabase() throws Exception {
        Files.write(directory.resolve(SqliteFile.NAME), new byte[8192]);
        Files.writeString(directory.resolve(SqliteFile.NAME), "this was never a database, but a letter to a friend\n");
        assertThatThrownBy(() -> open(StoreLimits.DEFAULT))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(StoreErrorCode.DAMAGED))
                .hasMessageContaining("backup");
    }

    @Test
    void refusesADatabaseThatANewerProgramHasChanged() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            store.write(handle ->
                            handle.execute("INSERT INTO schema_history_notes (installed_rank, version, description,"
                                    + " type, script, checksum, installed_by, execution_time, success)"
                                    + " VALUES (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'x', 1, 1)"))
                    .get(10, TimeUnit.SECONDS);
        }
        assertThatThrownBy(() -> open(StoreLimits.DEFAULT))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(StoreErrorCode.MIGRATION_FAILED))
                .hasMessageContaining("newer");
    }

    @Test
    void twoRoomsMayNumberTheirMigrationsAlike() throws Exception {
        Schema other = new Schema("other", "org/edgeways/store/other");
        try (Store store = Store.open(directory, List.of(NOTES, other), counters)) {
            store.write(handle -> handle.execute("INSERT INTO others VALUES (1)"))
                    .get(10, TimeUnit.SECONDS);
        }
        try (Store store = Store.open(directory, List.of(NOTES, other), counters)) {
            assertThat(store.read(h -> pragma(h, "user_version")).get()).isEqualTo("0");
        }
    }

    @Test
    void carriesOnAfterACommitThatFailed() throws Exception {
        StoreLimits impatient = new StoreLimits(100, 512, 10, 1, Duration.ofMillis(1), 1000);
        try (Store store = open(impatient);
                var other = java.sql.DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(SqliteFile.NAME));
                var statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            assertFailsWith(store.write(note(1, "locked out")), StoreErrorCode.COMMIT_FAILED);
            statement.execute("ROLLBACK");
            store.write(note(2, "back")).get(10, TimeUnit.SECONDS);
            assertThat(words(store)).containsExactly("back");
            assertThat(counters.value("store_commits_failed")).isEqualTo(1);
        }
    }

    @Test
    void aFailureNeverQuotesTheValuesThatWereWritten() throws Exception {
        try (Store store = open(StoreLimits.DEFAULT)) {
            store.write(note(1, "hush-hush")).get(10, TimeUnit.SECONDS);
            assertThatThrownBy(() -> store.write(note(1, "hush-hush")).get(10, TimeUnit.SECONDS))
                    .satisfies(failure -> assertThat(trace(failure)).doesNotContain("hush-hush"));
            assertThatThrownBy(() -> store.read(note(1, "hush-hush")).get(10, TimeUnit.SECONDS))
                    .satisfies(failure -> assertThat(trace(failure)).doesNotContain("hush-hush"));
        }
    }

    @Test
    void aFullDiskFailsWritesButWhatIsAcknowledgedIsThere() throws Exception {
        // SQLite undoes the whole transaction then, savepoints and all: the batch fails together
        try (Store store = open(StoreLimits.DEFAULT)) {
            store.write(handle -> handle.createQuery("PRAGMA max_page_count = 40")
                            .mapTo(Integer.class)
                            .one())
                    .get(10, TimeUnit.SECONDS);
            List<Long> acknowledged = new ArrayList<>();
            int failed = 0;
            for (long i = 0; i < 30; i += 3) {
                CompletableFuture<Integer> small = store.write(note(i, "x"));
                CompletableFuture<Integer> big = store.write(note(i + 1, "x".repeat(20_000)));
                CompletableFuture<Integer> last = store.write(note(i + 2, "x"));
                failed += succeeds(small, i, acknowledged) ? 0 : 1;
                failed += succeeds(big, i + 1, acknowledged) ? 0 : 1;
                failed += succeeds(last, i + 2, acknowledged) ? 0 : 1;
            }
            assertThat(failed).isPositive();
            assertThat(store.read(handle -> handle.createQuery("SELECT number FROM notes ORDER BY number")
                                    .mapTo(Long.class)
                                    .list())
                            .get(10, TimeUnit.SECONDS))
                    .isEqualTo(acknowledged);
            store.write(note(100, "back")).get(10, TimeUnit.SECONDS);
        }
    }

    private static boolean succeeds(CompletableFuture<?> write, long number, List<Long> acknowledged) throws Exception {
        boolean done = write.handle((value, failure) -> failure == null).get(10, TimeUnit.SECONDS);
        if (done) {
            acknowledged.add(number);
        }
        return done;
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    static Operation<Integer> note(long number, String words) {
        return handle -> handle.createUpdate("INSERT INTO notes (number, words) VALUES (:number, :words)")
                .bind("number", number)
                .bind("words", words)
                .execute();
    }

    private static Operation<Integer> waiting(CountDownLatch latch) {
        return handle -> {
            latch.await();
            return 0;
        };
    }

    private static String pragma(Handle handle, String name) {
        return handle.createQuery("PRAGMA " + name).mapTo(String.class).one();
    }

    private static List<String> words(Store store) throws Exception {
        return store.read(handle -> handle.createQuery("SELECT words FROM notes ORDER BY number")
                        .mapTo(String.class)
                        .list())
                .get(10, TimeUnit.SECONDS);
    }

    private Store open(StoreLimits limits) {
        return Store.open(directory, List.of(NOTES), limits, counters);
    }

    private static void assertFailsWith(CompletableFuture<?> future, StoreErrorCode code) {
        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .isInstanceOfAny(ExecutionException.class, CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
