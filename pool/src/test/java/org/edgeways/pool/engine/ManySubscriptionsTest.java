package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One who watches the same person over and over: at the limit, and past it. */
class ManySubscriptionsTest {

    private static final int MOST = PresenceLimits.DEFAULT.subscriptionsPerPair();
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final List<Watcher> watchers = new ArrayList<>();

    @BeforeEach
    void aliceWatchesAsOftenAsAllowed() {
        alice.signIn();
        for (int i = 0; i < MOST; i++) {
            assertThat(watchesBob(alice).status()).isEqualTo(200);
            world.advance(1);
        }
    }

    private SipMessage watchesBob(Device device) {
        Watcher watcher = new Watcher(device, BOB);
        watchers.add(watcher);
        return watcher.subscribe(3600);
    }

    private int over() {
        return (int) watchers.stream()
                .filter(watcher -> watcher.state().startsWith("terminated"))
                .count();
    }

    @Test
    void oneMoreEndsTheOneThatWasNotRefreshedForLongestAndHasItAskAgainLater() {
        assertThat(over()).isZero();
        watchers.getFirst().refresh(3600);
        assertThat(watchesBob(alice).status()).isEqualTo(200);
        assertThat(watchers.get(1).state()).isEqualTo("terminated;reason=probation;retry-after=300");
        assertThat(over()).isEqualTo(1);
        assertThat(world.store.subscriptions).hasSize(MOST);
    }

    @Test
    void allTheirDevicesCountTogether() {
        Device laptop = world.inside("alice");
        laptop.signIn();
        assertThat(watchesBob(laptop).status()).isEqualTo(200);
        assertThat(world.store.subscriptions).hasSize(MOST);
    }

    @Test
    void otherPeopleAndEventsAndWatchersHaveTheirOwn() {
        assertThat(new Watcher(alice, "sip:carol@acorn.example").subscribe(600).status())
                .isEqualTo(200);
        assertThat(new Watcher(alice, alice.address()).list().subscribe(600).status())
                .isEqualTo(200);
        assertThat(new Watcher(alice, alice.address())
                        .event("reg")
                        .subscribe(600)
                        .status())
                .isEqualTo(200);
        Device carol = world.inside("carol");
        carol.signIn();
        assertThat(watchesBob(carol).status()).isEqualTo(200);
        assertThat(over()).isZero();
    }

    @Test
    void threeWatchersLeaveRoomForAFourth() {
        PoolWorld small = new PoolWorld(PoolWorld.settings(PoolWorld.limits(10_000, 3 * MOST + 1)));
        for (String name : List.of("alice", "carol", "dave")) {
            Device device = small.inside(name);
            device.signIn();
            for (int i = 0; i < 2 * MOST; i++) {
                new Watcher(device, BOB).subscribe(3600);
            }
        }
        small.account("erin", "", true);
        Device erin = small.inside("erin");
        erin.signIn();
        assertThat(new Watcher(erin, BOB).subscribe(3600).status()).isEqualTo(200);
    }

    @Test
    void whoAnswersNoNotifyGetsNoMoreEither() {
        PoolWorld quiet = new PoolWorld();
        Device device = quiet.inside("alice");
        device.signIn();
        device.answers = null;
        for (int i = 0; i < MOST; i++) {
            assertThat(new Watcher(device, BOB).subscribe(3600).status()).isEqualTo(200);
        }
        assertThat(new Watcher(device, BOB).subscribe(3600).status()).isEqualTo(480);
        assertThat(quiet.log.getLast()).contains("limit subscriptionsPerPair");
    }
}
