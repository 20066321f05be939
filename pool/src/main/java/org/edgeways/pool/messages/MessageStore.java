package org.edgeways.pool.messages;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.base.Counters;
import org.edgeways.pool.engine.StoredMessage;
import org.edgeways.store.Schema;
import org.edgeways.store.Store;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The messages that wait for absent people. A message is stored once its future says so: then it survives a crash and a
 * power cut, until it is deleted. For one person they come out in the order in which they went in.
 *
 * <p>Nothing here blocks; futures complete on threads of the store, where nobody may wait.
 */
public final class MessageStore {

    /** The tables. */
    public static final Schema SCHEMA = new Schema("pool_messages", "org/edgeways/pool/messages/schema");

    private static final int EXPIRED_PER_CALL = 10_000;
    private static final String COLUMNS = "id, recipient, identity, stored_at, request";

    /** A message that is gone, as far as counting needs it. */
    public record Removed(long id, String recipient, long size) {}

    private final Store store;
    private volatile MessageLimits limits;
    private final ConcurrentHashMap<String, Waiting> waiting = new ConcurrentHashMap<>();
    /** Bytes that wait or are on their way to the disk. */
    private final AtomicLong bytes = new AtomicLong();
    /** The last id given; the writer's thread alone counts it up. */
    private final AtomicLong lastId = new AtomicLong();

    private final Counters counters;
    private final Counters.Counter stored;
    private final Counters.Counter repeated;
    private final Counters.Counter expired;

    private MessageStore(Store store, MessageLimits limits, Counters counters) {
        this.store = store;
        this.limits = limits;
        this.counters = counters;
        this.stored = counters.counter("pool_messages_stored");
        this.repeated = counters.counter("pool_messages_stored_again");
        this.expired = counters.counter("pool_messages_expired");
        counters.gauge("pool_messages_waiting_bytes", bytes::get);
    }

    /** Holds to other limits from now on; what waits already stays. */
    public void use(MessageLimits next) {
        limits = next;
    }

    /**
     * Reads what waits. Blocks: for the start of the process.
     *
     * @throws java.util.concurrent.CompletionException if the store cannot be read
     */
    public static MessageStore open(Store store, MessageLimits limits, Counters counters) {
        MessageStore messages = new MessageStore(store, limits, counters);
        List<Waiting> found = store.write(handle -> {
                    messages.lastId.set(handle.createQuery("SELECT COALESCE(MAX(id), 0) FROM messages")
                            .mapTo(Long.class)
                            .one());
                    return handle.createQuery("SELECT recipient, COUNT(*), SUM(size) FROM messages GROUP BY recipient")
                            .map((row, context) -> new Waiting(row.getString(1), row.getLong(2), row.getLong(3)))
                            .list();
                })
                .join();
        for (Waiting one : found) {
            messages.waiting.put(one.recipient(), one);
            messages.bytes.addAndGet(one.bytes());
        }
        return messages;
    }

    /**
     * Keeps a message; its id is ignored, and another given. A message whose recipient and identity are those of one
     * that waits is the same message, and is not kept twice.
     */
    public CompletableFuture<Appended> append(StoredMessage message) {
        long size = message.size();
        if (bytes.addAndGet(size) > limits.bytesInAll()) {
            bytes.addAndGet(-size);
            return CompletableFuture.completedFuture(refused(MessageErrorCode.ALL_BYTES));
        }
        CompletableFuture<Appended> future = store.write(handle -> append(handle, message), appended -> {
            switch (appended) {
                case Appended.Stored(long id) -> {
                    stored.increment();
                    waiting.merge(message.recipient(), new Waiting(message.recipient(), 1, size), MessageStore::sum);
                }
                case Appended.AlreadyStored(long id) -> {
                    repeated.increment();
                    bytes.addAndGet(-size);
                }
                case Appended.Refused(MessageErrorCode code) -> {
                    refused(code);
                    bytes.addAndGet(-size);
                }
            }
        });
        return future.whenComplete((appended, failure) -> {
            if (failure != null) {
                bytes.addAndGet(-size);
            }
        });
    }

    /**
     * The messages of a person after {@code afterId}, oldest first.
     *
     * @param afterId 0 from the start
     * @param limit how many at most
     */
    public CompletableFuture<List<StoredMessage>> next(String recipient, long afterId, int limit) {
        return store.read(handle -> handle.createQuery("SELECT " + COLUMNS + " FROM messages"
                        + " WHERE recipient = :recipient AND id > :after ORDER BY id LIMIT :limit")
                .bind("recipient", recipient)
                .bind("after", afterId)
                .bind("limit", limit)
                .map(MessageStore::message)
                .list());
    }

