package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One person who watches their contact list over and over: at the limit of 20 subscriptions, and past it. */
class ManyListsTest {

    private static final int MOST = 20;
    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final List<Watcher> lists = new ArrayList<>();

    @BeforeEach
    void aliceHasAContact() {
        alice.signIn();
        world.engine.presence().addContact(new Contact(ALICE, BOB, "Bob"), refusal -> {});
        world.settle();
    }

    private SipMessage watchesTheList(Device device) {
        Watcher list = new Watcher(device, ALICE).list();
        lists.add(list);
        return list.subscribe(3600);
    }

    private void watchesAsOftenAsAllowed() {
        for (int i = 0; i < MOST; i++) {
            assertThat(watchesTheList(alice).status()).isEqualTo(200);
            world.advance(1);
        }
    }

    private int over() {
        return (int) lists.stream()
                .filter(list -> list.state().startsWith("terminated"))
                .count();
    }

    @Test
    void oneMoreEndsTheOneThatWasNotRefreshedForLongestAndHasItAskAgainLater() {
        watchesAsOftenAsAllowed();
        assertThat(over()).isZero();
        lists.getFirst().refresh(3600);
        assertThat(watchesTheList(alice).status()).isEqualTo(200);
        assertThat(lists.get(1).state()).isEqualTo("terminated;reason=probation;retry-after=300");
        assertThat(lists.getLast().last()).contains(BOB);
        assertThat(over()).isEqualTo(1);
        assertThat(world.store.subscriptions).hasSize(MOST);
    }

    @Test
    void aDeviceThatIsGoneMakesRoomFirst() {
        Device laptop = world.inside("alice");
        laptop.signIn();
        for (int i = 1; i < MOST; i++) {
            assertThat(watchesTheList(alice).status()).isEqualTo(200);
        }
        assertThat(watchesTheList(laptop).status()).isEqualTo(200);
        laptop.die();
        world.inside("bob").signIn();
        world.advance(10);
        assertThat(watchesTheList(alice).status()).isEqualTo(200);
        assertThat(world.store.subscriptions).hasSize(MOST);
        lists.remove(MOST - 1);
        assertThat(over()).isZero();
    }

    @Test
    void whoAnswersNoNotifyGetsNoMoreEither() {
        alice.answers = null;
        for (int i = 0; i < MOST; i++) {
            assertThat(watchesTheList(alice).status()).isEqualTo(200);
        }
        SipMessage refused = watchesTheList(alice);
        assertThat(refused.status()).isEqualTo(480);
        assertThat(refused.has(HeaderName.RETRY_AFTER)).isTrue();
        assertThat(world.log.getLast()).contains("limit listSubscriptionsPerWatcher");
        assertThat(world.counters.value("pool_subscriptions_refused", "limit", "listSubscriptionsPerWatcher"))
                .isEqualTo(1);
    }

    @Test
    void subscriptionsToOthersAreNotCounted() {
        watchesAsOftenAsAllowed();
        for (int i = 0; i < MOST; i++) {
            assertThat(new Watcher(alice, BOB).subscribe(600).status()).isEqualTo(200);
        }
        assertThat(over()).isZero();
        Device bob = world.inside("bob");
        bob.signIn();
        Watcher ofBob = new Watcher(bob, BOB).list();
        assertThat(ofBob.subscribe(600).status()).isEqualTo(200);
        assertThat(over()).isZero();
    }

    @Test
    void inPlaceOfAConnectionThatBrokeTheNewOneIsToldAtOnce() {
        watchesAsOftenAsAllowed();
        alice.die();
        alice.dead = false;
        alice.origin = Origin.connection(new Flow(world.nextFlow++));
        alice.signIn();
        for (int i = 0; i < MOST; i++) {
            assertThat(watchesTheList(alice).status()).isEqualTo(200);
            assertThat(lists.getLast().last()).contains(BOB);
        }
        assertThat(world.store.subscriptions).hasSize(MOST);
    }
}
