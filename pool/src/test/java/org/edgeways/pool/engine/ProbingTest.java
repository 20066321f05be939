package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that ring nowhere and yet tell whether somebody is there, from one who is not to see it. */
class ProbingTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final Device bob = world.inside("bob");

    @BeforeEach
    void bothAreSignedIn() {
        alice.signIn();
        bob.signIn();
    }

    private SipMessage probe(String method, String uri) {
        SipMessage request = alice.request(method, uri);
        if (method.equals("SUBSCRIBE")) {
            request.set(HeaderName.EVENT, "dialog");
        }
        return alice.send(request);
    }

    @ParameterizedTest
    @CsvSource({
        "POLITE_BLOCK, OPTIONS, false",
        "POLITE_BLOCK, OPTIONS, true",
        "POLITE_BLOCK, SUBSCRIBE, false",
        "BLOCK, OPTIONS, false",
        "BLOCK, SUBSCRIBE, true",
        "POLITE_BLOCK, INFO, false",
        "POLITE_BLOCK, NOTIFY, false",
        "POLITE_BLOCK, REFER, true",
        "POLITE_BLOCK, UPDATE, false",
        "POLITE_BLOCK, BYE, false",
        "POLITE_BLOCK, PRACK, false",
        "POLITE_BLOCK, X-UNHEARD-OF, false",
        "BLOCK, INFO, true",
        "BLOCK, NOTIFY, true",
        "BLOCK, REFER, false",
        "BLOCK, UPDATE, true",
        "BLOCK, BYE, true",
        "BLOCK, PRACK, true",
        "BLOCK, SERVICE, true",
    })
    void whoMayNotSeeAPersonIsAnsweredAsIfThePersonWereNotThere(Decision decision, String method, boolean gruu) {
        String uri = gruu ? Gruu.of(BOB, bob.instance) : BOB;
        assertThat(probe(method, uri).status()).isEqualTo(200);
        int reached = bob.received(method).size();
        world.engine.presence().decide(BOB, ALICE, decision, outcome -> {}, world.now);
        world.settle();
        SipMessage hidden = probe(method, uri);
        assertThat(bob.received(method)).hasSize(reached);
        bob.signOut();
        SipMessage away = probe(method, uri);
        assertThat(hidden.status()).isEqualTo(480).isEqualTo(away.status());
        assertThat(hidden.reason()).isEqualTo(away.reason());
        assertThat(hidden.names()).isEqualTo(away.names());
    }

    /** A tag that no dialog has does not make a request one of a dialog. */
    @ParameterizedTest
    @ValueSource(strings = {"BYE", "INFO", "UPDATE", "NOTIFY", "OPTIONS"})
    void anInventedTagInToHelpsNobody(String method) {
        politelyBlocked();
        SipMessage request = alice.request(method, BOB);
        request.set(HeaderName.TO, "<" + BOB + ">;tag=invented");
        SipMessage hidden = alice.send(request);
        assertThat(bob.received(method)).isEmpty();
        assertThat(hidden.status()).isEqualTo(480);
    }

    /** What belongs to a call goes on, whoever is blocked. */
    @ParameterizedTest
    @ValueSource(strings = {"BYE", "INFO", "UPDATE", "NOTIFY", "REFER", "PRACK", "OPTIONS"})
    void inACallWithThemEverythingReachesThem(String method) {
        CallWorld calls = new CallWorld();
        answerAllButCalls(calls);
        SipMessage call = calls.alice.request("INVITE", BOB);
        calls.alice.start(call);
        CallWorld.accept(calls.phone);
        SipMessage ok = CallWorld.okOf(calls.alice);
        calls.world.engine.presence().decide(BOB, ALICE, Decision.POLITE_BLOCK, outcome -> {}, calls.world.now);
        calls.world.settle();
        calls.alice.start(CallWorld.byCaller(calls.alice, call, ok, method));
        assertThat(calls.phone.received(method)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "INFO", "NOTIFY", "REFER"})
    void theRouteOfACallIsNoWayAroundWithoutItsDialog(String method) {
        CallWorld calls = new CallWorld();
        answerAllButCalls(calls);
        for (Device callee : new Device[] {calls.phone, calls.laptop}) {
            SipMessage call = calls.alice.request("INVITE", BOB);
            calls.alice.start(call);
            CallWorld.accept(callee);
            SipMessage probe = CallWorld.byCaller(calls.alice, call, CallWorld.okOf(calls.alice), method);
            probe.set(HeaderName.TO, "<" + BOB + ">");
            assertThat(calls.alice.send(probe).status()).isEqualTo(403);
            assertThat(callee.received(method)).isEmpty();
            calls.all().forEach(device -> device.inbox.clear());
        }
    }

    private static void answerAllButCalls(CallWorld calls) {
        for (Device device : calls.all()) {
            device.answers = request ->
                    request.method().equals("INVITE") ? null : SipMessage.responseTo(request, 200, "OK", "dev");
        }
    }

    private void politelyBlocked() {
        world.engine.presence().decide(BOB, ALICE, Decision.POLITE_BLOCK, outcome -> {}, world.now);
        world.settle();
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "INFO", "NOTIFY", "BYE"})
    void whoKnowsADevicesContactLearnsNoMore(String method) {
        String contact = bob.contact().replaceAll("[<>]", "");
        assertThat(probe(method, contact).status()).isEqualTo(200);
        politelyBlocked();
        SipMessage hidden = probe(method, contact);
        bob.signOut();
        SipMessage away = probe(method, contact);
        assertThat(hidden.status()).isEqualTo(403).isEqualTo(away.status());
        assertThat(hidden.reason()).isEqualTo(away.reason());
    }

    @Test
    void callsAndMessagesStillReachThem() {
        politelyBlocked();
        alice.send(alice.request("INVITE", BOB));
        assertThat(bob.received("INVITE")).hasSize(1);
        assertThat(alice.send(alice.message("bob", "are you there?")).status()).isEqualTo(200);
        assertThat(bob.texts()).containsExactly("are you there?");
    }
}
