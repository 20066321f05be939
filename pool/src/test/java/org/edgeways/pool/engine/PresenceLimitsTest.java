package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.api.Test;

/** Each limit of presence that is not tested beside what it limits: at it, and one past it. */
class PresenceLimitsTest {

    private static final String BOB = "sip:bob@acorn.example";
    private static final String ALICE = "sip:alice@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    private final PoolWorld world =
            new PoolWorld(PoolWorld.settings(new PresenceSettings(PresenceDefault.ASK, small())));

    private static PresenceLimits small() {
        PresenceLimits usual = PresenceLimits.DEFAULT;
        return new PresenceLimits(
                2,
                usual.subscriptionsPerWatcher(),
                usual.listSubscriptionsPerWatcher(),
                usual.subscriptionsPerPair(),
                usual.subscriptionsPerPerson(),
                usual.minimumExpiry(),
                usual.defaultExpiry(),
                usual.maximumExpiry(),
                usual.notifyInterval(),
                usual.notifiesPerWatcher(),
                usual.retry(),
                usual.restartQuiet(),
                2,
                400,
                usual.contactsPerPerson(),
                usual.listBytes(),
                1,
                1);
    }

    private Device signedIn(String name) {
        Device device = world.inside(name);
        device.signIn();
        return device;
    }

    private SipMessage publish(Device device, int bytes) {
        String body = "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:bob@acorn.example\">"
                + "<tuple id=\"t\"><status><basic>open</basic></status></tuple></presence>";
        SipMessage publish = device.request("PUBLISH", BOB);
        publish.set(HeaderName.EVENT, "presence");
        publish.setBody(
                "application/pidf+xml", (body + " ".repeat(bytes - body.length())).getBytes(StandardCharsets.UTF_8));
        return device.send(publish);
    }

    private PresenceErrorCode decide(String watcher, Decision decision) {
        List<PresenceErrorCode> outcome = new ArrayList<>();
        world.engine.presence().decide(BOB, watcher, decision, outcome::add, world.now);
        world.settle();
        return outcome.getFirst();
    }

    @Test
    void soManySubscriptionsInAll() {
        Device alice = signedIn("alice");
        Device carol = signedIn("carol");
        assertThat(new Watcher(alice, BOB).subscribe(600).status()).isEqualTo(200);
        Watcher second = new Watcher(carol, BOB);
        assertThat(second.subscribe(600).status()).isEqualTo(200);
        assertThat(new Watcher(carol, ALICE).subscribe(600).status()).isEqualTo(480);
        assertThat(second.refresh(600).status()).as("refreshed all the same").isEqualTo(200);
        second.refresh(0);
        assertThat(new Watcher(carol, ALICE).subscribe(600).status()).isEqualTo(200);
    }

    @Test
    void soManyPublicationsOfOnePersonTheOldestMakesRoom() {
        for (int i = 0; i < 3; i++) {
            assertThat(publish(signedIn("bob"), 200).status()).isEqualTo(200);
            world.advance(1);
            assertThat(world.store.publications).hasSize(Math.min(i + 1, 2));
        }
    }

    @Test
    void aDocumentOfSoManyBytes() {
        Device bob = signedIn("bob");
        assertThat(publish(bob, 400).status()).isEqualTo(200);
        assertThat(publish(bob, 401).status()).isEqualTo(413);
    }

    @Test
    void soManyDecisionsOfOnePerson() {
        assertThat(decide(ALICE, Decision.ALLOW)).isNull();
        assertThat(decide(CAROL, Decision.ALLOW)).isEqualTo(PresenceErrorCode.DECISIONS_FULL);
        assertThat(decide(ALICE, Decision.BLOCK)).as("changed all the same").isNull();
    }

    @Test
    void soManyWhoHaveAskedAndAreGoneTheOldestIsForgotten() {
        new Watcher(signedIn("alice"), BOB).subscribe(0);
        world.advance(1);
        new Watcher(signedIn("carol"), BOB).subscribe(0);
        assertThat(world.engine.presence().decisions(BOB))
                .extracting(WatcherDecision::watcher)
                .containsExactly(CAROL);
        assertThat(world.store.decisions).hasSize(1);
    }
}
