package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceErrorCode;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Contact lists that the server keeps, watched with one subscription (RFC 4662). */
class ContactListTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final Watcher list = new Watcher(alice, ALICE).list();

    @BeforeEach
    void aliceHasTwoContacts() {
        alice.signIn();
        add(BOB, "Bob");
        add(CAROL, "");
    }

    private PresenceErrorCode add(String address, String name) {
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().addContact(new Contact(ALICE, address, name), outcome::add);
        world.settle();
        return outcome.getFirst();
    }

    private PresenceErrorCode remove(String address) {
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().removeContact(ALICE, address, outcome::add);
        world.settle();
        return outcome.getFirst();
    }

    private void decide(String person, Decision decision) {
        world.engine.presence().decide(person, ALICE, decision, refusal -> {}, world.now);
        world.settle();
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    @Test
    void oneSubscriptionTellsOfAllContacts() {
        world.inside("bob").signIn();
        SipMessage ok = list.subscribe(600);
        assertThat(ok.status()).isEqualTo(200);
        assertThat(ok.lists(HeaderName.REQUIRE, "eventlist")).isTrue();
        assertThat(list.lastNotify().lists(HeaderName.REQUIRE, "eventlist")).isTrue();
        assertThat(list.lastNotify().first(HeaderName.CONTENT_TYPE))
                .startsWith("multipart/related;type=\"application/rlmi+xml\"");
        assertThat(list.last())
                .contains("fullState=\"true\"", "version=\"0\"", ">Bob<", "uri=\"" + CAROL + "\"")
                .contains("<basic>open</basic>", "<basic>closed</basic>");
        assertThat(list.notifies()).hasSize(1);
    }

    @Test
    void afterwardsOnlyWhoHasChangedIsTold() {
        list.subscribe(600);
        world.advance(10);
        Device bob = world.inside("bob");
        bob.signIn();
        assertThat(list.last())
                .contains("fullState=\"false\"", "version=\"1\"", BOB, "<basic>open</basic>")
                .doesNotContain(CAROL);
        world.inside("carol").signIn();
        bob.signOut();
        assertThat(list.notifies()).as("paced").hasSize(2);
        world.advance(5);
        assertThat(list.notifies()).hasSize(3);
        assertThat(list.last()).contains(BOB, CAROL, "<basic>open</basic>", "<basic>closed</basic>");
        assertThat(world.counters.value("pool_subscriptions")).isEqualTo(1);
    }

    @Test
    void whoComesAndGoesWithinTheIntervalIsNotTold() {
        list.subscribe(600);
        Device bob = world.inside("bob");
        bob.signIn();
        bob.signOut();
        world.advance(10);
        assertThat(list.notifies()).hasSize(1);
    }

    @Test
    void aRefreshTellsOfAll() {
        list.subscribe(600);
        list.refresh(600);
        assertThat(list.last()).contains("fullState=\"true\"", BOB, CAROL);
        list.refresh(0);
        assertThat(list.state()).startsWith("terminated");
    }

    @Test
    void whoIsAddedRenamedOrRemovedIsToldAtOnce() {
        list.subscribe(600);
        assertThat(add("sip:dave@acorn.example", "Dave")).isNull();
        assertThat(list.last()).contains("fullState=\"false\"", ">Dave<", "<basic>closed</basic>");
        add("sip:dave@acorn.example", "David");
        assertThat(list.last()).contains(">David<");
        assertThat(remove("sip:dave@acorn.example")).isNull();
        assertThat(list.last()).contains("dave", "state=\"terminated\"", "reason=\"noresource\"");
        assertThat(remove("sip:dave@acorn.example")).isEqualTo(PresenceErrorCode.CONTACT_UNKNOWN);
        int told = list.notifies().size();
        world.advance(10);
        world.inside("dave").signIn();
        assertThat(list.notifies()).hasSize(told);
    }

    @Test
    void whatCannotBeStoredDoesNotChangeTheList() {
        list.subscribe(600);
        world.store.failing = true;
        assertThat(add("sip:dave@acorn.example", "Dave")).isEqualTo(PresenceErrorCode.PRESENCE_NOT_STORED);
        assertThat(add(BOB, "Robert")).isEqualTo(PresenceErrorCode.PRESENCE_NOT_STORED);
        assertThat(remove(CAROL)).isEqualTo(PresenceErrorCode.PRESENCE_NOT_STORED);
        world.store.failing = false;
        world.advance(10);
        assertThat(list.notifies()).hasSize(1);
        assertThat(world.engine.presence().contacts(ALICE))
                .containsExactly(new Contact(ALICE, BOB, "Bob"), new Contact(ALICE, CAROL, ""));
        assertThat(remove(CAROL)).isNull();
        assertThat(list.last()).contains(CAROL, "reason=\"noresource\"");
    }

    @Test
    void decisionsHoldForListsToo() {
        world.inside("bob").signIn();
        list.subscribe(600);
        decide(BOB, Decision.POLITE_BLOCK);
        assertThat(list.last()).contains(BOB, "<basic>closed</basic>", "state=\"active\"");
        decide(BOB, Decision.BLOCK);
        assertThat(list.last())
                .contains(BOB, "state=\"terminated\"", "reason=\"rejected\"")
                .doesNotContain("<basic>");
        decide(BOB, Decision.ALLOW);
        assertThat(list.last()).contains("<basic>open</basic>");
    }

    @Test
    void whoIsOnAListIsToldOfItsOwnerAndAsked() {
        PoolWorld asking =
                new PoolWorld(PoolWorld.settings(new PresenceSettings(PresenceDefault.ASK, PresenceLimits.DEFAULT)));
        Device owner = asking.inside("alice");
        owner.signIn();
        Device bob = asking.inside("bob");
        bob.signIn();
        asking.engine.presence().addContact(new Contact(ALICE, BOB, ""), refusal -> {});
        Watcher asks = new Watcher(owner, ALICE).list();
        Watcher watchers = new Watcher(bob, BOB).event("presence.winfo");
        watchers.subscribe(600);
        asking.advance(10);
        asks.subscribe(600);
        assertThat(asks.last()).contains("state=\"pending\"").doesNotContain("<basic>");
        assertThat(asking.engine.presence().watchers(BOB)).hasSize(1);
        assertThat(asking.engine.presence().watchers(ALICE)).isEmpty();
        assertThat(watchers.last()).contains(ALICE, "status=\"pending\"");
        asking.engine.presence().decide(BOB, ALICE, Decision.ALLOW, refusal -> {}, asking.now);
        asking.settle();
        assertThat(asks.last()).contains("<basic>open</basic>");
    }

    @Test
    void whoseClientCannotReadListsSeesThemselvesOnly() {
        Watcher plain = new Watcher(alice, ALICE);
        SipMessage ok = plain.subscribe(600);
        assertThat(ok.has(HeaderName.REQUIRE)).isFalse();
        assertThat(plain.last()).contains("entity=\"" + ALICE + "\"").doesNotContain(BOB);
    }

    @Test
    void otherPeoplesListsAreNotServed() {
        Device bob = world.inside("bob");
        bob.signIn();
        Watcher curious = new Watcher(bob, ALICE).list();
        curious.subscribe(600);
        assertThat(curious.last()).contains("entity=\"" + ALICE + "\"").doesNotContain("rlmi", CAROL);
    }

    @Test
    void aListIsKeptOverARestart() {
        Device outside = world.outside("alice");
        outside.signIn();
        Watcher away = new Watcher(outside, ALICE).list();
        away.subscribe(3600);
        world.restart();
        world.advance(30);
        assertThat(away.last()).contains("fullState=\"true\"", ">Bob<", CAROL);
    }

    @Test
    void aContactWhoIsRemovedFromTheOrganisationEnds() {
        list.subscribe(600);
        world.accounts.remove(BOB);
        world.engine.personRemoved(BOB, world.now);
        world.settle();
        assertThat(list.last()).contains(BOB, "state=\"terminated\"", "reason=\"noresource\"");
        list.refresh(600);
        assertThat(list.last()).contains(CAROL).doesNotContain(BOB);
        assertThat(world.store.contacts).hasSize(1);
    }

    @Test
    void onlyPeopleOfOursAreContactsAndNamesAreShort() {
        assertThat(add("sip:zoe@acorn.example", "")).isEqualTo(PresenceErrorCode.CONTACT_FOREIGN);
        assertThat(add(BOB, "x".repeat(129))).isEqualTo(PresenceErrorCode.CONTACT_NAME_TOO_LONG);
        assertThat(add(BOB, "x".repeat(128))).isNull();
    }

    @Test
    void aThousandContactsComeInSeveralPiecesOneAfterTheOther() {
        for (int i = 2; i < 1000; i++) {
            world.account("person" + i, "", true);
            assertThat(add("sip:person" + i + "@acorn.example", "Person " + i)).isNull();
        }
        world.account("toomuch", "", true);
        assertThat(add("sip:toomuch@acorn.example", "")).isEqualTo(PresenceErrorCode.CONTACTS_FULL);
        remove(BOB);
        world.store.held = true;
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().addContact(new Contact(ALICE, BOB, ""), outcome::add);
        assertThat(add("sip:toomuch@acorn.example", ""))
                .as("while the last is being stored")
                .isEqualTo(PresenceErrorCode.CONTACTS_FULL);
        world.store.held = false;
        world.settle();
        assertThat(outcome).containsExactly((PresenceErrorCode) null);
        list.subscribe(600);
        List<SipMessage> notifies = list.notifies();
        assertThat(notifies.size()).isBetween(3, 10);
        int people = 0;
        int documents = 0;
        for (SipMessage notify : notifies) {
            assertThat(notify.bodyLength()).isLessThanOrEqualTo(PresenceLimits.DEFAULT.listBytes());
            String body = new String(notify.body(), java.nio.charset.StandardCharsets.UTF_8);
            documents += count(body, "<basic>");
            people = Math.max(people, count(body, "<resource "));
        }
        assertThat(people).as("the first names everybody").isEqualTo(1000);
        assertThat(documents).isEqualTo(1000);
    }

    @Test
    void aListIsAskedForOnceWholeOrNotAtAll() {
        SipMessage ok = list.subscribe(0);
        assertThat(ok.status()).isEqualTo(200);
        assertThat(list.state()).isEqualTo("terminated;reason=timeout");
        assertThat(list.last()).contains(BOB, CAROL, "fullState=\"true\"");
        int fits = 2;
        while (list.subscribe(0).status() == 200) {
            assertThat(count(list.last(), "<basic>")).isEqualTo(fits);
            assertThat(list.lastNotify().bodyLength()).isLessThanOrEqualTo(PresenceLimits.DEFAULT.listBytes());
            world.account("person" + ++fits, "", true);
            assertThat(add("sip:person" + fits + "@acorn.example", "")).isNull();
        }
        assertThat(fits).isGreaterThan(200);
        SipMessage refused = list.subscribe(0);
        assertThat(refused.status()).isEqualTo(513);
        assertThat(refused.reason()).contains("subscribe to it");
        assertThat(list.notifies()).isEmpty();
        assertThat(world.log.getLast()).contains("pool-list-too-long: limit listBytes");
        assertThat(list.subscribe(600).status()).isEqualTo(200);
        assertThat(list.notifies()).hasSizeGreaterThan(1);
    }

    @Test
    void aContactWhoIsDisabledAndEnabledAgainIsTheirsAgain() {
        list.subscribe(600);
        world.advance(10);
        world.disabled.add(BOB);
        world.engine.accountChanged(BOB, world.now);
        world.settle();
        assertThat(list.last()).contains(BOB, "state=\"terminated\"", "reason=\"noresource\"");
        world.advance(10);
        world.disabled.clear();
        world.engine.accountChanged(BOB, world.now);
        world.settle();
        assertThat(list.last())
                .contains(BOB, "state=\"active\"", "<basic>closed</basic>")
                .doesNotContain("noresource");
        int told = list.notifies().size();
        world.advance(10);
        world.engine.accountChanged(BOB, world.now);
        world.advance(10);
        assertThat(list.notifies()).as("once").hasSize(told);
    }
}
