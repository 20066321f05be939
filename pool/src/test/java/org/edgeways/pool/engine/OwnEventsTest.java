package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people are told about themselves: where they are signed in (RFC 3680), which messages wait (RFC 3842). */
class OwnEventsTest {

    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device bob = world.inside("bob");

    @BeforeEach
    void bobIsSignedIn() {
        bob.signIn();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reg", "message-summary", "presence.winfo"})
    void theyAreForThePersonAlone(String event) {
        Device alice = world.inside("alice");
        alice.signIn();
        assertThat(new Watcher(alice, BOB).event(event).subscribe(600).status()).isEqualTo(403);
        assertThat(new Watcher(bob, BOB).event(event).subscribe(600).status()).isEqualTo(200);
    }

    @Test
    void aPersonSeesTheirDevicesComeAndGo() {
        Watcher devices = new Watcher(bob, BOB).event("reg");
        devices.subscribe(600);
        assertThat(devices.last())
                .contains("version=\"0\"", "state=\"full\"", "aor=\"" + BOB + "\"", "state=\"active\"");
        world.advance(10);
        Device laptop = world.outside("bob");
        laptop.signIn();
        assertThat(devices.last()).contains("version=\"1\"");
        assertThat(devices.last().split("<contact ", -1)).hasSize(3);
        world.advance(10);
        laptop.signOut();
        assertThat(devices.last().split("<contact ", -1)).hasSize(2);
    }

    @Test
    void aRefreshedRegistrationIsNoNews() {
        Watcher devices = new Watcher(bob, BOB).event("reg");
        devices.subscribe(600);
        world.advance(100);
        bob.signIn();
        world.advance(100);
        assertThat(devices.notifies()).hasSize(1);
    }

    @Test
    void whereADeviceIsInsideIsNotTold() {
        Device laptop = world.outside("bob");
        laptop.signIn();
        Watcher devices = new Watcher(laptop, BOB).event("reg");
        devices.subscribe(600);
        assertThat(devices.last())
                .contains(BOB + ";gr=urn:uuid:")
                .doesNotContain("192.0.2.", bob.contactUser, "10.0.0.1", PoolWorld.EDGE_HOST);
        bob.instance = null;
        world.advance(10);
        bob.contactUser = "inside-host";
        bob.signIn();
        assertThat(devices.last()).doesNotContain("192.0.2.", "inside-host");
    }

    @Test
    void aPersonIsToldOfMessagesThatWait() {
        // a device that takes no messages
        bob.answers = request -> org.edgeways.sip.message.SipMessage.responseTo(
                request, request.method().equals("MESSAGE") ? 480 : 200, "Answer", "dev");
        Watcher waiting = new Watcher(bob, BOB).event("message-summary");
        waiting.subscribe(600);
        assertThat(waiting.last()).contains("Messages-Waiting: no", "Text-Message: 0/0");
        Device alice = world.inside("alice");
        alice.signIn();
        world.advance(10);
        alice.send(alice.message("bob", "one"));
        assertThat(waiting.last()).contains("Messages-Waiting: yes", "Text-Message: 1/0");
        alice.send(alice.message("bob", "two"));
        world.advance(5);
        assertThat(waiting.last()).contains("Text-Message: 2/0");
        bob.answers = request -> org.edgeways.sip.message.SipMessage.responseTo(request, 200, "OK", "dev");
        bob.signIn();
        world.advance(10);
        assertThat(waiting.last()).contains("Messages-Waiting: no", "Text-Message: 0/0");
        assertThat(bob.texts()).contains("one", "two");
    }
}
