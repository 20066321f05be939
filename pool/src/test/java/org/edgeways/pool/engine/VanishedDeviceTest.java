package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Origin;
import org.junit.jupiter.api.Test;

/** A device outside is gone without a word: how the pool comes to know, and who cannot say so of others. */
class VanishedDeviceTest {

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice").signedIn();

    @Test
    void aDeviceOutsideThatVanishedIsNoticedByTheNextNotifyToIt() {
        Device outside = world.outside("carol").signedIn();
        new Watcher(outside, "sip:bob@acorn.example").subscribe(600);
        Watcher ofCarol = new Watcher(alice, "sip:carol@acorn.example");
        ofCarol.subscribe(600);
        assertThat(ofCarol.last()).contains("<basic>open</basic>");
        world.advance(10);
        outside.dead = true;
        world.inside("bob").signedIn();
        world.settle();
        assertThat(ofCarol.last()).contains("<basic>closed</basic>");
        assertThat(world.store.subscriptions).as("it may come back").hasSize(2);
    }

    private SipMessage ended(Device says, String flow) {
        SipMessage told = says.request("OPTIONS", "sip:acorn.example");
        told.set(HeaderName.of("P-Edgeways-Flow-Ended"), flow);
        return told;
    }

    /** As its edge node does when the connection has ended. */
    private void nodeSaysEnded(Device device, String flow) {
        Device node = world.outside("carol");
        node.flowToken = null;
        node.origin = device.origin;
        assertThat(node.send(ended(node, flow)).status()).isEqualTo(200);
    }

    @Test
    void aDeviceOutsideThatVanishedIsGoneWhenItsNodeSaysSo() {
        Device outside = world.outside("carol").signedIn();
        Watcher ofCarol = new Watcher(alice, "sip:carol@acorn.example");
        ofCarol.subscribe(600);
        assertThat(ofCarol.last()).contains("<basic>open</basic>");
        nodeSaysEnded(outside, outside.flowToken);
        assertThat(world.engine.bindings(outside.address(), world.now)).isEmpty();
        world.advance(10);
        assertThat(ofCarol.last()).contains("<basic>closed</basic>");
    }

    @Test
    void aDeviceThatIsOnAnotherConnectionSinceThenStays() {
        Device outside = world.outside("carol").signedIn();
        String before = outside.flowToken;
        outside.flowToken = before + "1";
        outside.signedIn();
        nodeSaysEnded(outside, before);
        assertThat(world.engine.bindings(outside.address(), world.now)).hasSize(1);
    }

    @Test
    void aClientCannotSayThatAConnectionHasEnded() {
        Device outside = world.outside("carol").signedIn();
        Device other = world.outside("bob").signedIn();
        other.send(ended(other, outside.flowToken));
        alice.send(ended(alice, outside.flowToken));
        assertThat(world.engine.bindings(outside.address(), world.now)).hasSize(1);
    }

    @Test
    void aNodeSpeaksForItsOwnConnectionsOnly() {
        Device outside = world.outside("carol").signedIn();
        world.engine.flowClosed(outside.origin.flow(), world.now);
        Device node = world.outside("bob");
        node.flowToken = null;
        node.origin = Origin.service(node.origin.flow(), "edge2.acorn.example");
        node.send(ended(node, outside.flowToken));
        assertThat(world.engine.bindings(outside.address(), world.now)).hasSize(1);
    }

    private Device outsideBehind(String person, String node) {
        Device device = world.outside(person);
        device.origin = Origin.service(device.origin.flow(), node);
        return device.signedIn();
    }

    @Test
    void whoIsSignedInThroughANodeThatIsPutOutIsGoneAndNobodyElse() {
        Device carol = world.outside("carol").signedIn();
        Device bob = outsideBehind("bob", "edge2");
        Watcher ofCarol = new Watcher(alice, "sip:carol@acorn.example");
        ofCarol.subscribe(600);
        world.engine.keepNodes(Set.of(PoolWorld.EDGE_HOST, "edge2"), world.now);
        world.settle();
        assertThat(world.engine.bindings(carol.address(), world.now)).hasSize(1);
        world.engine.keepNodes(Set.of("edge2"), world.now);
        world.settle();
        assertThat(world.engine.bindings(carol.address(), world.now)).isEmpty();
        assertThat(world.store.bindings.get(carol.address())).isNullOrEmpty();
        world.advance(10);
        assertThat(ofCarol.last()).contains("<basic>closed</basic>");
        assertThat(world.engine.bindings(bob.address(), world.now)).hasSize(1);
        assertThat(world.engine.bindings(alice.address(), world.now)).hasSize(1);
    }

