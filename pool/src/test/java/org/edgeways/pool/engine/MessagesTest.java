package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

class MessagesTest {

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice").signedIn();

    @Test
    void goesToAllDevicesAndIs200WhenOneHasAnswered() {
        Device phone = world.inside("bob").signedIn();
        Device browser = world.outside("bob").signedIn();
        phone.answers = null;
        assertThat(alice.send(alice.message("bob", "hello")).status()).isEqualTo(200);
        assertThat(phone.texts()).containsExactly("hello");
        assertThat(browser.texts()).containsExactly("hello");
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void assertsWhoSentItAndTakesOffWhatTheSenderClaimed() {
        Device bob = world.inside("bob").signedIn();
        SipMessage message = alice.message("bob", "hello");
        message.set(HeaderName.P_ASSERTED_IDENTITY, "<sip:boss@acorn.example>");
        message.set(HeaderName.of("P-Preferred-Identity"), "<sip:boss@acorn.example>");
        message.set(HeaderName.of("P-Edgeways-Flow"), "edge1;boot=b;connection=1");
        alice.send(message);
        SipMessage received = bob.received("MESSAGE").getFirst();
        assertThat(received.values(HeaderName.P_ASSERTED_IDENTITY))
                .containsExactly("\"Alice\" <sip:alice@acorn.example>");
        assertThat(received.names().toString()).doesNotContain("Preferred", "Edgeways");
    }

    @Test
    void privacyKeepsTheAssertedIdentityAway() {
        Device bob = world.inside("bob").signedIn();
        SipMessage message = alice.message("bob", "hello");
        message.set(HeaderName.PRIVACY, "id");
        alice.send(message);
        assertThat(bob.received("MESSAGE").getFirst().has(HeaderName.P_ASSERTED_IDENTITY))
                .isFalse();
    }

    @Test
    void nobodyThereIsStoredBeforeThe202() {
        world.store.held = true;
        assertThat(alice.send(alice.message("bob", "hello"))).isNull();
        world.store.held = false;
        world.settle();
        assertThat(alice.inbox.getLast().status()).isEqualTo(202);
        assertThat(world.store.messages).hasSize(1);
    }

    @Test
    void aNewMessageDoesNotOvertakeWaitingOnesWhileTheSignInIsBeingSaved() {
        alice.send(alice.message("bob", "one"));
        alice.send(alice.message("bob", "two"));
        Device bob = world.inside("bob");
        world.store.held = true;
        bob.signIn();
        alice.send(alice.message("bob", "three"));
        world.store.held = false;
        world.settle();
        assertThat(alice.inbox.getLast().status()).isEqualTo(202);
        assertThat(bob.texts()).containsExactly("one", "two", "three");
        assertThat(world.store.messages).isEmpty();
        assertThat(alice.send(alice.message("bob", "four")).status()).isEqualTo(200);
    }

    @Test
    void aSignInThatCannotBeSavedLeavesTheWayForMessagesOpen() {
        Device bob = world.inside("bob");
        world.store.failing = true;
        assertThat(bob.signIn().status()).isEqualTo(500);
        world.store.failing = false;
        alice.send(alice.message("bob", "one"));
        assertThat(bob.signIn().status()).isEqualTo(200);
        assertThat(bob.texts()).containsExactly("one");
        assertThat(alice.send(alice.message("bob", "two")).status()).isEqualTo(200);
    }

    @Test
    void whatWaitedComesInOrderWithTheOriginalTimeAndIdentifiers() {
        SipMessage first = alice.message("bob", "one");
        alice.send(first);
        world.advance(3600);
        alice.signIn();
        alice.send(alice.message("bob", "two"));
        alice.send(alice.message("bob", "three"));
        Device bob = world.outside("bob");
        bob.signIn();
        assertThat(bob.texts()).containsExactly("one", "two", "three");
        SipMessage received = bob.received("MESSAGE").getFirst();
        assertThat(received.callId()).isEqualTo(first.callId());
        assertThat(received.cseq()).isEqualTo(first.cseq());
        assertThat(received.fromTag()).isEqualTo(first.fromTag());
        assertThat(received.first(HeaderName.DATE)).isEqualTo("Fri, 15 Jan 2027 08:00:00 GMT");
        assertThat(received.elements(HeaderName.ROUTE).getFirst()).contains(bob.token());
        assertThat(received.has(HeaderName.PROXY_AUTHORIZATION)).isFalse();
        assertThat(world.store.messages).isEmpty();
        assertThat(bob.inbox.indexOf(bob.received("MESSAGE").getFirst()))
                .as("the REGISTER is answered first")
                .isGreaterThan(1);
    }

    @Test
    void oneAtATimeAndDeletedOnlyAfterADevices2xx() {
        alice.send(alice.message("bob", "one"));
        alice.send(alice.message("bob", "two"));
        Device bob = world.inside("bob");
        bob.answers = null;
        bob.signIn();
        assertThat(bob.texts()).containsExactly("one");
        assertThat(world.store.messages).hasSize(2);
        bob.answer(bob.received("MESSAGE").getFirst(), 200);
        assertThat(world.store.messages).hasSize(1);
        assertThat(bob.texts()).containsExactly("one", "two");
    }

    @Test
    void theSecondMessageIsSentOnlyWhenTheFirstIsForgottenDurably() {
        alice.send(alice.message("bob", "one"));
        alice.send(alice.message("bob", "two"));
        Device bob = world.inside("bob");
        bob.answers = null;
        bob.signIn();
        world.store.held = true;
        bob.answer(bob.received("MESSAGE").getFirst(), 200);
        assertThat(bob.texts()).containsExactly("one");
        world.store.held = false;
        world.settle();
        assertThat(bob.texts()).containsExactly("one", "two");
    }

    @Test
    void noAnswerInTenSecondsIsStoredAndAccepted() {
        Device bob = world.inside("bob").signedIn();
        bob.answers = null;
        assertThat(alice.send(alice.message("bob", "hello"))).isNull();
        world.advance(9);
        assertThat(world.store.messages).isEmpty();
        world.advance(1);
        assertThat(alice.inbox.getLast().status()).isEqualTo(202);
        assertThat(world.store.messages).hasSize(1);
    }

    @Test
    void aLate200TakesTheStoredCopyAway() {
        Device bob = world.inside("bob").signedIn();
        bob.answers = null;
        alice.send(alice.message("bob", "hello"));
        world.advance(11);
        bob.answer(bob.received("MESSAGE").getFirst(), 200);
        assertThat(world.store.messages).isEmpty();
        world.advance(120);
        assertThat(bob.texts()).containsExactly("hello");
        assertThat(world.counters.value("pool_messages_answered_late")).isEqualTo(1);
    }

    @Test
    void a200WhileTheMessageIsBeingStoredIs200AndLeavesNoCopy() {
        Device bob = world.inside("bob").signedIn();
        bob.answers = null;
        alice.send(alice.message("bob", "hello"));
        world.store.held = true;
        world.advance(10);
        bob.answer(bob.received("MESSAGE").getFirst(), 200);
        world.store.held = false;
        world.settle();
        assertThat(alice.inbox.getLast().status()).isEqualTo(200);
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void aDeviceThatStaysSilentIsTriedAgainAfterAWhile() {
        Device bob = world.inside("bob").signedIn();
        bob.answers = null;
        alice.send(alice.message("bob", "hello"));
        world.advance(44);
        assertThat(bob.texts()).hasSize(1);
        bob.answers = request -> SipMessage.responseTo(request, 200, "OK", "dev");
        world.advance(2);
        assertThat(bob.texts()).containsExactly("hello", "hello");
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void aNewRegistrationBringsItAtOnce() {
        Device bob = world.inside("bob").signedIn();
        bob.answers = null;
        alice.send(alice.message("bob", "hello"));
        world.advance(11);
        Device browser = world.outside("bob").signedIn();
        assertThat(browser.texts()).containsExactly("hello");
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void aDeadConnectionIsForgottenAndTheMessageStored() {
        Device bob = world.outside("bob").signedIn();
        bob.die();
        assertThat(alice.send(alice.message("bob", "hello")).status()).isEqualTo(202);
        assertThat(world.engine.bindings("sip:bob@acorn.example", world.now)).isEmpty();
        assertThat(world.store.bindings.get("sip:bob@acorn.example")).isEmpty();
        assertThat(world.outside("bob").signedIn().texts()).containsExactly("hello");
    }

    @Test
    void theOtherFlowOfADeviceIsTriedWhenOneIsDead() {
        Device first = world.outside("bob");
        first.regId = 1;
        first.signedIn();
        world.advance(1);
        Device second = world.outside("bob");
        second.regId = 2;
        second.instance = first.instance;
        second.signedIn();
        second.dead = true;
        assertThat(alice.send(alice.message("bob", "hello")).status()).isEqualTo(200);
        assertThat(first.texts()).containsExactly("hello");
        assertThat(world.engine.bindings("sip:bob@acorn.example", world.now)).hasSize(1);
    }

    @Test
    void oneDeviceWithTwoFlowsGetsOneCopy() {
        Device first = world.outside("bob");
        first.regId = 1;
        first.signedIn();
        world.advance(1);
        Device second = world.outside("bob");
        second.regId = 2;
        second.instance = first.instance;
        second.signedIn();
        alice.send(alice.message("bob", "hello"));
        assertThat(first.texts()).isEmpty();
        assertThat(second.texts()).containsExactly("hello");
    }

    @Test
    void newMessagesLineUpBehindThoseThatWait() {
        alice.send(alice.message("bob", "one"));
        Device bob = world.inside("bob");
        bob.answers = null;
        bob.signIn();
        assertThat(alice.send(alice.message("bob", "two")).status()).isEqualTo(202);
        assertThat(bob.texts()).containsExactly("one");
        bob.answer(bob.received("MESSAGE").getFirst(), 200);
        bob.answer(bob.received("MESSAGE").getLast(), 200);
        assertThat(bob.texts()).containsExactly("one", "two");
        assertThat(world.store.messages).isEmpty();
        bob.answers = request -> SipMessage.responseTo(request, 200, "OK", "dev");
        assertThat(alice.send(alice.message("bob", "three")).status()).isEqualTo(200);
    }

    @Test
    void whatADeviceRefusesDoesNotBlockTheOthers() {
        alice.send(alice.message("bob", "strange"));
        alice.send(alice.message("bob", "plain"));
        Device bob = world.inside("bob");
        bob.answers = request -> SipMessage.responseTo(
                request, new String(request.body(), StandardCharsets.UTF_8).equals("strange") ? 415 : 200, "", "dev");
        bob.signIn();
        assertThat(bob.texts()).containsExactly("strange", "plain");
        assertThat(world.store.messages).hasSize(1);
        // a refresh does not bring it again, a new device does
        bob.signIn();
        assertThat(bob.texts()).hasSize(2);
        assertThat(alice.send(alice.message("bob", "live")).status()).isEqualTo(200);
        bob.signOut();
        assertThat(world.inside("bob").signedIn().texts()).containsExactly("strange");
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void aRefusalOfALiveMessageGoesToItsSender() {
        Device bob = world.inside("bob").signedIn();
        bob.answers = request -> SipMessage.responseTo(request, 415, "Unsupported Media Type", "dev");
        assertThat(alice.send(alice.message("bob", "hello")).status()).isEqualTo(415);
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void aRefusalGoesToTheSenderThoughAnotherDeviceIsSilent() {
        Device bob = world.inside("bob").signedIn();
        Device silent = world.inside("bob").signedIn();
        silent.answers = null;
        bob.answers = request -> SipMessage.responseTo(request, 415, "Unsupported Media Type", "dev");
        alice.send(alice.message("bob", "hello"));
        world.advance(10);
        assertThat(alice.inbox.getLast().status()).isEqualTo(415);
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void theSameMessageAgainIsNotStoredTwice() {
        SipMessage message = alice.message("bob", "hello");
        alice.send(message);
        SipMessage again = message.copy();
        again.set(HeaderName.VIA, "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKagain");
        alice.send(again);
        assertThat(world.store.messages).hasSize(1);
    }

    @Test
    void aFullMailboxIsRefusedWithAReason() {
        world.store.most = 1;
        assertThat(alice.send(alice.message("bob", "one")).status()).isEqualTo(202);
        SipMessage refused = alice.send(alice.message("bob", "two"));
        assertThat(refused.status()).isEqualTo(480);
        assertThat(refused.reason()).contains("Too many messages");
        assertThat(refused.first(HeaderName.RETRY_AFTER)).isEqualTo("3600");
    }

    @Test
    void aStoreThatFailsIsNotAnswered202() {
        world.store.failing = true;
        assertThat(alice.send(alice.message("bob", "one")).status()).isEqualTo(500);
        assertThat(world.log).anyMatch(line -> line.contains("disk full"));
    }

    @Test
    void typingIsPassedOnButNeverStored() {
        SipMessage typing = alice.message("bob", "<isComposing/>");
        typing.setBody("application/im-iscomposing+xml", "<isComposing/>".getBytes(StandardCharsets.UTF_8));
        assertThat(alice.send(typing.copy()).status()).isEqualTo(480);
        Device bob = world.inside("bob").signedIn();
        SipMessage again = alice.message("bob", "");
        again.setBody("application/im-iscomposing+xml", "<isComposing/>".getBytes(StandardCharsets.UTF_8));
        assertThat(alice.send(again).status()).isEqualTo(200);
        assertThat(bob.texts()).containsExactly("<isComposing/>");
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void bodiesOfAnyKindArriveUnchanged() {
        byte[] cpim = ("From: <sip:alice@acorn.example>\r\nTo: <sip:bob@acorn.example>\r\nNS: imdn"
                        + " <urn:ietf:params:imdn>\r\nimdn.Message-ID: 34jk324j\r\n\r\nContent-Type: text/plain\r\n\r\nhi")
                .getBytes(StandardCharsets.UTF_8);
        SipMessage message = alice.message("bob", "");
        message.setBody("message/cpim", cpim);
        alice.send(message);
        Device bob = world.inside("bob").signedIn();
        assertThat(bob.received("MESSAGE").getFirst().body()).isEqualTo(cpim);
        assertThat(bob.received("MESSAGE").getFirst().first(HeaderName.CONTENT_TYPE))
                .isEqualTo("message/cpim");
    }

    @Test
    void whatWaitedSurvivesARestart() {
        alice.send(alice.message("bob", "one"));
        alice.send(alice.message("bob", "two"));
        world.restart();
        assertThat(world.inside("bob").signedIn().texts()).containsExactly("one", "two");
    }

    @Test
    void afterARestartDevicesThatAreStillThereGetWhatWaited() {
        Device bob = world.outside("bob").signedIn();
        bob.answers = null;
        alice.send(alice.message("bob", "one"));
        world.advance(11);
        world.restart();
        assertThat(bob.texts()).containsExactly("one");
        bob.answer(bob.received("MESSAGE").getFirst(), 200);
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void anUnknownPersonIs404() {
        SipMessage response = alice.send(alice.message("zoe", "hello"));
        assertThat(response.status()).isEqualTo(404);
    }

    @Test
    void anotherOrganisationIs403() {
        SipMessage message = alice.message("x", "hello");
        message.setRequestUri("sip:x@other.example");
        assertThat(alice.send(message).status()).isEqualTo(403);
    }

    @Test
    void aRemovedPersonsMessagesAreForgotten() {
        alice.send(alice.message("bob", "one"));
        world.accounts.remove("sip:bob@acorn.example");
        world.engine.personRemoved("sip:bob@acorn.example", world.now);
        assertThat(world.store.messages).isEmpty();
    }

    @Test
    void aMessageForAPersonWhoIsRemovedWhileItIsOnItsWayIsStoredForNobody() {
        for (boolean another : new boolean[] {false, true}) {
            Device bob = world.inside("bob").signedIn();
            bob.answers = request -> null;
            SipMessage message = alice.message("bob", "for the old bob");
            assertThat(alice.send(message)).isNull();
            var account = world.accounts.remove("sip:bob@acorn.example");
            world.engine.personRemoved("sip:bob@acorn.example", world.now);
            if (another) {
                world.accounts.put("sip:bob@acorn.example", account);
            }
            world.advance(11);
            assertThat(world.store.messages).isEmpty();
            assertThat(alice.inbox.getLast().status()).isEqualTo(404);
            world.accounts.put("sip:bob@acorn.example", account);
            bob.dead = true;
        }
    }

    @Test
    void whatWasReadFromTheStoreForARemovedPersonReachesNobodyOfTheSameName() {
        alice.send(alice.message("bob", "one"));
        alice.send(alice.message("bob", "two"));
        Device bob = world.inside("bob");
        bob.answers = request -> null;
        bob.signIn();
        var account = world.accounts.remove("sip:bob@acorn.example");
        world.engine.personRemoved("sip:bob@acorn.example", world.now);
        world.settle();
        world.accounts.put("sip:bob@acorn.example", account);
        Device other = world.inside("bob").signedIn();
        bob.answer(bob.received("MESSAGE").getFirst(), 603);
        world.advance(120);
        assertThat(other.texts()).isEmpty();
    }

    @Test
    void refreshesAndNewDevicesInTheMiddleOfADeliveryRepeatNothing() {
        for (int i = 0; i < 40; i++) {
            alice.send(alice.message("bob", "m" + i));
        }
        Device bob = world.inside("bob");
        bob.answers = null;
        bob.signIn();
        List<String> expected = new java.util.ArrayList<>();
        for (int i = 0; i < 40; i++) {
            expected.add("m" + i);
            assertThat(bob.texts()).isEqualTo(expected);
            if (i % 7 == 0) {
                bob.signIn();
            }
            bob.answer(bob.received("MESSAGE").getLast(), 200);
        }
        assertThat(world.store.messages).isEmpty();
    }
}
