package org.edgeways.pool.messages;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.pool.engine.StoredMessage;
import org.edgeways.store.Store;
import org.edgeways.store.StoreLimits;

/**
 * The program whose power is cut: it keeps messages for three people, several at a time, says {@code 202 n} when message
 * n may be acknowledged to its sender, delivers some, and says {@code DELIVERED n} when that is on disk.
 */
final class MessageWriter {

    private static final int AT_ONCE = 6;

    private MessageWriter() {}

    /**
     * @param arguments directory, how many messages
     */
    public static void main(String[] arguments) throws Exception {
        StoreLimits limits = new StoreLimits(1_000, 4, 1_000, 1, Duration.ofSeconds(5), 60);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        try (Store store =
                Store.open(Path.of(arguments[0]), List.of(MessageStore.SCHEMA), limits, new InMemoryCounters())) {
            MessageStore messages = MessageStore.open(store, MessageLimits.DEFAULT, new InMemoryCounters());
            Semaphore room = new Semaphore(AT_ONCE);
            List<CompletableFuture<?>> all = new ArrayList<>();
            int count = Integer.parseInt(arguments[1]);
            for (int n = 0; n < count; n++) {
                int number = n;
                room.acquire();
                all.add(messages.append(message(number))
                        .thenCompose(appended -> {
                            say(out, "202 " + number);
                            long id = ((Appended.Stored) appended).id();
                            return isDelivered(number)
                                    ? messages.delete(id).thenAccept(gone -> say(out, "DELIVERED " + number))
                                    : CompletableFuture.completedFuture(null);
                        })
                        .whenComplete((done, failure) -> room.release()));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        }
    }

    static boolean isDelivered(int number) {
        return number % 4 == 0;
    }

    static String recipient(int number) {
        return "sip:person" + number % 3 + "@acorn.example";
    }

    static StoredMessage message(int number) {
        Random random = new Random(number);
        byte[] body = new byte[random.nextInt(5) == 0 ? random.nextInt(12_000) : random.nextInt(600)];
        random.nextBytes(body);
        byte[] head = ("MESSAGE " + number + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return new StoredMessage(0, recipient(number), Integer.toString(number), number, request);
    }

    private static void say(FileOutputStream out, String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
