package org.edgeways.pool.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.pool.engine.StoredMessage;
import org.edgeways.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageStoreTest {

    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    @TempDir
    Path directory;

    private final InMemoryCounters counters = new InMemoryCounters();
    private Store store;
    private MessageStore messages;

    @BeforeEach
    void open() {
        open(MessageLimits.DEFAULT);
    }

    private void open(MessageLimits limits) {
        store = Store.open(directory, List.of(MessageStore.SCHEMA), counters);
        messages = MessageStore.open(store, limits, counters);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        open();
    }

    @Test
    void messagesComeOutInTheOrderInWhichTheyCameAsTheyWere() {
        for (int i = 0; i < 5; i++) {
            assertThat(done(messages.append(message(BOB, "b" + i, 1_000 - i, "to bob " + i))))
                    .isInstanceOf(Appended.Stored.class);
            done(messages.append(message(CAROL, "c" + i, 1_000, "to carol")));
        }
        assertThat(texts(done(messages.next(BOB, 0, 10))))
                .containsExactly("to bob 0", "to bob 1", "to bob 2", "to bob 3", "to bob 4");
        StoredMessage second = done(messages.next(BOB, 0, 2)).get(1);
        assertThat(second.recipient()).isEqualTo(BOB);
        assertThat(second.identity()).isEqualTo("b1");
        assertThat(second.storedAt()).isEqualTo(999);
        assertThat(texts(done(messages.next(BOB, second.id(), 2)))).containsExactly("to bob 2", "to bob 3");
    }

    @Test
    void aRestartKeepsMessagesTheirOrderAndTheCountOfThem() {
        done(messages.append(message(BOB, "1", 1, "one")));
        done(messages.append(message(BOB, "2", 2, "two")));
        reopen();
        done(messages.append(message(BOB, "3", 3, "three")));
        assertThat(texts(done(messages.next(BOB, 0, 10)))).containsExactly("one", "two", "three");
        assertThat(messages.waitingFor(BOB)).isEqualTo(new Waiting(BOB, 3, 11));
        assertThat(messages.waiting()).containsExactly(new Waiting(BOB, 3, 11));
    }

    @Test
    void aDeliveredMessageIsGoneForGood() {
        long first = stored(message(BOB, "1", 1, "one"));
        stored(message(BOB, "2", 2, "two"));
        assertThat(done(messages.delete(first))).isTrue();
        assertThat(done(messages.delete(first))).isFalse();
        assertThat(messages.waitingFor(BOB)).isEqualTo(new Waiting(BOB, 1, 3));
        reopen();
        assertThat(texts(done(messages.next(BOB, 0, 10)))).containsExactly("two");
    }

    @Test
    void theSameMessageAgainIsKeptOnceAndAcknowledgedAgain() {
        long first = stored(message(BOB, "same", 1, "hello"));
        assertThat(done(messages.append(message(BOB, "same", 2, "hello"))))
                .isEqualTo(new Appended.AlreadyStored(first));
        reopen();
        assertThat(done(messages.append(message(BOB, "same", 3, "hello"))))
                .isEqualTo(new Appended.AlreadyStored(first));
        stored(message(CAROL, "same", 4, "hello"));
        assertThat(done(messages.next(BOB, 0, 10))).hasSize(1);
        assertThat(messages.waitingFor(BOB)).isEqualTo(new Waiting(BOB, 1, 5));
        assertThat(counters.value("pool_messages_stored_again")).isEqualTo(2);
    }

    @Test
    void refusesTheMessageAfterTheLastThatMayWaitForOnePerson() {
        store.close();
        open(new MessageLimits(3, 1_000, 10_000, Duration.ofDays(1)));
        for (int i = 0; i < 3; i++) {
            stored(message(BOB, "b" + i, 1, "x"));
        }
        assertThat(done(messages.append(message(BOB, "b3", 1, "x"))))
                .isEqualTo(new Appended.Refused(MessageErrorCode.RECIPIENT_MESSAGES));
        stored(message(CAROL, "c", 1, "x"));
        assertThat(done(messages.append(message(BOB, "b2", 1, "x"))))
                .as("one that waits already is acknowledged even then")
                .isInstanceOf(Appended.AlreadyStored.class);
        done(messages.delete(done(messages.next(BOB, 0, 1)).getFirst().id()));
        stored(message(BOB, "b3", 1, "x"));
        assertThat(counters.value("pool_messages_not_stored", "reason", "pool-messages-recipient-count"))
                .isEqualTo(1);
    }

    @Test
    void refusesTheByteAfterTheLastThatMayWaitForOnePerson() {
        store.close();
        open(new MessageLimits(100, 10, 10_000, Duration.ofDays(1)));
        stored(message(BOB, "1", 1, "12345"));
        assertThat(done(messages.append(message(BOB, "2", 1, "123456"))))
                .isEqualTo(new Appended.Refused(MessageErrorCode.RECIPIENT_BYTES));
        stored(message(BOB, "2", 1, "12345"));
    }

    @Test
    void refusesTheByteAfterTheLastThatMayWaitForAll() {
        store.close();
        open(new MessageLimits(100, 10, 15, Duration.ofDays(1)));
        stored(message(BOB, "1", 1, "1234567890"));
        assertThat(done(messages.append(message(CAROL, "2", 1, "123456"))))
                .isEqualTo(new Appended.Refused(MessageErrorCode.ALL_BYTES));
        long last = stored(message(CAROL, "2", 1, "12345"));
        assertThat(counters.value("pool_messages_waiting_bytes")).isEqualTo(15);
        done(messages.delete(last));
        stored(message(CAROL, "3", 1, "12345"));
    }

    @Test
    void dropsWhatIsOlderThanTheBoundAndSaysWhatItDropped() {
        long old = stored(message(BOB, "old", 99, "old"));
        stored(message(BOB, "new", 100, "new"));
        assertThat(done(messages.expire(100))).containsExactly(new MessageStore.Removed(old, BOB, 3));
        assertThat(done(messages.expire(100))).isEmpty();
        assertThat(texts(done(messages.next(BOB, 0, 10)))).containsExactly("new");
        assertThat(messages.waitingFor(BOB)).isEqualTo(new Waiting(BOB, 1, 3));
        assertThat(counters.value("pool_messages_expired")).isEqualTo(1);
    }

    @Test
    void aRemovedPersonsMessagesAreNotForTheNextOfThatName() {
        stored(message(BOB, "1", 1, "one"));
        stored(message(BOB, "2", 1, "two"));
        stored(message(CAROL, "3", 1, "three"));
        assertThat(done(messages.discard(BOB))).hasSize(2);
        assertThat(done(messages.next(BOB, 0, 10))).isEmpty();
        assertThat(messages.waiting()).containsExactly(new Waiting(CAROL, 1, 5));
    }

    @Test
    void bytesAreKeptAsTheyAre() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        done(messages.append(new StoredMessage(0, BOB, "bytes", 1, all)));
        assertThat(done(messages.next(BOB, 0, 1)).getFirst().request()).isEqualTo(all);
    }

    @Test
    void manyAtOnceAreAllKeptInTheOrderOfTheCalls() {
        List<CompletableFuture<Appended>> appended = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            appended.add(messages.append(message(BOB, "m" + i, i, "text " + i)));
            expected.add("text " + i);
        }
        appended.forEach(MessageStoreTest::done);
        assertThat(texts(done(messages.next(BOB, 0, 1_000)))).isEqualTo(expected);
        assertThat(counters.value("store_commits")).isLessThan(250);
    }

    private long stored(StoredMessage message) {
        return ((Appended.Stored) done(messages.append(message))).id();
    }

    private static StoredMessage message(String recipient, String identity, long storedAt, String text) {
        return new StoredMessage(0, recipient, identity, storedAt, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> texts(List<StoredMessage> messages) {
        return messages.stream()
                .map(message -> new String(message.request(), StandardCharsets.UTF_8))
                .toList();
    }

    private static <T> T done(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }
}
