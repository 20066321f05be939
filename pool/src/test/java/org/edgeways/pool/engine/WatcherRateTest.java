package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** One who watches very many: they are told of only so many in a second, and of the others later, as they are then. */
class WatcherRateTest {

    private static final int A_SECOND = PresenceLimits.DEFAULT.notifiesPerWatcher();

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final List<Device> people = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();

    private static String address(int number) {
        return "sip:person" + number + "@acorn.example";
    }

    private void aliceWatches(int count) {
        alice.signIn();
        for (int i = 0; i < count; i++) {
            world.account("person" + i, "", true);
            people.add(world.inside("person" + i));
            Watcher watcher = new Watcher(alice, address(i));
            assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
            watchers.add(watcher);
        }
        world.advance(10);
        alice.inbox.clear();
    }

    private int told() {
        return alice.received("NOTIFY").size();
    }

    @Test
    void asManyAsTheLimitAreToldAtOnceAndOneMoreASecondLater() {
        aliceWatches(A_SECOND + 1);
        people.forEach(Device::signIn);
        assertThat(told()).isEqualTo(A_SECOND);
        world.now += PoolWorld.SECOND - 1;
        world.advance(0);
        assertThat(told()).isEqualTo(A_SECOND);
        world.now += 1;
        world.advance(0);
        assertThat(told()).isEqualTo(A_SECOND + 1);
        assertThat(watchers).allMatch(watcher -> watcher.last().contains("<basic>open</basic>"));
        assertThat(world.counters.value("pool_notifies_deferred", "limit", "notifiesPerWatcher"))
                .isEqualTo(1);
    }

    @Test
    void nothingIsLostAndTheNewestStateIsTold() {
        int all = 5 * A_SECOND;
        aliceWatches(all);
        people.forEach(Device::signIn);
        // half of those that wait are different again before their turn, and some of those that were told
        for (int i = 0; i < all; i += 2) {
            people.get(i).signOut();
        }
        for (int second = 0; second < 20; second++) {
            int before = told();
            world.advance(1);
            assertThat(told() - before).as("in second " + second).isLessThanOrEqualTo(A_SECOND);
        }
        for (int i = 0; i < all; i++) {
            List<SipMessage> notifies = watchers.get(i).notifies();
            boolean open = i % 2 == 1;
            boolean atOnce = i < A_SECOND;
            assertThat(notifies).as("of " + address(i)).hasSize(open ? 1 : atOnce ? 2 : 0);
            if (!notifies.isEmpty()) {
                assertThat(watchers.get(i).last()).contains(open ? "<basic>open</basic>" : "<basic>closed</basic>");
            }
        }
    }

    @Test
    void anotherWatcherDoesNotWaitAndWhoAsksIsToldAtOnce() {
        aliceWatches(2 * A_SECOND);
        Device carol = world.inside("carol");
        carol.signIn();
        Watcher another = new Watcher(carol, address(2 * A_SECOND - 1));
        another.subscribe(3600);
        world.advance(10);
        people.forEach(Device::signIn);
        assertThat(another.last()).contains("<basic>open</basic>");
        Watcher last = watchers.getLast();
        assertThat(last.notifies()).isEmpty();
        last.refresh(3600);
        assertThat(last.last()).contains("<basic>open</basic>");
    }

    @Test
    void theEndsOfManySubscriptionsAreToldInSeveralSecondsToo() {
        aliceWatches(A_SECOND + 1);
        for (int i = 0; i <= A_SECOND; i++) {
            world.accounts.remove(address(i));
            world.engine.accountChanged(address(i), world.now);
        }
        world.settle();
        assertThat(told()).isEqualTo(A_SECOND);
        world.advance(1);
        assertThat(watchers).allMatch(watcher -> watcher.state().equals("terminated;reason=noresource"));
        assertThat(world.engine.presence().subscriptions()).isZero();
    }
}