    @Test
    void whoIsSignedInThroughTwoNodesStaysThroughTheOneThatIsLeft() {
        Device first = world.outside("carol").signedIn();
        outsideBehind("carol", "edge2");
        world.engine.keepNodes(Set.of("edge2"), world.now);
        assertThat(world.engine.bindings(first.address(), world.now))
                .singleElement()
                .satisfies(left -> assertThat(left.flow()).startsWith("edge2;"));
    }

    @Test
    void aSignOutThatIsNotSavedBringsNobodyBackThroughANodeThatIsPutOutMeanwhile() {
        Device carol = world.outside("carol").signedIn();
        world.store.held = true;
        world.store.failing = true;
        carol.sendSigned(carol.register(0));
        world.engine.keepNodes(Set.of("edge2"), world.now);
        world.store.held = false;
        world.settle();
        assertThat(world.engine.bindings(carol.address(), world.now)).isEmpty();
    }

    @Test
    void aSignInThatIsJustBeingSavedWhenItsNodeIsPutOutLeavesNothingBehind() {
        Device carol = world.outside("carol");
        world.store.held = true;
        carol.sendSigned(carol.register(600));
        world.engine.keepNodes(Set.of("edge2"), world.now);
        assertThat(world.store.bindings.get(carol.address()))
                .as("nothing is stored yet")
                .isNullOrEmpty();
        world.store.held = false;
        world.settle();
        assertThat(world.engine.bindings(carol.address(), world.now)).isEmpty();
        assertThat(world.store.bindings.get(carol.address())).isNullOrEmpty();
        world.restart();
        assertThat(world.engine.bindings(carol.address(), world.now)).isEmpty();
    }

    @Test
    void aSignInThatComesLateFromANodeThatIsPutOutIsRefusedUntilTheNodeIsBack() {
        Device carol = world.outside("carol").signedIn();
        world.engine.keepNodes(Set.of("edge2"), world.now);
        SipMessage refused = carol.signIn();
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.first(HeaderName.RETRY_AFTER)).isEqualTo("30");
        assertThat(world.counters.value("pool_requests_refused", "code", "pool-node-out"))
                .isEqualTo(1);
        assertThat(world.engine.bindings(carol.address(), world.now)).isEmpty();
        assertThat(outsideBehind("carol", "edge2").signIn().status()).isEqualTo(200);
        assertThat(world.inside("carol").signIn().status()).isEqualTo(200);

        world.engine.keepNodes(Set.of(PoolWorld.EDGE_HOST, "edge2"), world.now);
        assertThat(carol.signIn().status()).isEqualTo(200);
    }

    @Test
    void aNodeThatWasPutOutJustBeforeThePoolDiedIsPutOutAfterItsStart() {
        Device carol = world.outside("carol").signedIn();
        world.restart();
        assertThat(world.engine.bindings(carol.address(), world.now)).hasSize(1);
        world.engine.keepNodes(Set.of(), world.now);
        world.settle();
        assertThat(world.engine.bindings(carol.address(), world.now)).isEmpty();
        assertThat(world.store.bindings.get(carol.address())).isNullOrEmpty();
    }

    @Test
    void whoHasSignedInAgainMeanwhileIsNotTakenForVanished() {
        Device outside = world.outside("carol").signedIn();
        Watcher away = new Watcher(outside, "sip:bob@acorn.example");
        away.subscribe(600);
        world.advance(10);
        outside.answers = null;
        world.inside("bob").signedIn();
        SipMessage late = away.lastNotify();
        world.advance(1);
        outside.signedIn();
        outside.answer(late, 430);
        assertThat(world.engine.bindings(outside.address(), world.now)).hasSize(1);
    }
}
