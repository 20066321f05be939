package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways around a person's decision: asking the person's device itself, whose own answer knows no decisions. */
class ConsentPathsTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final Device bob = world.inside("bob");
    private final Device laptop = world.outside("bob");

    @BeforeEach
    void aliceIsBlocked() {
        alice.signIn();
        bob.signIn();
        laptop.signIn();
        world.engine.presence().decide(BOB, ALICE, Decision.BLOCK, outcome -> {}, world.now);
        world.settle();
    }

    private static SipMessage subscribe(Device from, String uri, String event) {
        SipMessage subscribe = from.request("SUBSCRIBE", uri);
        subscribe.set(HeaderName.EVENT, event);
        subscribe.set(HeaderName.EXPIRES, "600");
        return subscribe;
    }

    private void nothingReachesBob() {
        assertThat(bob.received("SUBSCRIBE")).isEmpty();
        assertThat(laptop.received("SUBSCRIBE")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"presence", "PRESENCE ;id=7", "presence.winfo", "reg", "message-summary"})
    void nobodyAsksADeviceAlongTheRouteOfACall(String event) {
        laptop.signOut();
        alice.send(alice.request("INVITE", BOB));
        List<String> routes = bob.received("INVITE").getFirst().elements(HeaderName.RECORD_ROUTE);
        SipMessage subscribe = subscribe(alice, bob.contact().replaceAll("[<>]", ""), event);
        subscribe.set(HeaderName.TO, "<" + BOB + ">;tag=dev");
        Collections.reverse(routes);
        routes.forEach(route -> subscribe.add(HeaderName.ROUTE, route));
        assertThat(alice.send(subscribe).status()).isEqualTo(481);
        nothingReachesBob();
    }

    @Test
    void nobodyAsksADeviceByItsContact() {
        SipMessage subscribe = subscribe(alice, laptop.contact().replaceAll("[<>]", ""), "presence");
        subscribe.add(HeaderName.ROUTE, "<sip:" + laptop.token() + "@" + PoolWorld.EDGE_HOST + ";transport=tls;lr>");
        assertThat(alice.send(subscribe).status()).isEqualTo(403);
        SipMessage inside = subscribe(alice, bob.contact().replaceAll("[<>]", ""), "presence");
        assertThat(alice.send(inside).status()).isEqualTo(403);
        nothingReachesBob();
    }

    @Test
    void whatNamesNoEventOrTwoIsNotLeftToTheDevice() {
        SipMessage none = subscribe(alice, BOB, "presence");
        none.remove(HeaderName.EVENT);
        SipMessage refused = alice.send(none);
        assertThat(refused.status()).isEqualTo(489);
        assertThat(refused.first(HeaderName.ALLOW_EVENTS)).contains("presence");
        SipMessage two = subscribe(alice, BOB, "dialog");
        two.add(HeaderName.EVENT, "presence");
        assertThat(alice.send(two).status()).isIn(400, 489);
        nothingReachesBob();
    }

    @Test
    void otherEventsStillGoAlongTheRouteOfACall() {
        laptop.signOut();
        alice.send(alice.request("INVITE", BOB));
        List<String> routes = bob.received("INVITE").getFirst().elements(HeaderName.RECORD_ROUTE);
        SipMessage subscribe = subscribe(alice, bob.contact().replaceAll("[<>]", ""), "refer");
        subscribe.set(HeaderName.TO, "<" + BOB + ">;tag=dev");
        Collections.reverse(routes);
        routes.forEach(route -> subscribe.add(HeaderName.ROUTE, route));
        assertThat(alice.send(subscribe).status()).isEqualTo(200);
        assertThat(bob.received("SUBSCRIBE")).hasSize(1);
    }

    @Test
    void whoMayNotBeOutsideAnyMoreIsToldNothingAlsoIfTheyNeverSignedIn() {
        Device carol = world.outside("carol");
        assertThat(carol.sendSigned(subscribe(carol, BOB, "presence")).status()).isEqualTo(200);
        assertThat(carol.received("NOTIFY")).hasSize(1);
        world.advance(10);
        People.Account was = world.accounts.get(carol.address());
        world.accounts.put(
                carol.address(),
                new People.Account(was.address(), was.username(), was.displayName(), false, was.devices()));
        world.engine.accountChanged(carol.address(), world.now);
        world.settle();
        bob.signOut();
        laptop.signOut();
        world.advance(10);
        assertThat(carol.received("NOTIFY")).hasSize(1);
        assertThat(world.store.subscriptions).isEmpty();
    }

    @Test
    void anExtensionThatIsNotKnownIsRefused() {
        SipMessage subscribe = subscribe(bob, BOB, "presence");
        subscribe.set(HeaderName.REQUIRE, "eventlist, recipient-list-subscribe");
        SipMessage refused = bob.send(subscribe);
        assertThat(refused.status()).isEqualTo(420);
        assertThat(refused.first(HeaderName.UNSUPPORTED)).isEqualTo("recipient-list-subscribe");
        SipMessage again = subscribe(bob, BOB, "presence");
        again.set(HeaderName.REQUIRE, "eventlist");
        assertThat(bob.send(again).status()).isEqualTo(200);
        SipMessage publish = bob.request("PUBLISH", BOB);
        publish.set(HeaderName.EVENT, "presence");
        publish.set(HeaderName.REQUIRE, "presence-tricks");
        assertThat(bob.send(publish).status()).isEqualTo(420);
    }
}
