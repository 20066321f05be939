package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
    @ValueSource(strings = {"BYE", "INFO", "UPDATE", "NOTIFY", "REFER", "PRACK", "X-UNHEARD-OF"})
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

    /** A call of alice's to one of bob's devices, which is over; bob's devices know nothing of it any more. */
    private static final class PastCall {
        private final CallWorld calls = new CallWorld();
        private final Device callee;
        private final SipMessage call;
        private final SipMessage ok;

        PastCall(boolean outside, int answer) {
            callee = outside ? calls.laptop : calls.phone;
            answerAllButCalls(calls);
            call = calls.alice.request("INVITE", BOB);
            calls.alice.start(call);
            CallWorld.accept(callee);
            ok = CallWorld.okOf(calls.alice);
            assertThat(ask("BYE").status()).isEqualTo(200);
            callee.answers = request -> SipMessage.responseTo(request, answer, "Of No Dialog", "dev");
        }

        PastCall whomBobDoesNotShowHimselfTo(Decision decision) {
            calls.world.engine.presence().decide(BOB, ALICE, decision, outcome -> {}, calls.world.now);
            calls.world.settle();
            return this;
        }

        SipMessage ask(String method) {
            return calls.alice.send(CallWorld.byCaller(calls.alice, call, ok, method));
        }

        void calleeIsGone() {
            if (callee.flowToken == null) {
                callee.signOut();
            } else {
                callee.die();
            }
        }
    }

    private static void assertAlike(SipMessage there, SipMessage gone, String what) {
        assertThat(there.status()).as(what).isEqualTo(480).isEqualTo(gone.status());
        assertThat(there.reason()).as(what).isEqualTo(gone.reason());
        assertThat(there.names()).as(what).isEqualTo(gone.names());
        for (HeaderName name : there.names()) {
            if (!name.equals(HeaderName.VIA) && !name.equals(HeaderName.CSEQ)) {
                assertThat(there.values(name)).as(what).isEqualTo(gone.values(name));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POLITE_BLOCK, false, 481",
        "POLITE_BLOCK, true, 481",
        "BLOCK, false, 481",
        "BLOCK, true, 481",
        "POLITE_BLOCK, false, 405",
        "POLITE_BLOCK, true, 501",
        "BLOCK, true, 420",
        "BLOCK, false, 415",
        "BLOCK, true, 480",
    })
    void theRouteOfACallThatIsOverDoesNotTellWhetherTheDeviceIsThere(Decision decision, boolean outside, int answer) {
        PastCall past = new PastCall(outside, answer).whomBobDoesNotShowHimselfTo(decision);
        List<String> methods = List.of(
                "INVITE", "BYE", "INFO", "UPDATE", "NOTIFY", "REFER", "PRACK", "MESSAGE", "OPTIONS", "X-UNHEARD-OF");
        List<SipMessage> there = methods.stream().map(past::ask).toList();
        past.calleeIsGone();
        for (int i = 0; i < methods.size(); i++) {
            assertAlike(there.get(i), past.ask(methods.get(i)), methods.get(i));
        }
    }

    /** Many devices answer OPTIONS as if there were a dialog. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void optionsOfACallThatIsOverReachNoDeviceThatIsNotShown(boolean outside) {
        PastCall past = new PastCall(outside, 200).whomBobDoesNotShowHimselfTo(Decision.POLITE_BLOCK);
        assertThat(past.ask("OPTIONS").status()).isEqualTo(480);
        assertThat(past.callee.received("OPTIONS")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whomTheyShowThemselvesToLearnsThatTheCallIsOver(boolean outside) {
        PastCall past = new PastCall(outside, 481);
        assertThat(past.ask("INFO").status()).isEqualTo(481);
    }

    /** The pool's part of a route to somebody who is shown, and behind it the edge node's part of one to somebody who is not. */
    @Test
    void aRouteThatIsPutTogetherOfTwoTellsNoMore() {
        PastCall past = new PastCall(true, 481).whomBobDoesNotShowHimselfTo(Decision.POLITE_BLOCK);
        Device friend = past.calls.world.outside("carol");
        friend.signIn();
        SipMessage other = past.calls.alice.request("INVITE", friend.address());
        past.calls.alice.inbox.clear();
        friend.answers = null;
        past.calls.alice.start(other);
        CallWorld.accept(friend);
        SipMessage probe = CallWorld.byCaller(past.calls.alice, other, CallWorld.okOf(past.calls.alice), "INFO");
        List<String> routes = new ArrayList<>(probe.elements(HeaderName.ROUTE));
        assertThat(routes).hasSize(2);
        routes.set(1, routes.get(1).replace(friend.token(), past.callee.token()));
        probe.setElements(HeaderName.ROUTE, routes);
        SipMessage answer = past.calls.alice.send(probe);
        assertThat(past.callee.received("INFO")).hasSize(1);
        assertThat(answer.status()).isEqualTo(480);
    }

    /** In a dialog that is invented a call rings nowhere and a message is shown to nobody: both would be as silent as OPTIONS. */
    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "MESSAGE"})
    void whatBelongsToAnInventedDialogIsNoCallAndNoMessage(String method) {
        politelyBlocked();
        bob.inbox.clear();
        for (String uri : List.of(BOB, Gruu.of(BOB, bob.instance))) {
            SipMessage request = alice.request(method, uri);
            request.set(HeaderName.TO, "<" + BOB + ">;tag=invented");
            assertThat(alice.send(request).status()).as(uri).isEqualTo(480);
        }
        assertThat(bob.inbox).isEmpty();
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
