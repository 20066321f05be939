package org.edgeways.pool.presence.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.PresenceWrite;
import org.edgeways.pool.presence.engine.Publication;
import org.edgeways.pool.presence.engine.SavedPresence;
import org.edgeways.pool.presence.engine.SavedSubscription;
import org.edgeways.pool.presence.engine.WatcherDecision;
import org.edgeways.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PresenceStoreTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    @TempDir
    Path directory;

    private Store store;
    private PresenceStore presence;

    @BeforeEach
    void open() {
        store = Store.open(directory, List.of(PresenceStore.SCHEMA), new InMemoryCounters());
        presence = new PresenceStore(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aRestartKeepsASubscriptionAsItWas() {
        SavedSubscription outside = new SavedSubscription(
                "0123456789abcdef0123456789abcdef",
                "presence",
                "7",
                true,
                ALICE,
                ALICE,
                "call-id@host",
                "<sip:alice@acorn.example>;tag=0123456789abcdef0123456789abcdef",
                "\"Ål\" <sip:alice@acorn.example>;tag=x",
                "sip:q1b7pdn7@56nvbna0b8cf.invalid;transport=ws",
                List.of("<sip:one@edge1.perimeter.acorn.example;lr>", "<sip:two@edge2.perimeter.acorn.example;lr;ob>"),
                "-",
                "<urn:uuid:6f3d>",
                null,
                3,
                4_000_000_000L,
                1_000,
                2_000,
                2_000_000_000_000_000_000L);
        SavedSubscription inside = subscription("b", BOB, ALICE, 5_000);
        write(new PresenceWrite.SaveSubscription(outside));
        write(new PresenceWrite.SaveSubscription(inside));
        close();
        open();
        assertThat(load(2_000).subscriptions()).containsExactlyInAnyOrder(outside, inside);
    }

    @Test
    void aRefreshReplacesWhatCanChange() {
        write(new PresenceWrite.SaveSubscription(subscription("b", BOB, ALICE, 5_000)));
        SavedSubscription later = subscription("b", BOB, ALICE, "password-2", 9_000);
        write(new PresenceWrite.SaveSubscription(later));
        assertThat(load(0).subscriptions()).containsExactly(later);
        write(new PresenceWrite.ForgetSubscription("b"));
        assertThat(load(0).subscriptions()).isEmpty();
    }

    @Test
    void publicationsContactsAndDecisionsAreKeptChangedAndForgotten() {
        write(new PresenceWrite.SavePublication(publication("p", "t1", "one")));
        write(new PresenceWrite.SavePublication(publication("p", "t2", "two")));
        write(new PresenceWrite.SaveContact(new Contact(ALICE, BOB, "Bob")));
        write(new PresenceWrite.SaveContact(new Contact(ALICE, BOB, "Robert")));
        WatcherDecision blocked = new WatcherDecision(ALICE, BOB, Decision.POLITE_BLOCK, 8);
        write(new PresenceWrite.SaveDecision(new WatcherDecision(ALICE, BOB, Decision.ALLOW, 7)));
        write(new PresenceWrite.SaveDecision(blocked));
        close();
        open();
        SavedPresence saved = load(0);
        assertThat(saved.publications()).hasSize(1);
        Publication found = saved.publications().getFirst();
        assertThat(found.tag()).isEqualTo("t2");
        assertThat(found.party()).isEqualTo("ct2");
        assertThat(found.credential()).isEqualTo("password-t2");
        assertThat(found.body()).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
        assertThat(saved.contacts()).containsExactly(new Contact(ALICE, BOB, "Robert"));
        assertThat(saved.decisions()).containsExactly(blocked);
        write(new PresenceWrite.ForgetPublication("p"));
        write(new PresenceWrite.ForgetContact(ALICE, BOB));
        write(new PresenceWrite.ForgetDecision(ALICE, BOB));
        assertThat(load(0)).isEqualTo(SavedPresence.NONE);
    }

    @Test
    void ofSomebodyWhoIsRemovedNothingIsLeftAlsoOnOtherPeoplesLists() {
        write(new PresenceWrite.SaveSubscription(subscription("a", ALICE, BOB, 9)));
        write(new PresenceWrite.SaveSubscription(subscription("b", BOB, ALICE, 9)));
        SavedSubscription other = subscription("c", CAROL, BOB, 9);
        write(new PresenceWrite.SaveSubscription(other));
        write(new PresenceWrite.SavePublication(publication("p", "t", "x")));
        write(new PresenceWrite.SaveContact(new Contact(ALICE, BOB, "")));
        write(new PresenceWrite.SaveContact(new Contact(BOB, ALICE, "")));
        write(new PresenceWrite.SaveContact(new Contact(BOB, CAROL, "")));
        write(new PresenceWrite.SaveDecision(new WatcherDecision(ALICE, BOB, Decision.ALLOW, 7)));
        write(new PresenceWrite.SaveDecision(new WatcherDecision(BOB, ALICE, Decision.BLOCK, 7)));
        write(new PresenceWrite.ForgetPerson(ALICE));
        assertThat(load(0))
                .isEqualTo(
                        new SavedPresence(List.of(other), List.of(), List.of(new Contact(BOB, CAROL, "")), List.of()));
    }

    @Test
    void whatHasEndedIsNotLoadedAndThenForgotten() {
        SavedSubscription lasting = subscription("a", ALICE, BOB, 101);
        write(new PresenceWrite.SaveSubscription(lasting));
        write(new PresenceWrite.SaveSubscription(subscription("b", ALICE, BOB, 100)));
        write(new PresenceWrite.SavePublication(publication("p", "t", "x")));
        assertThat(load(100).subscriptions()).containsExactly(lasting);
        assertThat(load(100).publications()).isEmpty();
        assertThat(done(presence.removeExpired(100))).isEqualTo(2);
        assertThat(load(0).subscriptions()).containsExactly(lasting);
    }

    private static Publication publication(String id, String tag, String body) {
        return new Publication(
                id, tag, ALICE, null, "c" + tag, "password-" + tag, body.getBytes(StandardCharsets.UTF_8), 1, 2, 50);
    }

    private static SavedSubscription subscription(String id, String watcher, String resource, long expiresAt) {
        return subscription(id, watcher, resource, "password-1", expiresAt);
    }

    private static SavedSubscription subscription(
            String id, String watcher, String resource, String credential, long expiresAt) {
        return new SavedSubscription(
                id,
                "presence",
                null,
                false,
                watcher,
                resource,
                "c",
                "<l>",
                "<r>",
                "sip:x@192.0.2.1",
                List.of(),
                "b1",
                null,
                credential,
                0,
                1,
                1,
                1,
                expiresAt);
    }

    private void write(PresenceWrite write) {
        done(presence.write(write));
    }

    private SavedPresence load(long now) {
        return done(presence.load(now));
    }

    private static <T> T done(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }
}
