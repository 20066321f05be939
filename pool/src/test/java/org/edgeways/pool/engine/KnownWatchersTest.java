package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.KnownWatcher;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an administrator is shown of a person's watchers. */
class KnownWatchersTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    private final PoolWorld world =
            new PoolWorld(PoolWorld.settings(new PresenceSettings(PresenceDefault.ASK, PresenceLimits.DEFAULT)));
    private final Device alice = world.inside("alice");
    private final Device laptop = world.inside("alice");
    private final Watcher watcher = new Watcher(alice, BOB);
    private final Watcher second = new Watcher(laptop, BOB);

    @BeforeEach
    void aliceIsSignedInOnTwoDevices() {
        alice.signIn();
        laptop.signIn();
    }

    private void decide(String about, Decision decision) {
        world.engine.presence().decide(BOB, about, decision, outcome -> {}, world.now);
        world.settle();
    }

    @Test
    void whoAsksIsListedUntilItIsDecidedAndAfterwards() {
        assertThat(world.engine.presence().watchers(BOB)).isEmpty();
        watcher.subscribe(600);
        second.subscribe(600);
        assertThat(world.engine.presence().watchers(BOB))
                .containsExactly(new KnownWatcher(ALICE, null, KnownWatcher.State.PENDING, 2));
        decide(CAROL, Decision.POLITE_BLOCK);
        decide(ALICE, Decision.ALLOW);
        assertThat(world.engine.presence().watchers(BOB))
                .containsExactly(
                        new KnownWatcher(ALICE, Decision.ALLOW, KnownWatcher.State.ACTIVE, 2),
                        new KnownWatcher(CAROL, Decision.POLITE_BLOCK, KnownWatcher.State.NONE, 0));
        watcher.refresh(0);
        second.refresh(0);
        assertThat(world.engine.presence().watchers(BOB).getFirst())
                .isEqualTo(new KnownWatcher(ALICE, Decision.ALLOW, KnownWatcher.State.NONE, 0));
    }

    @Test
    void whoHasAskedAndIsGoneWaits() {
        watcher.subscribe(600);
        watcher.refresh(0);
        assertThat(world.engine.presence().watchers(BOB))
                .containsExactly(new KnownWatcher(ALICE, null, KnownWatcher.State.WAITING, 0));
    }
}
