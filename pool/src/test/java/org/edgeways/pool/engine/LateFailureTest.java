package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An edge node says of a connection that it is gone (430) when the device has already signed in on another. */
class LateFailureTest {

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final Device before = world.outside("bob");
    private final Device after = world.outside("bob");

    @BeforeEach
    void bobIsOutsideAndItsAnswersAreLate() {
        alice.signIn();
        before.regId = 1;
        before.answers = null;
        after.instance = before.instance;
        after.regId = 1;
    }

    private void signsInOnAnotherConnection() {
        world.advance(1);
        assertThat(after.signIn().status()).isEqualTo(200);
    }

    private void fails(String method) {
        before.answer(before.received(method).getFirst(), 430);
    }

    private void assertBobIsThere() {
        assertThat(world.engine.bindings(after.address(), world.now))
                .extracting(Binding::flow)
                .containsExactly(after.flowToken);
        assertThat(world.store.bindings.get(after.address())).hasSize(1);
        assertThat(alice.send(alice.message("bob", "still there?")).status()).isEqualTo(200);
    }

    @Test
    void aLateFailureOfACallDoesNotSignOutWhoHasSignedInOnANewConnectionMeanwhile() {
        before.signIn();
        alice.start(alice.request("INVITE", before.address()));
        signsInOnAnotherConnection();
        fails("INVITE");
        assertBobIsThere();
    }

    @Test
    void aLateFailureOfAMessageDoesNotEither() {
        before.signIn();
        SipMessage message = alice.message("bob", "hello");
        alice.start(message);
        signsInOnAnotherConnection();
        fails("MESSAGE");
        world.advance(60);
        alice.signIn();
        assertThat(after.texts()).containsExactly("hello");
        assertBobIsThere();
    }

    @Test
    void aLateFailureOfAStoredMessageDoesNotEither() {
        alice.send(alice.message("bob", "hello"));
        before.signIn();
        signsInOnAnotherConnection();
        fails("MESSAGE");
        world.advance(60);
        alice.signIn();
        assertThat(after.texts()).containsExactly("hello");
        assertBobIsThere();
    }

    @Test
    void aFailureOfThePresentConnectionSignsTheDeviceOut() {
        before.signIn();
        alice.start(alice.request("INVITE", before.address()));
        fails("INVITE");
        assertThat(world.engine.bindings(before.address(), world.now)).isEmpty();
    }
}
