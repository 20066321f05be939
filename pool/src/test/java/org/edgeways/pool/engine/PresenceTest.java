package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** Whether somebody is there, told to those who ask: SUBSCRIBE and NOTIFY of {@code presence} through the pool. */
class PresenceTest {

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice").signedIn();
    private final Watcher watcher = new Watcher(alice, "sip:bob@acorn.example");

    private String basic() {
        return watcher.last().contains("<basic>open</basic>") ? "open" : "closed";
    }

    @Test
    void aWatcherIsToldAtOnceAndOfEachChange() {
        SipMessage ok = watcher.subscribe(600);
        assertThat(ok.status()).isEqualTo(200);
        assertThat(ok.first(HeaderName.EXPIRES)).isEqualTo("600");
        assertThat(basic()).isEqualTo("closed");
        assertThat(watcher.lastNotify().first(HeaderName.SUBSCRIPTION_STATE)).isEqualTo("active;expires=600");
        world.advance(10);
        Device bob = world.inside("bob").signedIn();
        assertThat(basic()).isEqualTo("open");
        world.advance(10);
        bob.signOut();
        assertThat(basic()).isEqualTo("closed");
        assertThat(watcher.notifies()).hasSize(3);
    }

    @Test
    void theFirstNotifyComesAfterThe200AndIsInItsDialog() {
        SipMessage ok = watcher.subscribe(600);
        SipMessage notify = watcher.lastNotify();
        assertThat(alice.inbox.indexOf(notify)).isGreaterThan(alice.inbox.indexOf(ok));
        assertThat(notify.callId()).isEqualTo(ok.callId());
        assertThat(notify.fromTag()).isEqualTo(ok.toTag());
        assertThat(notify.toTag()).isEqualTo(ok.fromTag());
        assertThat(notify.requestUriText()).isEqualTo(alice.contact().replaceAll("[<>]", ""));
        assertThat(notify.first(HeaderName.EVENT)).isEqualTo("presence");
        assertThat(notify.first(HeaderName.CONTACT)).isEqualTo(ok.first(HeaderName.CONTACT));
        assertThat(notify.first(HeaderName.CONTENT_TYPE)).isEqualTo("application/pidf+xml");
    }

    @Test
    void the200ComesOnlyWhenTheSubscriptionIsDurable() {
        world.store.held = true;
        assertThat(watcher.subscribe(600)).isNull();
        assertThat(watcher.notifies()).isEmpty();
        world.store.held = false;
        world.settle();
        assertThat(world.store.subscriptions).hasSize(1);
        assertThat(watcher.notifies()).hasSize(1);
    }

    @Test
    void aStoreThatFailsIsNotAnswered200AndNothingIsTold() {
        world.store.failing = true;
        assertThat(watcher.subscribe(600).status()).isEqualTo(500);
        assertThat(watcher.notifies()).isEmpty();
        assertThat(world.counters.value("pool_subscriptions")).isZero();
    }

