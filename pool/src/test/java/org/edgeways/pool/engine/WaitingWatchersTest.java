package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who has asked and is gone, who is gone for good, and how much of them a person is told. */
class WaitingWatchersTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = world(PresenceDefault.ASK);
    private final Device alice = world.inside("alice");
    private final Device bob = world.inside("bob");
    private final Watcher watcher = new Watcher(alice, BOB);

    private static PoolWorld world(PresenceDefault setting) {
        return new PoolWorld(PoolWorld.settings(new PresenceSettings(setting, PresenceLimits.DEFAULT)));
    }

    @BeforeEach
    void bothAreSignedIn() {
        alice.signIn();
        bob.signIn();
    }

    @Test
    void whoAsksOverAndOverIsWrittenOnce() {
        watcher.subscribe(0);
        world.advance(1);
        assertThat(world.store.decisions).hasSize(1);
        world.store.held = true;
        watcher.subscribe(0);
        watcher.subscribe(0);
        assertThat(watcher.state()).startsWith("terminated");
        assertThat(world.store.tasks).isEmpty();
    }

    @Test
    void whoIsRemovedWhileAskingDoesNotWaitForEver() {
        alice.answers = null;
        watcher.subscribe(600);
        SipMessage first = watcher.lastNotify();
        world.accounts.remove(ALICE);
        world.engine.personRemoved(ALICE, world.now);
        world.settle();
        alice.answer(first, 200);
        assertThat(world.engine.presence().subscriptions()).isZero();
        assertThat(world.engine.presence().decisions(BOB)).isEmpty();
        assertThat(world.store.decisions).isEmpty();
    }

    @Test
    void whoIsRefusedIsReportedAsRejected() {
        Watcher watchers = new Watcher(bob, BOB).event("presence.winfo");
        watcher.subscribe(600);
        watchers.subscribe(600);
        world.advance(10);
        world.engine.presence().decide(BOB, ALICE, Decision.BLOCK, outcome -> {}, world.now);
        world.settle();
        assertThat(watchers.last()).contains("status=\"terminated\"", "event=\"rejected\"");
    }

    @Test
    void whoeverTheSettingDoesNotLetInAnyMoreIsEndedAtTheRestart() {
        Device outside = world.outside("carol");
        outside.signIn();
        new Watcher(outside, BOB).subscribe(3600);
        PoolWorld stricter = world(PresenceDefault.BLOCK);
        stricter.engine.restore(
                world.store.bindings.values().stream()
                        .flatMap(java.util.List::stream)
                        .toList(),
                java.util.List.of(),
                world.store.presence(),
                stricter.now);
        stricter.settle();
        assertThat(stricter.engine.presence().subscriptions()).isZero();
    }

    @Test
    void thousandsOfWatchersDoNotMakeADocumentThatNoReceiverTakes() {
        PoolWorld open = new PoolWorld(PoolWorld.settings(PoolWorld.crowd()));
        Device person = open.inside("bob");
        person.signIn();
        for (String name : new String[] {"alice", "carol", "dave"}) {
            Device device = open.inside(name);
            device.signIn();
            for (int i = 0; i < 1_600; i++) {
                assertThat(new Watcher(device, BOB).subscribe(600).status()).isEqualTo(200);
            }
            device.inbox.clear();
        }
        Watcher watchers = new Watcher(person, BOB).event("presence.winfo");
        watchers.subscribe(600);
        String all = new String(watchers.lastNotify().body(), StandardCharsets.UTF_8);
        assertThat(all.length()).isLessThan(PresenceLimits.DEFAULT.listBytes() * 2);
        assertThat(all.split("<watcher ", -1).length - 1).isEqualTo(1_000);
    }

    @Test
    void ofASubscribeThatCannotBeStoredNobodyHears() {
        Watcher watchers = new Watcher(bob, BOB).event("presence.winfo");
        watchers.subscribe(600);
        world.advance(10);
        int told = watchers.notifies().size();
        world.store.failing = true;
        world.store.held = true;
        watcher.subscribe(600);
        world.advance(10);
        assertThat(world.engine.presence().watchers(BOB)).as("not stored yet").isEmpty();
        assertThat(watchers.refresh(600)).isNull();
        world.store.held = false;
        world.settle();
        assertThat(alice.inbox.getLast().status()).isEqualTo(500);
        world.store.failing = false;
        world.advance(10);
        assertThat(watchers.notifies()).hasSize(told);
        assertThat(world.engine.presence().watchers(BOB)).isEmpty();
        assertThat(world.engine.presence().decisions(BOB)).isEmpty();
        assertThat(world.engine.presence().subscriptions()).isEqualTo(1);
        assertThat(world.store.decisions).isEmpty();
        watcher.subscribe(600);
        world.advance(10);
        assertThat(watchers.last()).contains(ALICE, "pending");
    }

    @Test
    void whoIsBlockedWhileTheSubscribeIsStoredIsEndedWhenItIs() {
        world.store.held = true;
        watcher.subscribe(600);
        world.engine.presence().decide(BOB, ALICE, Decision.BLOCK, outcome -> {}, world.now);
        world.store.held = false;
        world.settle();
        assertThat(watcher.state()).isEqualTo("terminated;reason=rejected");
        assertThat(world.store.subscriptions).isEmpty();
    }
}
