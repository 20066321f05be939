package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.Publication;
import org.edgeways.pool.presence.engine.SavedSubscription;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An account was changed, and the pool died before anything that follows from it was on disk. */
class AccountsAtStartTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device phone = world.outside("alice");
    private final Device bob = world.outside("bob");
    private final Watcher watcher = new Watcher(phone, BOB);

    @BeforeEach
    void bothAreSignedIn() {
        phone.signIn();
        bob.signIn();
        SipMessage publish = phone.request("PUBLISH", ALICE);
        publish.set(HeaderName.EVENT, "presence");
        publish.setBody(
                "application/pidf+xml", PublishTest.pidf("open", "vacation", "").getBytes(StandardCharsets.UTF_8));
        assertThat(phone.send(publish).status()).isEqualTo(200);
        assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
        world.advance(20);
    }

    private void assertPhoneIsOut() {
        world.restart();
        assertThat(world.engine.bindings(ALICE, world.now)).isEmpty();
        assertThat(world.store.bindings.get(ALICE)).as("on disk").isEmpty();
        assertThat(world.store.publications).as("what it published").isEmpty();
        assertThat(phone.send(phone.message("bob", "still me")).status()).isEqualTo(407);
        assertThat(bob.texts()).isEmpty();
        bob.signOut();
        world.advance(60);
        assertThat(watcher.notifies()).as("bob is away").isEmpty();
        bob.signIn();
        assertThat(bob.send(bob.message("alice", "hello")).status()).isEqualTo(202);
        assertThat(phone.texts()).isEmpty();
    }

    @Test
    void aRevokedDeviceDoesNotComeBackWithTheRestart() {
        People.Account alice = world.accounts.get(ALICE);
        world.accounts.put(
                ALICE,
                new People.Account(
                        ALICE, "alice", "Alice", true, alice.devices().subList(0, 1)));
        assertPhoneIsOut();
    }

    @Test
    void whoMayNotSignInFromOutsideAnyMoreIsOutAfterTheRestart() {
        world.account("alice", "Alice", false);
        assertPhoneIsOut();
    }

    @Test
    void whoIsAllowedStaysAsTheyWere() {
        world.restart();
        assertThat(world.engine.bindings(ALICE, world.now)).hasSize(1);
        assertThat(world.store.publications).hasSize(1);
        assertThat(phone.send(phone.message("bob", "still me")).status()).isEqualTo(200);
        bob.signOut();
        world.advance(60);
        assertThat(watcher.last()).contains("<basic>closed</basic>");
    }

    /** A subscription of alice's that came with credentials of the password "phone", and with no registration. */
    private Watcher unsigned(Device device) {
        Watcher unsigned = new Watcher(device, BOB);
        assertThat(unsigned.subscribeSigned(3600).status()).isEqualTo(200);
        world.advance(20);
        device.inbox.clear();
        return unsigned;
    }

    @Test
    void aSubscriptionWithCredentialsAloneSurvivesTheRestart() {
        Watcher unsigned = unsigned(world.outside("alice"));
        world.restart();
        assertThat(world.store.subscriptions).hasSize(2);
        bob.signOut();
        world.advance(60);
        assertThat(unsigned.state()).startsWith("active");
        assertThat(unsigned.last()).contains("<basic>closed</basic>");
    }

    @Test
    void aDeviceInsideWithoutRegistrationRefreshesItsSubscriptionAfterTheRestart() {
        Device desk = world.inside("alice");
        Watcher unsigned = unsigned(desk);
        world.restart();
        desk.origin = Origin.connection(new Flow(world.nextFlow++));
        assertThat(desk.sendSigned(unsigned.inDialog(desk, 3600)).status()).isEqualTo(200);
        assertThat(unsigned.last()).contains("<basic>open</basic>");
        assertThat(world.store.subscriptions).hasSize(2);
    }

    private void withDevices(People.DevicePassword... devices) {
        world.accounts.put(ALICE, new People.Account(ALICE, "alice", "Alice", true, List.of(devices)));
    }

    @Test
    void aSubscriptionWhoseDevicePasswordWasRevokedMeanwhileEnds() {
        Watcher unsigned = unsigned(world.outside("alice"));
        withDevices(world.accounts.get(ALICE).devices().getFirst());
        world.restart();
        assertThat(unsigned.state()).isEqualTo("terminated;reason=deactivated");
        assertThat(unsigned.lastNotify().bodyLength()).isZero();
        assertThat(world.store.subscriptions.values()).noneMatch(saved -> saved.device() == null);
    }

    /** What carol publishes from outside with credentials of the password "phone", and with no registration. */
    private Device published() {
        Device carol = world.outside("carol");
        SipMessage publish = PublishTest.request(carol, PublishTest.pidf("open", "meeting", ""), 3600);
        assertThat(carol.sendSigned(publish).status()).isEqualTo(200);
        return carol;
    }

    private List<Publication> publishedByCarol() {
        return world.store.publications.values().stream()
                .filter(publication -> publication.person().equals(CAROL))
                .toList();
    }

    @Test
    void aPublicationWithCredentialsAloneSurvivesTheRestartAndIsRefreshed() {
        Device carol = published();
        world.restart();
        SipMessage refresh = PublishTest.request(carol, null, 3600);
        refresh.set(PublishTest.IF_MATCH, publishedByCarol().getFirst().tag());
        assertThat(carol.sendSigned(refresh).status()).isEqualTo(200);
    }

    @Test
    void aPublicationFromWhereItsPersonMayNotBeAnyMoreEndsAtTheStart() {
        published();
        world.account("carol", "", false);
        world.restart();
        assertThat(publishedByCarol()).isEmpty();
    }

    @Test
    void aPublicationWhoseDevicePasswordWasRevokedMeanwhileEnds() {
        published();
        People.Account account = world.accounts.get(CAROL);
        world.accounts.put(
                CAROL,
                new People.Account(CAROL, "carol", "", true, account.devices().subList(0, 1)));
        world.restart();
        assertThat(publishedByCarol()).isEmpty();
    }

    /** Another password of the same person keeps nobody's subscription, also if it is the same word. */
    @Test
    void aNewDevicePasswordDoesNotStandForTheRevokedOne() {
        Watcher unsigned = unsigned(world.outside("alice"));
        People.DevicePassword phonePassword =
                world.accounts.get(ALICE).devices().getLast();
        withDevices(new People.DevicePassword("phone-2", phonePassword.hash()));
        world.restart();
        assertThat(unsigned.state()).isEqualTo("terminated;reason=deactivated");
    }

    @Test
    void whatWasSavedBeforePasswordsWereKeptIsToBeMadeAnew() {
        Watcher unsigned = unsigned(world.outside("alice"));
        world.store.subscriptions.replaceAll((id, saved) -> withoutCredential(saved));
        world.restart();
        assertThat(unsigned.state()).isEqualTo("terminated;reason=deactivated");
        assertThat(world.store.subscriptions).hasSize(1);
    }

    private static SavedSubscription withoutCredential(SavedSubscription saved) {
        return new SavedSubscription(
                saved.id(),
                saved.event(),
                saved.eventId(),
                saved.list(),
                saved.watcher(),
                saved.resource(),
                saved.callId(),
                saved.local(),
                saved.remote(),
                saved.target(),
                saved.routes(),
                saved.party(),
                saved.device(),
                null,
                saved.localSequence(),
                saved.remoteSequence(),
                saved.createdAt(),
                saved.savedAt(),
                saved.expiresAt());
    }

    @Test
    void nothingIsToldOutsideWhereRemoteAccessWasWithdrawnMeanwhile() {
        Watcher unsigned = unsigned(world.outside("alice"));
        world.account("alice", "Alice", false);
        world.restart();
        bob.signOut();
        world.advance(3600);
        assertThat(unsigned.notifies()).isEmpty();
        assertThat(watcher.notifies()).isEmpty();
        assertThat(world.store.subscriptions).isEmpty();
    }

    /** What carol has, and what others have of her. */
    private void carolHasSomething() {
        assertThat(phone.send(phone.message("carol", "for the old carol")).status())
                .isEqualTo(202);
        world.engine.presence().addContact(new Contact(CAROL, BOB, "Bob"), outcome -> {});
        world.engine.presence().addContact(new Contact(BOB, CAROL, "Carol"), outcome -> {});
        world.engine.presence().decide(CAROL, ALICE, Decision.BLOCK, outcome -> {}, world.now);
        world.engine.presence().decide(ALICE, CAROL, Decision.ALLOW, outcome -> {}, world.now);
        world.settle();
    }

    @Test
    void aNewPersonOfARemovedPersonsNameHasNothingOfTheirs() {
        carolHasSomething();
        world.accounts.remove(CAROL);
        world.restart();
        assertThat(world.store.messages).isEmpty();
        assertThat(world.store.contacts).isEmpty();
        assertThat(world.store.decisions).isEmpty();
        world.account("carol", "Carol the second", true);
        Device second = world.inside("carol");
        second.signIn();
        world.advance(60);
        assertThat(second.texts()).isEmpty();
        assertThat(world.engine.presence().contacts(CAROL)).isEmpty();
        assertThat(world.engine.presence().contacts(BOB)).isEmpty();
        assertThat(world.engine.presence().decisions(CAROL)).isEmpty();
        assertThat(world.engine.presence().decisions(ALICE)).isEmpty();
    }

    @Test
    void aDisabledPersonIsOutAndKeepsWhatIsTheirs() {
        Device carol = world.outside("carol");
        carol.signIn();
        Watcher carols = new Watcher(carol, BOB);
        carols.subscribe(3600);
        carol.die();
        carol.answers = null;
        world.advance(5);
        carolHasSomethingWhileAway(carol);
        world.disabled.add(CAROL);
        world.restart();
        assertThat(world.engine.bindings(CAROL, world.now)).isEmpty();
        assertThat(world.store.subscriptions.values())
                .noneMatch(one -> one.watcher().equals(CAROL));
        assertThat(world.store.messages).hasSize(1);
        assertThat(world.engine.presence().contacts(CAROL)).hasSize(1);
        assertThat(world.engine.presence().decisions(CAROL)).hasSize(1);
        world.disabled.clear();
        world.engine.accountChanged(CAROL, world.now);
        Device again = world.inside("carol");
        again.signIn();
        assertThat(again.texts()).containsExactly("for the old carol");
    }

    private void carolHasSomethingWhileAway(Device carol) {
        carolHasSomething();
        assertThat(carol.texts()).isEmpty();
    }
}
