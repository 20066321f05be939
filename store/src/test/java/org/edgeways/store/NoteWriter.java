package org.edgeways.store;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.edgeways.base.InMemoryCounters;
import org.jdbi.v3.core.Handle;
import org.sqlite.SQLiteConfig;

/**
 * The program that is killed: it writes notes as fast as the store takes them, says {@code ACK n} when note n is
 * acknowledged, deletes some, and says {@code GONE n} when that is acknowledged. Each note stands in two rows, n and -n,
 * written by one operation. What a note says follows from its number.
 */
final class NoteWriter {

    private static final int AT_ONCE = 8;
    private static final int DELETE_AFTER = 5;

    private NoteWriter() {}

    /**
     * @param arguments directory, synchronous mode, pages per checkpoint, first number, how many
     */
    public static void main(String[] arguments) throws Exception {
        StoreLimits limits = new StoreLimits(1_000, 4, 1_000, 1, Duration.ofSeconds(5), Integer.parseInt(arguments[2]));
        long first = Long.parseLong(arguments[3]);
        long count = Long.parseLong(arguments[4]);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        try (Store store = Store.open(
                Path.of(arguments[0]),
                List.of(StoreTest.NOTES),
                limits,
                new InMemoryCounters(),
                SQLiteConfig.SynchronousMode.valueOf(arguments[1]))) {
            say(out, "READY");
            Semaphore room = new Semaphore(AT_ONCE);
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (long n = first; n < first + count; n++) {
                long number = n;
                room.acquire();
                all.add(store.write(handle -> insert(handle, number), rows -> say(out, "ACK " + number))
                        .whenComplete((rows, failure) -> room.release()));
                if (isDeleted(number - DELETE_AFTER) && number - DELETE_AFTER >= first) {
                    all.add(store.write(
                            handle -> delete(handle, number - DELETE_AFTER),
                            rows -> say(out, "GONE " + (number - DELETE_AFTER))));
                }
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        }
    }

    static boolean isDeleted(long number) {
        return number % 3 == 0;
    }

    static String words(long number) {
        Random random = new Random(number);
        StringBuilder words = new StringBuilder("note " + Math.abs(number) + ":");
        int length = random.nextInt(4) == 0 ? random.nextInt(9_000) : random.nextInt(300);
        while (words.length() < length) {
            words.append(' ').append(Integer.toString(random.nextInt(), 36));
        }
        return words.toString();
    }

    /**
     * What is wrong with a database after the program died, in words; empty if nothing is.
     *
     * @param said the lines that the program is known to have said
     */
    static List<String> faults(Handle handle, List<String> said) {
        List<String> faults = new ArrayList<>();
        List<String> integrity =
                handle.createQuery("PRAGMA integrity_check").mapTo(String.class).list();
        if (!integrity.equals(List.of("ok"))) {
            faults.add("integrity_check: " + integrity);
        }
        TreeSet<Long> found = new TreeSet<>();
        boolean hasTable = handle.createQuery("SELECT COUNT(*) FROM sqlite_master WHERE name = 'notes'")
                        .mapTo(Long.class)
                        .one()
                > 0;
        if (hasTable) {
            handle.createQuery("SELECT number, words FROM notes")
                    .map((row, context) -> {
                        if (!words(row.getLong(1)).equals(row.getString(2))) {
                            faults.add("note " + row.getLong(1) + " says something else");
                        }
                        return row.getLong(1);
                    })
                    .forEach(found::add);
        }
        for (long number : found) {
            if (!found.contains(-number)) {
                faults.add("half of an operation: " + number);
            }
        }
        for (String line : said) {
            long number = line.indexOf(' ') < 0 ? 0 : Long.parseLong(line.substring(line.indexOf(' ') + 1));
            if (line.startsWith("ACK ") && !isDeleted(number) && !found.contains(number)) {
                faults.add("acknowledged and lost: " + number);
            }
            if (line.startsWith("GONE ") && found.contains(number)) {
                faults.add("deleted and back again: " + number);
            }
            if (line.equals("READY") && !hasTable) {
                faults.add("opened and without its tables");
            }
        }
        return faults;
    }

    private static int insert(Handle handle, long number) throws Exception {
        return StoreTest.note(number, words(number)).run(handle)
                + StoreTest.note(-number, words(-number)).run(handle);
    }

    private static int delete(Handle handle, long number) {
        return handle.execute("DELETE FROM notes WHERE number IN (?, ?)", number, -number);
    }

    /** One system call per line, so that a kill never leaves half a line. */
    private static void say(FileOutputStream out, String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