    @Test
    void aRefreshThatCannotBeStoredChangesNeitherTheEndNorTheContact() {
        watcher.subscribe(600);
        String target = watcher.lastNotify().requestUriText();
        world.advance(400);
        alice.signIn();
        world.store.failing = true;
        SipMessage moved = watcher.inDialog(alice, 600);
        moved.set(HeaderName.CONTACT, "<sip:elsewhere@192.0.2.99>");
        assertThat(alice.send(moved).status()).isEqualTo(500);
        assertThat(watcher.notifies()).hasSize(1);
        world.store.failing = false;
        world.advance(201);
        assertThat(watcher.state()).isEqualTo("terminated;reason=timeout");
        assertThat(watcher.lastNotify().requestUriText()).isEqualTo(target);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void aSubscriptionDoesNotEndWhileItsRefreshIsBeingStored() {
        watcher.subscribe(600);
        world.advance(400);
        alice.signIn();
        world.advance(199);
        world.store.held = true;
        assertThat(watcher.refresh(600)).isNull();
        world.advance(10);
        assertThat(watcher.notifies()).hasSize(1);
        world.store.held = false;
        world.settle();
        assertThat(watcher.state()).isEqualTo("active;expires=590");
        assertThat(world.store.subscriptions).hasSize(1);
    }

    @Test
    void aSubscriptionWhoseRefreshTakesTooLongToFailEndsThen() {
        watcher.subscribe(600);
        world.advance(400);
        alice.signIn();
        world.advance(199);
        world.store.held = true;
        world.store.failing = true;
        watcher.refresh(600);
        world.advance(10);
        world.store.held = false;
        world.settle();
        world.store.failing = false;
        world.advance(1);
        assertThat(watcher.state()).isEqualTo("terminated;reason=timeout");
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void aRefreshIsAnsweredWithTheWholeStateAndPutsTheEndOff() {
        watcher.subscribe(600);
        world.advance(400);
        alice.signIn();
        assertThat(watcher.refresh(600).status()).isEqualTo(200);
        assertThat(watcher.notifies()).hasSize(2);
        world.advance(300);
        assertThat(watcher.notifies()).hasSize(2);
        alice.signIn();
        world.advance(301);
        assertThat(watcher.lastNotify().first(HeaderName.SUBSCRIPTION_STATE)).isEqualTo("terminated;reason=timeout");
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void whoSaysNoMoreIsToldOnceMoreAndThenNothing() {
        watcher.subscribe(600);
        assertThat(watcher.refresh(0).status()).isEqualTo(200);
        assertThat(watcher.lastNotify().first(HeaderName.SUBSCRIPTION_STATE)).isEqualTo("terminated;reason=timeout");
        int before = watcher.notifies().size();
        world.advance(10);
        world.inside("bob").signedIn();
        assertThat(watcher.notifies()).hasSize(before);
        assertThat(watcher.refresh(600).status()).isEqualTo(481);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void whoAsksOnceIsToldOnce() {
        world.inside("bob").signedIn();
        SipMessage ok = watcher.subscribe(0);
        assertThat(ok.status()).isEqualTo(200);
        assertThat(watcher.lastNotify().first(HeaderName.SUBSCRIPTION_STATE)).isEqualTo("terminated;reason=timeout");
        assertThat(basic()).isEqualTo("open");
        world.advance(100);
        assertThat(watcher.notifies()).hasSize(1);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void changesInQuickSuccessionAreToldOnceAfterFiveSecondsWithTheNewestState() {
        watcher.subscribe(600);
        Device bob = world.inside("bob").signedIn();
        bob.signOut();
        bob.signIn();
        assertThat(watcher.notifies()).hasSize(1);
        world.advance(4);
        assertThat(watcher.notifies()).hasSize(1);
        world.advance(1);
        assertThat(watcher.notifies()).hasSize(2);
        assertThat(basic()).isEqualTo("open");
        world.advance(60);
        assertThat(watcher.notifies()).hasSize(2);
    }

    @Test
    void whatIsAsBeforeIsNotToldAgain() {
        Device bob = world.inside("bob").signedIn();
        watcher.subscribe(600);
        bob.signOut();
        bob.signIn();
        world.advance(30);
        assertThat(watcher.notifies()).hasSize(1);
    }

    @Test
    void oneWhoVanishesIsToldClosedWhenTheConnectionBreaksOrTheRegistrationEnds() {
        Device bob = world.inside("bob").signedIn();
        watcher.subscribe(3600);
        world.advance(10);
        bob.die();
        assertThat(basic()).isEqualTo("closed");
        world.advance(10);
        Device outside = world.outside("bob").signedIn();
        assertThat(basic()).isEqualTo("open");
        outside.dead = true;
        world.advance(300);
        alice.signIn();
        world.advance(301);
        assertThat(basic()).isEqualTo("closed");
    }

    @Test
    void aNotifyThatIsRefusedEndsTheSubscription() {
        watcher.subscribe(600);
        alice.answers = request -> SipMessage.responseTo(request, 481, "Gone", "dev");
        world.inside("bob").signedIn();
        world.advance(10);
        assertThat(world.store.subscriptions).isEmpty();
        assertThat(world.counters.value("pool_notifies_failed", "reason", "refused"))
                .isEqualTo(1);
    }

    @Test
    void aBrowserThatGetsTheFirstNotifyBeforeTheAnswerToItsSubscribeIsToldOnceMore() {
        alice.answers = request -> SipMessage.responseTo(request, 481, "Subscription does not exist", "dev");
        watcher.subscribe(600);
        assertThat(world.store.subscriptions).hasSize(1);
        alice.answers = request -> SipMessage.responseTo(request, 200, "OK", "dev");
        world.advance(1);
        assertThat(watcher.notifies()).hasSize(2);
        assertThat(basic()).isEqualTo("closed");
        world.inside("bob").signedIn();
        world.advance(10);
        assertThat(basic()).isEqualTo("open");
    }

    @Test
    void aFirstNotifyThatIsRefusedTwiceEndsTheSubscription() {
        alice.answers = request -> SipMessage.responseTo(request, 481, "Gone", "dev");
        watcher.subscribe(600);
        world.advance(1);
        assertThat(watcher.notifies()).hasSize(2);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void aNotifyThatIsNeverAnsweredEndsTheSubscription() {
        alice.answers = null;
        watcher.subscribe(600);
        world.advance(33);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void theNextNotifyWaitsForTheAnswerToTheOneBefore() {
        watcher.subscribe(600);
        alice.answers = null;
        world.advance(10);
        Device bob = world.inside("bob").signedIn();
        SipMessage open = watcher.lastNotify();
        world.advance(10);
        bob.signOut();
        assertThat(watcher.notifies()).hasSize(2);
        alice.answer(open, 200);
        assertThat(watcher.notifies()).hasSize(3);
        assertThat(basic()).isEqualTo("closed");
    }

    @Test
    void aWatcherWhoseConnectionBrokeIsToldWhatItMissedWhenItSignsInAgain() {
        watcher.subscribe(600);
        world.advance(10);
        alice.die();
        world.inside("bob").signedIn();
        assertThat(watcher.notifies()).hasSize(1);
        world.advance(10);
        alice.dead = false;
        alice.origin =
                org.edgeways.sip.transaction.Origin.connection(new org.edgeways.sip.transaction.Flow(world.nextFlow++));
        alice.signIn();
        assertThat(watcher.notifies()).hasSize(2);
        assertThat(basic()).isEqualTo("open");
    }

    @Test
    void aWatcherOutsideIsToldThroughItsEdgeNode() {
        Device outside = world.outside("carol").signedIn();
        Watcher away = new Watcher(outside, "sip:bob@acorn.example");
        SipMessage ok = away.subscribe(600);
        assertThat(ok.elements(HeaderName.RECORD_ROUTE).getFirst()).contains(outside.token());
        assertThat(away.lastNotify().elements(HeaderName.ROUTE).getFirst()).contains(outside.token());
        world.advance(10);
        world.inside("bob").signedIn();
        assertThat(away.notifies()).hasSize(2);
        assertThat(away.refresh(600).status()).isEqualTo(200);
    }

    @Test
    void aDeviceOutsideThatIsGoneIsToldWhenItSignsInAgainAndEndsWithItsTime() {
        Device outside = world.outside("carol").signedIn();
        Watcher away = new Watcher(outside, "sip:bob@acorn.example");
        away.subscribe(300);
        outside.dead = true;
        world.advance(10);
        world.inside("bob").signedIn();
        assertThat(world.counters.value("pool_notifies_failed", "reason", "unreachable"))
                .isEqualTo(1);
        world.advance(120);
        outside.dead = false;
        outside.signedIn();
        assertThat(away.last()).contains("<basic>open</basic>");
        outside.dead = true;
        world.advance(200);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void whoHasNotSignedInIsChallenged() {
        Device nobody = world.inside("bob");
        assertThat(new Watcher(nobody, "sip:alice@acorn.example").subscribe(600).status())
                .isEqualTo(407);
    }

    @Test
    void whoSendsCredentialsAlongIsToldOnThatConnectionUntilItBreaks() {
        Device desk = world.inside("carol");
        Watcher guest = new Watcher(desk, "sip:bob@acorn.example");
        assertThat(guest.subscribeSigned(600).status()).isEqualTo(200);
        assertThat(guest.last()).contains("<basic>closed</basic>");
        world.advance(10);
        Device bob = world.inside("bob").signedIn();
        assertThat(guest.last()).contains("<basic>open</basic>");
        world.advance(10);
        desk.die();
        bob.signOut();
        assertThat(guest.notifies()).hasSize(2);
        world.advance(600);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void somebodyElsesSubscriptionCannotBeRefreshedOrEnded() {
        watcher.subscribe(600);
        Device mallory = world.inside("carol").signedIn();
        SipMessage stolen = watcher.inDialog(mallory, 0);
        stolen.set(HeaderName.FROM, "<sip:carol@acorn.example>;tag=" + stolen.fromTag());
        assertThat(mallory.send(stolen).status()).isEqualTo(403);
        assertThat(world.log.getLast()).contains("pool-subscription-of-another");
        assertThat(world.store.subscriptions).hasSize(1);
    }

    @Test
    void anOlderSubscribeDoesNotUndoALaterOne() {
        watcher.subscribe(600);
        SipMessage late = watcher.inDialog(alice, 0);
        late.set(HeaderName.CSEQ, "1 SUBSCRIBE");
        assertThat(alice.send(late).status()).isEqualTo(500);
        assertThat(world.store.subscriptions).hasSize(1);
    }

    @Test
    void anUnknownPersonIs404AndAnUnknownDialog481() {
        assertThat(new Watcher(alice, "sip:zoe@acorn.example").subscribe(600).status())
                .isEqualTo(404);
        watcher.subscribe(600);
        SipMessage stray = watcher.inDialog(alice, 600);
        stray.set(HeaderName.CALL_ID, "another");
        assertThat(alice.send(stray).status()).isEqualTo(481);
    }

    @Test
    void tooBriefIs423AndTooLongIsShortened() {
        SipMessage brief = watcher.subscribe(59);
        assertThat(brief.status()).isEqualTo(423);
        assertThat(brief.first(HeaderName.MIN_EXPIRES)).isEqualTo("60");
        assertThat(watcher.subscribe(60).status()).isEqualTo(200);
        assertThat(watcher.subscribe(100_000).first(HeaderName.EXPIRES)).isEqualTo("7200");
    }

    @Test
    void whatCannotBeReadIsNotSent() {
        SipMessage subscribe = watcher.request(600);
        subscribe.set(HeaderName.ACCEPT, "application/xpidf+xml");
        SipMessage response = alice.send(subscribe);
        assertThat(response.status()).isEqualTo(406);
        assertThat(response.first(HeaderName.ACCEPT)).isEqualTo("application/pidf+xml");
    }

    @Test
    void aSubscribeWithoutContactIsMalformed() {
        SipMessage subscribe = watcher.request(600);
        subscribe.remove(HeaderName.CONTACT);
        assertThat(alice.send(subscribe).status()).isEqualTo(400);
    }

    @Test
    void aWatcherMayHaveOnlySoManySubscriptions() {
        PoolWorld small = new PoolWorld(PoolWorld.settings(PoolWorld.limits(3, 2)));
        Device device = small.inside("alice");
        device.signIn();
        for (String person : List.of("bob", "carol", "dave")) {
            assertThat(new Watcher(device, "sip:" + person + "@acorn.example")
                            .subscribe(600)
                            .status())
                    .isEqualTo(200);
        }
        SipMessage fourth = new Watcher(device, "sip:bob@acorn.example").subscribe(600);
        assertThat(fourth.status()).isEqualTo(480);
        assertThat(fourth.has(HeaderName.RETRY_AFTER)).isTrue();
        assertThat(small.log.getLast()).contains("subscriptionsPerWatcher");
        assertThat(new Watcher(device, "sip:bob@acorn.example").subscribe(0).status())
                .as("asking once takes no room")
                .isEqualTo(200);
    }

    @Test
    void aPersonMayBeWatchedOnlySoOften() {
        PoolWorld small = new PoolWorld(PoolWorld.settings(PoolWorld.limits(3, 2)));
        Device device = small.inside("alice");
        device.signIn();
        Device other = small.inside("carol");
        other.signIn();
        assertThat(new Watcher(device, "sip:bob@acorn.example").subscribe(600).status())
                .isEqualTo(200);
        assertThat(new Watcher(device, "sip:bob@acorn.example").subscribe(600).status())
                .isEqualTo(200);
        assertThat(new Watcher(other, "sip:bob@acorn.example").subscribe(600).status())
                .isEqualTo(480);
        assertThat(small.log.getLast()).contains("subscriptionsPerPerson");
    }

    @Test
    void aPersonWhoIsRemovedIsNotWatchedAnyMoreAndWatchesNobody() {
        watcher.subscribe(600);
        Device bob = world.inside("bob").signedIn();
        Watcher back = new Watcher(bob, "sip:alice@acorn.example");
        back.subscribe(600);
        world.accounts.remove("sip:bob@acorn.example");
        world.engine.accountChanged("sip:bob@acorn.example", world.now);
        world.settle();
        assertThat(watcher.lastNotify().first(HeaderName.SUBSCRIPTION_STATE)).isEqualTo("terminated;reason=noresource");
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void eventsThatThePoolDoesNotServeGoToTheDevices() {
        Device bob = world.inside("bob").signedIn();
        SipMessage subscribe = alice.request("SUBSCRIBE", "sip:bob@acorn.example");
        subscribe.set(HeaderName.EVENT, "dialog");
        assertThat(alice.send(subscribe).status()).isEqualTo(200);
        assertThat(bob.received("SUBSCRIBE")).hasSize(1);
        SipMessage toThePool = alice.request("SUBSCRIBE", "sip:acorn.example");
        toThePool.set(HeaderName.EVENT, "presence");
        SipMessage refused = alice.send(toThePool);
        assertThat(refused.status()).isEqualTo(489);
        assertThat(refused.first(HeaderName.ALLOW_EVENTS)).contains("presence");
    }
}
