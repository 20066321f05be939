package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may not be outside any more is sent nothing there, though the connection to the edge node stands. */
class WithdrawnAccessTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device laptop = world.outside("alice");
    private final Device desk = world.inside("alice");
    private final Device bob = world.inside("bob");
    private final Watcher watcher = new Watcher(laptop, BOB);

    private void withdraw() {
        laptop.inbox.clear();
        world.withdrawRemoteAccess("alice");
    }

    /** Nothing that she had outside is told, also after a long time and when she signs in inside with the same device. */
    private void assertNothingIsToldOutside() {
        desk.instance = laptop.instance;
        desk.regId = laptop.regId;
        assertThat(desk.signIn().status()).isEqualTo(200);
        bob.signOut();
        world.advance(30);
        bob.signIn();
        world.advance(3600);
        assertThat(laptop.inbox).isEmpty();
        assertThat(world.store.subscriptions).isEmpty();
        assertThat(world.counters.value("pool_subscriptions")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aSubscriptionOfASignedInDeviceEndsWithoutAWord(int regId) {
        laptop.regId = regId;
        laptop.signIn();
        bob.signIn();
        assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
        withdraw();
        assertThat(world.store.subscriptions).as("at once").isEmpty();
        assertNothingIsToldOutside();
    }

    @Test
    void aSubscriptionWithCredentialsAloneEndsWithoutAWord() {
        bob.signIn();
        assertThat(watcher.subscribeSigned(3600).status()).isEqualTo(200);
        withdraw();
        assertThat(world.store.subscriptions).as("at once").isEmpty();
        assertNothingIsToldOutside();
    }

    @Test
    void aSubscriptionWhoseNotifyIsOnItsWayGetsNoOtherOne() {
        laptop.signIn();
        bob.signIn();
        laptop.answers = null;
        assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
        SipMessage onItsWay = watcher.lastNotify();
        bob.signOut();
        withdraw();
        laptop.answer(SipMessage.responseTo(onItsWay, 200, "OK"));
        world.settle();
        assertNothingIsToldOutside();
    }

    @Test
    void aSubscriptionThatIsBeingStoredIsNotTold() {
        laptop.signIn();
        bob.signIn();
        world.store.held = true;
        assertThat(watcher.subscribe(3600)).isNull();
        withdraw();
        world.store.held = false;
        world.settle();
        assertThat(laptop.received("NOTIFY")).isEmpty();
        laptop.inbox.clear(); // the answer to the SUBSCRIBE
        assertNothingIsToldOutside();
    }

    /** Also who may not sign in at all. */
    @Test
    void aDisabledPersonIsToldNothingOutside() {
        laptop.signIn();
        bob.signIn();
        assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
        laptop.inbox.clear();
        world.disabled.add(ALICE);
        world.engine.accountChanged(ALICE, world.now);
        world.settle();
        bob.signOut();
        world.advance(3600);
        assertThat(laptop.inbox).isEmpty();
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void aSubscriptionInsideGoesOn() {
        desk.signIn();
        bob.signIn();
        Watcher inside = new Watcher(desk, BOB);
        inside.subscribe(3600);
        world.withdrawRemoteAccess("alice");
        world.advance(20);
        bob.signOut();
        assertThat(inside.last()).contains("<basic>closed</basic>");
    }

    /** The laptop has two connections; the newer one is tried first. */
    private Device secondConnection() {
        Device second = world.outside("alice");
        second.instance = laptop.instance;
        second.regId = 2;
        laptop.regId = 1;
        laptop.signIn();
        world.advance(1);
        second.signIn();
        laptop.inbox.clear();
        second.inbox.clear();
        second.answers = null;
        return second;
    }

    @Test
    void aMessageDoesNotTryTheOtherConnectionOfADevice() {
        bob.signIn();
        Device second = secondConnection();
        bob.start(bob.message("alice", "for her alone"));
        assertThat(second.texts()).hasSize(1);
        world.withdrawRemoteAccess("alice");
        second.answer(second.received("MESSAGE").getFirst(), 430);
        world.advance(3600);
        assertThat(laptop.inbox).isEmpty();
        assertThat(world.store.messages).hasSize(1);
        desk.signIn();
        assertThat(desk.texts()).containsExactly("for her alone");
    }

    @Test
    void aWaitingMessageDoesNotTryTheOtherConnectionOfADevice() {
        bob.signIn();
        assertThat(bob.send(bob.message("alice", "for later")).status()).isEqualTo(202);
        laptop.answers = request -> null;
        Device second = secondConnection();
        world.advance(600);
        SipMessage waiting = second.received("MESSAGE").getLast();
        laptop.inbox.clear();
        world.withdrawRemoteAccess("alice");
        second.answer(waiting, 430);
        world.advance(3600);
        assertThat(laptop.inbox).isEmpty();
        assertThat(world.store.messages).hasSize(1);
    }

    @Test
    void aCallDoesNotTryTheOtherConnectionOfADevice() {
        bob.signIn();
        Device second = secondConnection();
        bob.start(bob.request("INVITE", ALICE));
        assertThat(second.received("INVITE")).hasSize(1);
        world.withdrawRemoteAccess("alice");
        second.answer(second.received("INVITE").getFirst(), 430);
        world.advance(600);
        assertThat(laptop.inbox).isEmpty();
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(480);
    }

    @Test
    void aCallDoesNotGoOnToADeviceThatWasToRingLater() {
        bob.signIn();
        desk.signIn();
        SipMessage register = laptop.register(600);
        register.set(HeaderName.CONTACT, register.first(HeaderName.CONTACT) + ";q=0.1");
        assertThat(laptop.sendSigned(register).status()).isEqualTo(200);
        laptop.inbox.clear();
        desk.answers = null;
        bob.start(bob.request("INVITE", ALICE));
        world.withdrawRemoteAccess("alice");
        desk.answer(desk.received("INVITE").getFirst(), 486);
        world.advance(600);
        assertThat(laptop.inbox).isEmpty();
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(486);
    }

    /** Bob calls alice, and her laptop outside rings. */
    private void ring() {
        bob.signIn();
        laptop.signIn();
        laptop.inbox.clear();
        laptop.answers = null;
        bob.start(bob.request("INVITE", ALICE));
        laptop.answer(laptop.received("INVITE").getFirst(), 180);
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(180);
    }

    @ParameterizedTest
    @ValueSource(strings = {"remote access", "the password of her device", "the account", "the person"})
    void aCallThatRingsOutsideStopsRingingWhenItsRightIsWithdrawn(String right) {
        ring();
        switch (right) {
            case "remote access" -> world.withdrawRemoteAccess("alice");
            case "the password of her device" -> {
                People.Account account = world.accounts.get(ALICE);
                world.accounts.put(
                        ALICE,
                        new People.Account(
                                ALICE,
                                account.username(),
                                account.displayName(),
                                true,
                                account.devices().subList(0, 1)));
                world.engine.accountChanged(ALICE, world.now);
            }
            case "the account" -> {
                world.disabled.add(ALICE);
                world.engine.accountChanged(ALICE, world.now);
            }
            default -> {
                world.accounts.remove(ALICE);
                world.engine.personRemoved(ALICE, world.now);
            }
        }
        world.settle();
        assertThat(laptop.received("CANCEL")).hasSize(1);
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(180, 480);
        laptop.answer(laptop.received("INVITE").getFirst(), 487);
        assertThat(laptop.received("ACK")).hasSize(1);
        world.advance(600);
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(180, 480);
    }

    @Test
    void aCallThatHasNotRungYetIsCancelledAsSoonAsItRings() {
        bob.signIn();
        laptop.signIn();
        laptop.answers = null;
        bob.start(bob.request("INVITE", ALICE));
        SipMessage invite = laptop.received("INVITE").getFirst();
        withdraw();
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(480);
        assertThat(laptop.inbox).isEmpty();
        laptop.answer(invite, 180);
        assertThat(laptop.received("CANCEL")).hasSize(1);
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(480);
    }

    @Test
    void theDeviceInsideGoesOnRingingAndACallThatIsTakenOutsideAllTheSameDoesNotCome() {
        bob.signIn();
        for (Device device : List.of(desk, laptop)) {
            device.signIn();
            device.answers = null;
        }
        bob.start(bob.request("INVITE", ALICE));
        desk.answer(desk.received("INVITE").getFirst(), 180);
        laptop.answer(laptop.received("INVITE").getFirst(), 180);
        world.withdrawRemoteAccess("alice");
        laptop.answer(laptop.received("INVITE").getFirst(), 200);
        assertThat(desk.received("CANCEL")).isEmpty();
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(180, 180);
        desk.answer(desk.received("INVITE").getFirst(), 200);
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(180, 180, 200);
    }

    @Test
    void aCallThatRingsOutsideIsNotBroughtToTheOtherConnectionOfThatDevice() {
        bob.signIn();
        Device second = secondConnection();
        bob.start(bob.request("INVITE", ALICE));
        second.answer(second.received("INVITE").getFirst(), 180);
        world.withdrawRemoteAccess("alice");
        second.answer(second.received("INVITE").getFirst(), 487);
        assertThat(laptop.inbox).isEmpty();
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(180, 480);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallFromOutsideThatRingsInsideEnds(boolean signedIn) {
        bob.signIn();
        bob.answers = null;
        SipMessage call = laptop.request("INVITE", BOB);
        if (signedIn) {
            laptop.signIn();
            laptop.start(call);
        } else {
            laptop.sendSigned(call);
        }
        bob.answer(bob.received("INVITE").getFirst(), 180);
        laptop.inbox.clear();
        world.withdrawRemoteAccess("alice");
        assertThat(bob.received("CANCEL")).hasSize(1);
        assertThat(CallWorld.statuses(laptop, "INVITE")).containsExactly(403);
        bob.answer(bob.received("INVITE").getFirst(), 200);
        assertThat(CallWorld.statuses(laptop, "INVITE")).containsExactly(403);
    }

    @Test
    void aCallGoesOnRingingWhenADeviceSignsOutOrAnotherThingOfTheAccountChanges() {
        ring();
        laptop.answers = request -> null;
        world.account("alice", "Alice of sales", true);
        world.engine.accountChanged(ALICE, world.now);
        laptop.signOut();
        assertThat(laptop.received("CANCEL")).isEmpty();
        laptop.answer(laptop.received("INVITE").getFirst(), 200);
        assertThat(CallWorld.statuses(bob, "INVITE")).containsExactly(180, 200);
    }

    @Test
    void nothingIsKeptOfCallsThatAreOver() {
        ring();
        laptop.answer(laptop.received("INVITE").getFirst(), 486);
        assertThat(world.counters.value("pool_calls_ringing")).isZero();
        bob.start(bob.request("INVITE", ALICE));
        assertThat(world.counters.value("pool_calls_ringing")).isEqualTo(1);
        laptop.answer(laptop.received("INVITE").getLast(), 200);
        assertThat(world.counters.value("pool_calls_ringing")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "MESSAGE", "INFO", "UPDATE", "REFER", "NOTIFY", "BYE"})
    void ofACallThatGoesOnOnlyItsEndIsTold(String method) {
        bob.signIn();
        laptop.signIn();
        laptop.answers = null;
        SipMessage call = bob.request("INVITE", ALICE);
        bob.start(call);
        CallWorld.accept(laptop);
        SipMessage ok = CallWorld.okOf(bob);
        laptop.inbox.clear();
        world.withdrawRemoteAccess("alice");
        bob.start(CallWorld.byCaller(bob, call, ok, method));
        if (method.equals("BYE")) {
            assertThat(laptop.received("BYE")).hasSize(1);
        } else {
            assertThat(laptop.inbox).isEmpty();
            assertThat(CallWorld.statuses(bob, method)).endsWith(480);
        }
    }

    /** Her route names no registration; it names her. */
    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "MESSAGE", "BYE"})
    void alsoOfACallThatSheBeganWithCredentialsAloneOnlyItsEndIsTold(String method) {
        bob.signIn();
        bob.answers = null;
        laptop.sendSigned(laptop.request("INVITE", BOB));
        SipMessage ok = CallWorld.accept(bob);
        bob.start(CallWorld.byCallee(bob, ok, "INFO"));
        assertThat(laptop.received("INFO")).hasSize(1);
        SipMessage invite = CallWorld.invite(bob);
        world.withdrawRemoteAccess("alice");
        world.restart();
        bob.origin = Origin.connection(new Flow(world.nextFlow++));
        bob.signIn();
        bob.inbox.add(invite);
        laptop.inbox.clear();
        bob.start(CallWorld.byCallee(bob, ok, method));
        if (method.equals("BYE")) {
            assertThat(laptop.received("BYE")).hasSize(1);
        } else {
            assertThat(laptop.inbox).isEmpty();
            assertThat(CallWorld.statuses(bob, method)).endsWith(480);
        }
    }

    @Test
    void aCallOfADeviceThatSignedOutGoesOn() {
        bob.signIn();
        laptop.signIn();
        laptop.answers = null;
        SipMessage call = bob.request("INVITE", ALICE);
        bob.start(call);
        CallWorld.accept(laptop);
        SipMessage ok = CallWorld.okOf(bob);
        laptop.signOut();
        laptop.inbox.clear();
        bob.start(CallWorld.byCaller(bob, call, ok, "INVITE"));
        assertThat(laptop.received("INVITE")).hasSize(1);
    }
}
