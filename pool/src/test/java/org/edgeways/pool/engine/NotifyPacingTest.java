package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** One whom thousands watch: what happens is told to all of them soon, though not to all at once. */
class NotifyPacingTest {

    private static final int WATCHERS = 1_000;
    private static final int A_TURN = 200;
    private static final long TURN_NANOS = 20_000_000;
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld(PoolWorld.settings(PoolWorld.crowd()));
    private final List<Watcher> watchers = new ArrayList<>();

    private void watchedBy(Device device) {
        device.signIn();
        for (int i = 0; i < WATCHERS; i++) {
            Watcher watcher = new Watcher(device, BOB);
            assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
            assertThat(watcher.lastNotify().first(HeaderName.SUBSCRIPTION_STATE))
                    .startsWith("active");
            watchers.add(watcher);
        }
        device.inbox.clear();
    }

    private long notifies() {
        return world.counters.value("pool_notifies", "event", "presence");
    }

    /** How many NOTIFYs leave in each 20 ms from now on. */
    private List<Long> inTurns(int turns) {
        List<Long> counts = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            long before = notifies();
            world.now += TURN_NANOS;
            world.advance(0);
            counts.add(notifies() - before);
        }
        return counts;
    }

    @Test
    void aChangeIsToldToAThousandWatchersInSeveralTurns() {
        watchedBy(world.inside("alice"));
        world.advance(10);
        long before = notifies();
        world.inside("bob").signIn();
        assertThat(notifies() - before).as("in one moment").isEqualTo(A_TURN);
        assertThat(inTurns(5)).containsExactly(200L, 200L, 200L, 200L, 0L);
        assertThat(watchers).allMatch(watcher -> watcher.last().contains("<basic>open</basic>"));
    }

    @Test
    void whoWaitsForTheirTurnIsToldTheNewestStateOnly() {
        watchedBy(world.inside("alice"));
        world.advance(10);
        Device bob = world.inside("bob");
        bob.signIn();
        bob.signOut();
        world.advance(30);
        assertThat(watchers.getLast().notifies()).as("it is as they know it").isEmpty();
        assertThat(watchers.getFirst().notifies()).hasSize(2);
        assertThat(watchers.getFirst().last()).contains("<basic>closed</basic>");
        assertThat(world.counters.value("pool_notifies_deferred", "limit", "turns"))
                .isEqualTo(WATCHERS - A_TURN);
    }

    @Test
    void whoAsksMeanwhileIsToldAtOnce() {
        Device alice = world.inside("alice");
        watchedBy(alice);
        world.advance(10);
        world.inside("bob").signIn();
        Watcher another = new Watcher(alice, BOB);
        another.subscribe(600);
        assertThat(another.last()).contains("<basic>open</basic>");
        Watcher waiting = watchers.getLast();
        assertThat(waiting.notifies()).isEmpty();
        waiting.refresh(600);
        assertThat(waiting.last()).contains("<basic>open</basic>");
        watchers.get(WATCHERS - 2).refresh(0);
        assertThat(watchers.get(WATCHERS - 2).state()).startsWith("terminated");
        world.advance(1);
        assertThat(waiting.notifies()).as("not a second time").hasSize(1);
    }

    @Test
    void theEndOfAThousandSubscriptionsIsToldInSeveralTurnsToo() {
        watchedBy(world.inside("alice"));
        world.accounts.remove(BOB);
        long before = notifies();
        world.engine.accountChanged(BOB, world.now);
        world.settle();
        assertThat(notifies() - before).isEqualTo(A_TURN);
        world.advance(1);
        assertThat(watchers).allMatch(watcher -> watcher.state().equals("terminated;reason=noresource"));
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void whatDidNotGetThroughIsNotRetriedAllInOneMoment() {
        Device outside = world.outside("carol");
        watchedBy(outside);
        world.advance(10);
        outside.answers = request -> SipMessage.responseTo(request, 503, "Full", "dev");
        world.inside("bob").signIn();
        world.advance(1);
        outside.inbox.clear();
        outside.answers = request -> SipMessage.responseTo(request, 200, "OK", "dev");
        world.advance(57);
        assertThat(outside.received("NOTIFY")).isEmpty();
        Set<Integer> seconds = new TreeSet<>();
        long most = 0;
        for (int second = 58; second < 80; second++) {
            long before = notifies();
            world.advance(1);
            if (notifies() > before) {
                seconds.add(second);
            }
            most = Math.max(most, notifies() - before);
        }
        assertThat(watchers).allMatch(watcher -> watcher.last().contains("<basic>open</basic>"));
        assertThat(most).as("in the worst second, of seconds " + seconds).isLessThan(WATCHERS / 5);
    }
}
