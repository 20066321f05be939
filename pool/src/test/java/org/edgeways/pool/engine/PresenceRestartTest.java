package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left of presence when the pool's process dies and starts again. */
class PresenceRestartTest {

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.outside("alice");
    private final Device carol = world.inside("carol");
    private final Device bob = world.outside("bob");
    private final Watcher outside = new Watcher(alice, "sip:bob@acorn.example");
    private final Watcher inside = new Watcher(carol, "sip:bob@acorn.example");

    @BeforeEach
    void twoWatchBob() {
        alice.signIn();
        carol.signIn();
        bob.signIn();
        SipMessage publish = bob.request("PUBLISH", bob.address());
        publish.set(HeaderName.EVENT, "presence");
        publish.setBody(
                "application/pidf+xml", PublishTest.pidf("open", "vacation", "").getBytes(StandardCharsets.UTF_8));
        assertThat(bob.send(publish).status()).isEqualTo(200);
        outside.subscribe(3600);
        inside.subscribe(3600);
        world.advance(20);
    }

    private void comesBack(Device device) {
        device.origin = Origin.connection(new Flow(world.nextFlow++));
        assertThat(device.signIn().status()).isEqualTo(200);
    }

    @Test
    void subscriptionsGoOnInTheSameDialogAndPublicationsStillCount() {
        long before = outside.lastNotify().cseq().number();
        world.restart();
        assertThat(outside.notifies()).isEmpty();
        world.advance(21);
        assertThat(outside.notifies()).hasSize(1);
        assertThat(outside.lastNotify().cseq().number()).isGreaterThan(before);
        assertThat(outside.last()).contains("vacation");
        assertThat(outside.refresh(3600).status()).isEqualTo(200);
        assertThat(outside.notifies()).hasSize(2);
        world.advance(10);
        bob.signOut();
        assertThat(outside.last()).contains("<basic>closed</basic>");
    }

    @Test
    void aWatcherInsideIsToldWhenItHasSignedInAgain() {
        world.restart();
        world.advance(30);
        assertThat(inside.notifies()).isEmpty();
        comesBack(carol);
        assertThat(inside.notifies()).hasSize(1);
        assertThat(inside.last()).contains("vacation");
        assertThat(inside.refresh(3600).status()).isEqualTo(200);
    }

    @Test
    void aDeviceThatWasAwayWhenThePoolDiedIsToldWhenItComesBack() {
        Device desk = world.inside("dave");
        desk.regId = 1;
        desk.signIn();
        Watcher watcher = new Watcher(desk, "sip:bob@acorn.example");
        watcher.subscribe(3600);
        world.advance(10);
        desk.die();
        world.restart();
        desk.dead = false;
        comesBack(desk);
        world.advance(30);
        assertThat(watcher.last()).contains("vacation");
    }

    @Test
    void thatEverybodyInsideComesBackIsNotToldPieceByPiece() {
        Device desk = world.inside("dave");
        desk.signIn();
        Watcher watcher = new Watcher(alice, "sip:dave@acorn.example");
        watcher.subscribe(3600);
        world.advance(10);
        world.restart();
        world.advance(5);
        comesBack(desk);
        world.advance(60);
        assertThat(watcher.notifies()).hasSize(1);
        assertThat(watcher.last()).contains("<basic>open</basic>");
    }

    @Test
    void whatEndedMeanwhileIsNotTakenUp() {
        world.now += 3600 * PoolWorld.SECOND;
        world.restart();
        assertThat(world.counters.value("pool_subscriptions")).isZero();
        assertThat(world.counters.value("pool_publications_live")).isZero();
    }
}
