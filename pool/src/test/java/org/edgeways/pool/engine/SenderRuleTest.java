package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SenderRuleTest {

    private final PoolWorld world = new PoolWorld();

    @ParameterizedTest
    @ValueSource(strings = {"MESSAGE", "INVITE", "SUBSCRIBE", "NOTIFY", "REFER", "INFO", "UPDATE", "BYE", "SERVICE"})
    void whoHasNotSignedInOnTheConnectionIsChallenged(String method) {
        Device bob = world.inside("bob");
        bob.signIn();
        Device elsewhere = world.inside("alice");
        elsewhere.signIn();
        Device alice = world.inside("alice");
        assertThat(alice.send(alice.request(method, "sip:bob@acorn.example")).status())
                .isEqualTo(407);
        assertThat(bob.received(method)).isEmpty();
    }

    @Test
    void alsoWithinDialogs() {
        Device bob = world.inside("bob");
        bob.signIn();
        Device alice = world.inside("alice");
        SipMessage message = alice.request("INFO", "sip:bob@acorn.example");
        message.set(HeaderName.TO, "<sip:bob@acorn.example>;tag=dialog");
        assertThat(alice.send(message).status()).isEqualTo(407);
    }

    @Test
    void credentialsOfThatVeryPersonWillDo() {
        Device bob = world.inside("bob");
        bob.signIn();
        Device alice = world.inside("alice");
        assertThat(alice.sendSigned(alice.message("bob", "hello")).status()).isEqualTo(200);
        SipMessage received = bob.received("MESSAGE").getFirst();
        assertThat(received.has(HeaderName.PROXY_AUTHORIZATION)).isFalse();
        assertThat(received.first(HeaderName.P_ASSERTED_IDENTITY)).contains("alice");
    }

    @Test
    void credentialsOfSomebodyElseWillNot() {
        Device bob = world.inside("bob");
        bob.signIn();
        Device alice = world.inside("alice");
        SipMessage message = alice.message("bob", "hello");
        message.set(HeaderName.FROM, "<sip:carol@acorn.example>;tag=1");
        assertThat(alice.sendSigned(message).status()).isEqualTo(403);
        assertThat(bob.texts()).isEmpty();
    }

    @Test
    void signedInAsOneIsNotSignedInAsAnother() {
        Device alice = world.inside("alice");
        alice.signIn();
        SipMessage message = alice.message("bob", "hello");
        message.set(HeaderName.FROM, "\"Bob\" <sip:bob@acorn.example>;tag=1");
        assertThat(alice.send(message).status()).isEqualTo(407);
    }

    @Test
    void oneConnectionMayCarrySeveralPeople() {
        Device alice = world.inside("alice");
        alice.signIn();
        Device bob = new Device(world, "bob", alice.origin, null);
        world.devices.put("bob on the same connection", bob);
        world.devices.remove("alice0");
        bob.signIn();
        world.devices.put("alice again", alice);
        assertThat(world.engine.bindings("sip:bob@acorn.example", world.now)).hasSize(1);
        SipMessage message = alice.message("carol", "hello");
        alice.send(message);
        assertThat(alice.inbox.getLast().status()).isEqualTo(202);
    }

    @Test
    void aForeignSenderIsRefused() {
        Device alice = world.inside("alice");
        alice.signIn();
        SipMessage message = alice.message("bob", "hello");
        message.set(HeaderName.FROM, "<sip:alice@evil.example>;tag=1");
        assertThat(alice.send(message).status()).isEqualTo(403);
    }

    @Test
    void theNameOfAConnectionIsTrustedFromEdgeNodesOnly() {
        Device outside = world.outside("alice");
        outside.signIn();
        Device inside = world.inside("mallory");
        SipMessage message = inside.message("bob", "hello");
        message.set(HeaderName.FROM, "<sip:alice@acorn.example>;tag=1");
        message.set(SenderRule.FLOW, outside.flowToken);
        assertThat(inside.send(message).status()).isEqualTo(407);
    }

    @Test
    void anotherConnectionOfTheSameEdgeNodeIsNotSignedIn() {
        Device outside = world.outside("alice");
        outside.signIn();
        Device other = world.outside("alice");
        assertThat(other.send(other.message("bob", "hello")).status()).isEqualTo(407);
        assertThat(outside.send(outside.message("bob", "hello")).status()).isEqualTo(202);
    }

    @Test
    void anEdgeNodeCannotSpeakForAnother() {
        Device outside = world.outside("alice");
        outside.signIn();
        Device other = world.outside("alice");
        other.flowToken = outside.flowToken;
        other.origin = Origin.service(new Flow(2000), "edge2");
        assertThat(other.send(other.message("bob", "hello")).status()).isEqualTo(407);
    }

    @Test
    void credentialsFromOutsideNeedTheRightToo() {
        Device dave = world.outside("dave");
        SipMessage refused = dave.sendSigned(dave.message("bob", "hello"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.reason()).contains("outside");
    }

    @Test
    void theAnswerToASpoofedSenderDoesNotTellWhoHasAnAccount() {
        Device nobody = world.inside("zoe");
        SipMessage unknown = nobody.send(nobody.message("bob", "hello"));
        Device alice = world.inside("alice");
        SipMessage known = alice.send(alice.message("bob", "hello"));
        assertThat(unknown.status()).isEqualTo(known.status());
        assertThat(unknown.reason()).isEqualTo(known.reason());
    }

    @Test
    void thePoolItselfAnswersOptions() {
        Device alice = world.inside("alice");
        SipMessage response = alice.send(alice.request("OPTIONS", "sip:acorn.example"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.first(HeaderName.ALLOW)).contains("MESSAGE");
    }

    @Test
    void whatOneCallsOneselfInRemotePartyIdIsTakenOff() {
        Device bob = world.inside("bob");
        bob.signIn();
        Device alice = world.inside("alice");
        alice.signIn();
        SipMessage message = alice.message("bob", "hello");
        message.set(
                HeaderName.of("Remote-Party-ID"), "\"The boss\" <sip:carol@acorn.example>;party=calling;screen=yes");
        assertThat(alice.send(message).status()).isEqualTo(200);
        assertThat(bob.received("MESSAGE").getFirst().has(HeaderName.of("Remote-Party-ID")))
                .isFalse();
    }

    @Test
    void theLogDoesNotBelieveADeviceInsideThatCallsItselfAnEdgeNode() {
        Device alice = world.inside("alice");
        SipMessage message = alice.message("bob", "hello");
        message.set(SenderRule.FLOW, PoolWorld.EDGE_HOST + ";boot=e1;connection=1");
        assertThat(alice.send(message).status()).isEqualTo(407);
        assertThat(world.log.getLast())
                .endsWith(" on inside " + alice.origin.flow().id());
    }
}