    /** Deletes a message that was delivered; false if there is none of that id. */
    public CompletableFuture<Boolean> delete(long id) {
        return store.write(
                        handle -> {
                            Optional<Removed> found = handle.createQuery(
                                            "SELECT id, recipient, size FROM messages WHERE id = :id")
                                    .bind("id", id)
                                    .map(MessageStore::removed)
                                    .findOne();
                            handle.createUpdate("DELETE FROM messages WHERE id = :id")
                                    .bind("id", id)
                                    .execute();
                            return found.map(List::of).orElseGet(List::of);
                        },
                        this::forget)
                .thenApply(removed -> !removed.isEmpty());
    }

    /**
     * Deletes what came before {@code storedBefore}, 10,000 messages at most in one call.
     *
     * @param storedBefore nanoseconds since 1970
     * @return what was deleted
     */
    public CompletableFuture<List<Removed>> expire(long storedBefore) {
        return remove(
                        "id IN (SELECT id FROM messages WHERE stored_at < :bound ORDER BY stored_at LIMIT "
                                + EXPIRED_PER_CALL + ")",
                        storedBefore)
                .thenApply(removed -> {
                    expired.add(removed.size());
                    return removed;
                });
    }

    /** Deletes all that waits for a person, because the person is removed: nobody of the same name may read it. */
    public CompletableFuture<List<Removed>> discard(String recipient) {
        return remove("recipient = :bound", recipient);
    }

    /** How long a message may wait: what is older is for {@link #expire}. */
    public Duration age() {
        return limits.age();
    }

    /** What waits for a person now, from memory. */
    public Waiting waitingFor(String recipient) {
        return waiting.getOrDefault(recipient, new Waiting(recipient, 0, 0));
    }

    /** Everybody for whom something waits, from memory, in no order. */
    public List<Waiting> waiting() {
        return List.copyOf(waiting.values());
    }

    private Appended append(Handle handle, StoredMessage message) {
        Optional<Long> same = handle.createQuery(
                        "SELECT id FROM messages WHERE recipient = :recipient AND identity = :identity")
                .bind("recipient", message.recipient())
                .bind("identity", message.identity())
                .mapTo(Long.class)
                .findOne();
        if (same.isPresent()) {
            return new Appended.AlreadyStored(same.get());
        }
        Waiting before = handle.createQuery(
                        "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM messages WHERE recipient = :recipient")
                .bind("recipient", message.recipient())
                .map((row, context) -> new Waiting(message.recipient(), row.getLong(1), row.getLong(2)))
                .one();
        if (before.messages() >= limits.messagesPerRecipient()) {
            return new Appended.Refused(MessageErrorCode.RECIPIENT_MESSAGES);
        }
        if (before.bytes() + message.size() > limits.bytesPerRecipient()) {
            return new Appended.Refused(MessageErrorCode.RECIPIENT_BYTES);
        }
        long id = lastId.incrementAndGet();
        handle.createUpdate("INSERT INTO messages (id, recipient, identity, stored_at, size, request)"
                        + " VALUES (:id, :recipient, :identity, :storedAt, :size, :request)")
                .bind("id", id)
                .bind("recipient", message.recipient())
                .bind("identity", message.identity())
                .bind("storedAt", message.storedAt())
                .bind("size", message.size())
                .bind("request", message.request())
                .execute();
        return new Appended.Stored(id);
    }

    private CompletableFuture<List<Removed>> remove(String condition, Object bound) {
        return store.write(
                handle -> {
                    List<Removed> found = handle.createQuery(
                                    "SELECT id, recipient, size FROM messages WHERE " + condition)
                            .bind("bound", bound)
                            .map(MessageStore::removed)
                            .list();
                    handle.createUpdate("DELETE FROM messages WHERE " + condition)
                            .bind("bound", bound)
                            .execute();
                    return found;
                },
                this::forget);
    }

    private void forget(List<Removed> removed) {
        for (Removed one : removed) {
            bytes.addAndGet(-one.size());
            waiting.computeIfPresent(
                    one.recipient(),
                    (recipient, before) -> before.messages() <= 1
                            ? null
                            : new Waiting(recipient, before.messages() - 1, before.bytes() - one.size()));
        }
    }

    private Appended refused(MessageErrorCode code) {
        counters.counter("pool_messages_not_stored", "reason", code.code()).increment();
        return new Appended.Refused(code);
    }

    private static Waiting sum(Waiting a, Waiting b) {
        return new Waiting(a.recipient(), a.messages() + b.messages(), a.bytes() + b.bytes());
    }

    private static Removed removed(ResultSet row, StatementContext context) throws SQLException {
        return new Removed(row.getLong("id"), row.getString("recipient"), row.getLong("size"));
    }

    private static StoredMessage message(ResultSet row, StatementContext context) throws SQLException {
        return new StoredMessage(
                row.getLong("id"),
                row.getString("recipient"),
                row.getString("identity"),
                row.getLong("stored_at"),
                row.getBytes("request"));
    }
}
