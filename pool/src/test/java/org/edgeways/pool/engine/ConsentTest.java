package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceErrorCode;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.pool.presence.engine.WatcherDecision;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who sees whom: decisions about watchers, what holds without one, and who is told of watchers. */
class ConsentTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world =
            new PoolWorld(PoolWorld.settings(new PresenceSettings(PresenceDefault.ASK, PresenceLimits.DEFAULT)));
    private final Device alice = world.inside("alice");
    private final Device bob = world.inside("bob");
    private final Watcher watcher = new Watcher(alice, BOB);
    private final Watcher watchers = new Watcher(bob, BOB).event("presence.winfo");

    @BeforeEach
    void bothAreSignedIn() {
        alice.signIn();
        bob.signIn();
    }

    private List<PresenceErrorCode> decide(Decision decision) {
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().decide(BOB, ALICE, decision, outcome::add, world.now);
        world.settle();
        return outcome;
    }

    @Test
    void whoIsNotDecidedAboutIsPendingAndSeesNothing() {
        assertThat(watcher.subscribe(600).status()).isEqualTo(200);
        assertThat(watcher.state()).isEqualTo("pending;expires=600");
        assertThat(watcher.last()).isEmpty();
        assertThat(watcher.lastNotify().has(HeaderName.CONTENT_TYPE)).isFalse();
        world.advance(10);
        bob.signOut();
        assertThat(watcher.notifies()).hasSize(1);
    }

    @Test
    void aDecisionIsToldAtOnceAndOutlivesTheSubscription() {
        watcher.subscribe(600);
        assertThat(decide(Decision.ALLOW)).containsExactly((PresenceErrorCode) null);
        assertThat(watcher.state()).isEqualTo("active;expires=600");
        assertThat(watcher.last()).contains("<basic>open</basic>");
        watcher.refresh(0);
        watcher.subscribe(600);
        assertThat(watcher.last()).contains("<basic>open</basic>");
        assertThat(world.store.decisions).hasSize(1);
    }

    @Test
    void whoIsBlockedIsToldSoAndRefusedFromThenOn() {
        watcher.subscribe(600);
        decide(Decision.ALLOW);
        decide(Decision.BLOCK);
        assertThat(watcher.state()).isEqualTo("terminated;reason=rejected");
        assertThat(watcher.last()).isEmpty();
        assertThat(world.store.subscriptions).isEmpty();
        SipMessage refused = watcher.subscribe(600);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(watcher.subscribe(0).status()).isEqualTo(403);
        assertThat(world.log.getLast()).contains("pool-watcher-blocked");
    }

    @Test
    void whoIsPolitelyBlockedSeesSomebodyWhoIsNotThereAndNoDifference() {
        SipMessage open = watcher.subscribe(600);
        decide(Decision.POLITE_BLOCK);
        assertThat(watcher.state()).isEqualTo("active;expires=600");
        String blocked = watcher.last();
        assertThat(blocked).contains("<basic>closed</basic>").doesNotContain("open");
        int told = watcher.notifies().size();
        world.advance(20);
        bob.signOut();
        world.advance(20);
        assertThat(watcher.notifies()).as("nothing is told of what happens").hasSize(told);
        decide(Decision.ALLOW);
        assertThat(watcher.last())
                .as("the same as of one who is really not there")
                .isEqualTo(blocked);
        assertThat(open.status()).isEqualTo(200);
    }

    @Test
    void aDecisionThatIsTakenBackLeavesTheDefault() {
        decide(Decision.ALLOW);
        watcher.subscribe(600);
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().forgetDecision(BOB, ALICE, outcome::add);
        world.settle();
        assertThat(watcher.state()).isEqualTo("pending;expires=600");
        world.engine.presence().forgetDecision(BOB, ALICE, outcome::add);
        assertThat(outcome).containsExactly(null, PresenceErrorCode.WATCHER_UNKNOWN);
    }

    @Test
    void aDecisionWhileANotifyIsOnItsWayTakesEffectWithItsAnswer() {
        alice.answers = null;
        watcher.subscribe(600);
        SipMessage first = watcher.lastNotify();
        decide(Decision.BLOCK);
        assertThat(watcher.notifies()).hasSize(1);
        alice.answer(first, 200);
        assertThat(watcher.state()).isEqualTo("terminated;reason=rejected");
    }

    @Test
    void whoIsLetInAgainBeforeTheyWereToldOtherwiseStays() {
        alice.answers = null;
        watcher.subscribe(600);
        SipMessage first = watcher.lastNotify();
        decide(Decision.BLOCK);
        decide(Decision.ALLOW);
        alice.answer(first, 200);
        assertThat(watcher.state()).isEqualTo("active;expires=600");
    }

    @Test
    void aDecisionAboutADeviceThatIsAwayEndsItsSubscription() {
        watcher.subscribe(600);
        world.advance(10);
        alice.die();
        decide(Decision.ALLOW);
        decide(Decision.BLOCK);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void everybodySeesThemselves() {
        Watcher own = new Watcher(bob, BOB);
        own.subscribe(600);
        assertThat(own.last()).contains("<basic>open</basic>");
    }

    @ParameterizedTest
    @EnumSource(PresenceDefault.class)
    void withoutADecisionTheSettingHolds(PresenceDefault setting) {
        PoolWorld other = new PoolWorld(PoolWorld.settings(new PresenceSettings(setting, PresenceLimits.DEFAULT)));
        Device device = other.inside("alice");
        device.signIn();
        Watcher asks = new Watcher(device, BOB);
        int status = asks.subscribe(600).status();
        switch (setting) {
            case ALLOW -> assertThat(asks.state()).startsWith("active");
            case ASK -> assertThat(asks.state()).startsWith("pending");
            case BLOCK -> assertThat(status).isEqualTo(403);
        }
    }

    @Test
    void nobodyDecidesAboutStrangersOrThemselves() {
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().decide(BOB, "sip:zoe@acorn.example", Decision.ALLOW, outcome::add, world.now);
        world.engine.presence().decide(BOB, BOB, Decision.BLOCK, outcome::add, world.now);
        assertThat(outcome).containsExactly(PresenceErrorCode.CONTACT_FOREIGN, PresenceErrorCode.WATCHER_SELF);
    }

    @Test
    void aDecisionAboutWhoMayNotSignInAnyMoreCanBeTakenBackAndAStrangerIsUnknown() {
        decide(Decision.BLOCK);
        world.accounts.remove(ALICE);
        world.engine.accountChanged(ALICE, world.now);
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().forgetDecision(BOB, ALICE, outcome::add);
        world.settle();
        world.engine.presence().forgetDecision(BOB, "sip:zoe@acorn.example", outcome::add);
        assertThat(outcome).containsExactly(null, PresenceErrorCode.WATCHER_UNKNOWN);
        assertThat(world.store.decisions).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Decision.class,
            names = {"ALLOW", "POLITE_BLOCK", "BLOCK"})
    void aDecisionThatCannotBeStoredDoesNotHold(Decision decision) {
        Decision before = decision == Decision.ALLOW ? Decision.POLITE_BLOCK : Decision.ALLOW;
        decide(before);
        watcher.subscribe(600);
        int told = watcher.notifies().size();
        world.store.failing = true;
        assertThat(decide(decision)).containsExactly(PresenceErrorCode.PRESENCE_NOT_STORED);
        world.store.failing = false;
        world.advance(10);
        assertThat(watcher.notifies()).hasSize(told);
        assertThat(world.engine.presence().decisions(BOB))
                .extracting(WatcherDecision::decision)
                .containsExactly(before);
        assertThat(decide(decision)).as("the store works again").containsExactly((PresenceErrorCode) null);
        assertThat(watcher.notifies()).hasSize(told + 1);
    }

    @Test
    void whatCannotBeTakenBackStillHolds() {
        decide(Decision.ALLOW);
        watcher.subscribe(600);
        world.store.failing = true;
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().forgetDecision(BOB, ALICE, outcome::add);
        world.settle();
        assertThat(outcome).containsExactly(PresenceErrorCode.PRESENCE_NOT_STORED);
        assertThat(watcher.notifies()).hasSize(1);
        watcher.refresh(0);
        world.store.failing = false;
        watcher.subscribe(600);
        assertThat(watcher.state()).startsWith("active");
    }

    @Test
    void aDecisionBeingStoredWhenItsPersonIsRemovedIsForgotten() {
        world.store.held = true;
        world.engine.presence().decide(BOB, ALICE, Decision.BLOCK, refusal -> {}, world.now);
        People.Account account = world.accounts.remove(BOB);
        world.engine.personRemoved(BOB, world.now);
        world.store.held = false;
        world.settle();
        world.accounts.put(BOB, account);
        assertThat(world.engine.presence().decisions(BOB)).isEmpty();
        assertThat(world.store.decisions).isEmpty();
    }

    @Test
    void whoAsksAndGoesWhileADecisionAboutThemIsBeingStoredDoesNotReplaceIt() {
        watcher.subscribe(600);
        world.store.held = true;
        world.engine.presence().decide(BOB, ALICE, Decision.ALLOW, refusal -> {}, world.now);
        watcher.refresh(0);
        world.store.held = false;
        world.settle();
        world.restart();
        assertThat(world.engine.presence().decisions(BOB))
                .extracting(WatcherDecision::decision)
                .containsExactly(Decision.ALLOW);
    }

    @Test
    void decisionsAreKeptOverARestart() {
        decide(Decision.ALLOW);
        world.restart();
        assertThat(world.engine.presence().decisions(BOB).getFirst().decision()).isEqualTo(Decision.ALLOW);
    }

    @Test
    void thePersonIsToldWhoAsksAndThatTheyWereLetIn() {
        watchers.subscribe(600);
        assertThat(watchers.last()).contains("version=\"0\"", "state=\"full\"").doesNotContain("<watcher ");
        world.advance(10);
        watcher.subscribe(600);
        assertThat(watchers.last())
                .contains("version=\"1\"", "state=\"partial\"", "status=\"pending\"", ALICE, "display-name=\"Alice\"");
        world.advance(10);
        decide(Decision.ALLOW);
        assertThat(watchers.last()).contains("version=\"2\"", "status=\"active\"", "event=\"approved\"");
        world.advance(10);
        watcher.refresh(0);
        assertThat(watchers.last()).contains("version=\"3\"", "status=\"terminated\"");
    }

    @Test
    void whoHasAskedAndIsGoneWaitsForTheDecision() {
        watcher.subscribe(600);
        watcher.refresh(0);
        watchers.subscribe(600);
        assertThat(watchers.last()).contains("status=\"waiting\"", ALICE);
        watchers.refresh(600);
        assertThat(watchers.last()).contains("status=\"waiting\"", "state=\"full\"");
        world.advance(10);
        watcher.subscribe(600);
        assertThat(watchers.last()).contains("status=\"pending\"");
        decide(Decision.ALLOW);
        world.advance(10);
        watchers.refresh(600);
        assertThat(watchers.last()).contains("status=\"active\"").doesNotContain("waiting", "pending");
    }

    @Test
    void whoAsksOnceWaitsToo() {
        watcher.subscribe(0);
        watchers.subscribe(600);
        assertThat(watchers.last()).contains("status=\"waiting\"", ALICE);
    }

    @Test
    void theNamesOfOtherPeoplesDialogsAreNotShown() {
        SipMessage ok = watcher.subscribe(600);
        watchers.subscribe(600);
        assertThat(watchers.last()).doesNotContain(ok.toTag(), ok.callId());
    }

    @Test
    void whoWatchesAPersonIsForThatPersonOnly() {
        assertThat(new Watcher(alice, BOB)
                        .event("presence.winfo")
                        .subscribe(600)
                        .status())
                .isEqualTo(403);
        assertThat(world.log.getLast()).contains("pool-event-private");
    }

    @Test
    void aDisabledWatcherIsOutWhateverIsDecidedBeforeItsLastNotify() {
        alice.answers = null;
        decide(Decision.ALLOW);
        watcher.subscribe(600);
        SipMessage first = watcher.lastNotify();
        world.disabled.add(ALICE);
        world.engine.accountChanged(ALICE, world.now);
        world.engine.presence().forgetDecision(BOB, ALICE, outcome -> {});
        world.settle();
        alice.answer(first, 200);
        assertThat(world.engine.presence().subscriptions()).isZero();
        assertThat(world.store.subscriptions).isEmpty();
    }
}
