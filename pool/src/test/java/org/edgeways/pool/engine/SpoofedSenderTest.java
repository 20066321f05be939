package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.pool.engine.CallWorld.accept;
import static org.edgeways.pool.engine.CallWorld.byCaller;
import static org.edgeways.pool.engine.CallWorld.invite;
import static org.edgeways.pool.engine.CallWorld.okOf;
import static org.edgeways.pool.engine.CallWorld.statuses;

import java.util.List;
import java.util.function.UnaryOperator;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Senders that are not who they say, in every method and in every spelling: before sign-in, after it and in a dialog, inside
 * and behind an edge node.
 */
class SpoofedSenderTest {

    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    private static final List<String> METHODS = List.of(
            "INVITE",
            "BYE",
            "UPDATE",
            "INFO",
            "MESSAGE",
            "OPTIONS",
            "REFER",
            "NOTIFY",
            "SUBSCRIBE",
            "PUBLISH",
            "PRACK",
            "SERVICE",
            "X-UNHEARD-OF");

    private final CallWorld calls = new CallWorld();
    private final PoolWorld world = calls.world;
    private final Device alice = calls.alice;
    private final Device phone = calls.phone;
    private final Device laptop = calls.laptop;
    private final Device carolElsewhere = world.inside("carol");

    @BeforeEach
    void carolIsSignedInToo() {
        carolElsewhere.signIn();
        for (Device device : calls.all()) {
            device.answers = request ->
                    request.method().equals("INVITE") || request.method().equals("ACK")
                            ? null
                            : SipMessage.responseTo(request, 200, "OK", "dev");
        }
    }

    /** From in another spelling: {@code %s} is its value without the tag, {@code |} a line break. */
    private static UnaryOperator<String> from(String spelling, String address, SipMessage request) {
        String tag = request.fromTag();
        String line = spelling.formatted(address).replace("|", "\r\n") + ";tag=" + tag;
        String own = "From: " + request.first(HeaderName.FROM);
        return text -> {
            assertThat(text).contains(own);
            return text.replace(own, line);
        };
    }

    private void assertRefused(SipMessage response, String what) {
        assertThat(response).as(what).isNotNull();
        assertThat(response.status()).as(what).isEqualTo(407);
        for (Device device : calls.all()) {
            assertThat(device.inbox.stream().filter(SipMessage::isRequest))
                    .as(what)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"From: <%s>", "f: <%s>", "F:%s", "fROM :|\t<%s>|  ", "f: \"alice\"| <%s>"})
    void somebodyElseInFromIsChallengedBeforeSignInAndAfterIt(String spelling) {
        Device stranger = world.inside("alice");
        Device outside = world.outside("alice");
        Device signedIn = world.outside("alice");
        signedIn.signIn();
        for (String method : METHODS) {
            for (Device device : List.of(stranger, outside, signedIn, alice)) {
                SipMessage request = device.request(method, BOB);
                SipMessage response = device.send(request, from(spelling, CAROL, request));
                assertRefused(response, method + " of " + device.origin);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"From: <%s>", "f: <%s>", "F:%s", "fROM :|\t<%s>|  ", "f: \"alice\"| <%s>"})
    void somebodyElseInFromIsChallengedInADialog(String spelling) {
        for (Device callee : List.of(phone, laptop)) {
            SipMessage call = alice.request("INVITE", BOB);
            alice.start(call);
            accept(callee);
            SipMessage ok = okOf(alice);
            Device stranger = world.inside("alice");
            Device outside = world.outside("alice");
            for (String method : METHODS) {
                for (Device device : List.of(alice, stranger, outside)) {
                    calls.all().forEach(one -> one.inbox.clear());
                    SipMessage request = byCaller(device, call, ok, method);
                    SipMessage response = device.send(request, from(spelling, CAROL, request));
                    assertRefused(response, method + " in the call to " + callee.origin + " by " + device.origin);
                }
            }
            calls.all().forEach(one -> one.inbox.clear());
            SipMessage ack = byCaller(alice, call, ok, "ACK");
            ack.set(HeaderName.CSEQ, call.cseq().number() + " ACK");
            alice.start(ack, from(spelling, CAROL, ack));
            assertThat(callee.received("ACK")).as("ACK of another").isEmpty();
            alice.start(ack);
            assertThat(callee.received("ACK")).as("her own ACK").hasSize(1);
            calls.all().forEach(one -> one.inbox.clear());
        }
    }

    /** Whoever is not signed in on the connection does not go on in the dialog of who is, under the true name either. */
    @Test
    void nobodyGoesOnInTheDialogOfAnother() {
        SipMessage call = alice.request("INVITE", BOB);
        alice.start(call);
        accept(phone);
        SipMessage ok = okOf(alice);
        for (Device device : List.of(world.inside("alice"), world.outside("alice"))) {
            for (String method : METHODS) {
                calls.all().forEach(one -> one.inbox.clear());
                assertRefused(device.send(byCaller(device, call, ok, method)), method + " by " + device.origin);
            }
            device.start(byCaller(device, call, ok, "ACK"));
            assertThat(phone.received("ACK")).isEmpty();
        }
    }

    @Test
    void nobodyCancelsTheCallOfAnother() {
        SipMessage call = alice.request("INVITE", BOB);
        alice.start(call);
        phone.answer(invite(phone), 180);
        SipMessage cancel = cancel(call);
        for (Device attacker : List.of(carolElsewhere, world.inside("alice"), world.outside("alice"))) {
            attacker.start(cancel);
            assertThat(phone.received("CANCEL")).as("by " + attacker.origin).isEmpty();
        }
        alice.start(cancel);
        assertThat(phone.received("CANCEL")).as("her own").hasSize(1);
        assertThat(statuses(alice, "CANCEL")).contains(200);
    }

    /** Whatever From says: who did not send the INVITE does not end it, and whoever did ends it under its own name. */
    @ParameterizedTest
    @ValueSource(strings = {"From: <%s>", "f: <%s>", "F:%s", "fROM :|\t<%s>|  ", "f: \"alice\"| <%s>"})
    void aFromOfAnotherInCancelNeitherHelpsNorReachesADevice(String spelling) {
        for (String from : List.of(alice.address(), CAROL, "sip:boss@elsewhere.example")) {
            SipMessage call = alice.request("INVITE", BOB);
            alice.start(call);
            phone.answer(phone.received("INVITE").getLast(), 180);
            SipMessage cancel = cancel(call);
            for (Device attacker : List.of(carolElsewhere, world.inside("alice"), world.outside("alice"))) {
                attacker.start(cancel, from(spelling, from, cancel));
                assertThat(phone.received("CANCEL")).as("by " + attacker.origin).isEmpty();
            }
            alice.start(cancel, from(spelling, from, cancel));
            SipMessage received = phone.received("CANCEL").getFirst();
            assertThat(received.from().toString()).isEqualTo(call.from().toString());
            assertThat(new String(received.encode(), java.nio.charset.StandardCharsets.UTF_8))
                    .doesNotContain("carol", "boss");
            calls.all().forEach(one -> one.inbox.clear());
        }
    }

    /** Alice's password signs in alice alone, whomever From and To name, before she is signed in and after it. */
    @ParameterizedTest
    @ValueSource(strings = {"From: <%s>", "f: <%s>", "F:%s", "fROM :|\t<%s>|  ", "f: \"alice\"| <%s>"})
    void aSpoofedSignInSignsNobodyIn(String spelling) {
        Device stranger = world.inside("alice");
        Device outside = world.outside("alice");
        Device signedIn = world.outside("alice");
        signedIn.signIn();
        int alices = world.engine.bindings(alice.address(), world.now).size();
        for (Device device : List.of(stranger, outside, signedIn, alice)) {
            for (int seconds : new int[] {600, 0}) {
                for (String to : List.of(alice.address(), CAROL)) {
                    for (String from : List.of(alice.address(), CAROL, "sip:boss@elsewhere.example", "tel:+15551234")) {
                        if (from.equals(to) && to.equals(alice.address())) {
                            continue; // her own
                        }
                        SipMessage register = device.register(seconds);
                        register.set(HeaderName.TO, "<" + to + ">");
                        SipMessage response = device.sendSigned(register, from(spelling, from, register));
                        assertThat(response.status()).as(from + " for " + to).isEqualTo(403);
                    }
                }
            }
        }
        assertThat(world.engine.bindings(alice.address(), world.now)).hasSize(alices);
        assertThat(world.engine.bindings(CAROL, world.now)).hasSize(1);
        assertThat(carolElsewhere
                        .send(carolElsewhere.message("bob", "still me"))
                        .status())
                .isEqualTo(200);
    }

    private static SipMessage cancel(SipMessage call) {
        SipMessage cancel = SipMessage.request("CANCEL", call.requestUriText());
        for (HeaderName name :
                List.of(HeaderName.VIA, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID, HeaderName.MAX_FORWARDS)) {
            cancel.set(name, call.first(name));
        }
        cancel.set(HeaderName.CSEQ, call.cseq().number() + " CANCEL");
        return cancel;
    }

    @ParameterizedTest
    @ValueSource(strings = {"From: <%s>", "f: <%s>", "fROM :|\t<%s>|  "})
    void nobodyRefreshesOrEndsTheSubscriptionOfAnother(String spelling) {
        Watcher watcher = new Watcher(alice, BOB);
        watcher.subscribe(600);
        int told = watcher.notifies().size();
        for (int seconds : new int[] {600, 0}) {
            SipMessage spoofed = watcher.inDialog(alice, seconds);
            assertThat(alice.send(spoofed, from(spelling, CAROL, spoofed)).status())
                    .isEqualTo(407);
            // carol, signed in, as herself in alice's dialog
            SipMessage own = watcher.inDialog(carolElsewhere, seconds);
            assertThat(carolElsewhere.send(own, from(spelling, CAROL, own)).status())
                    .isEqualTo(403);
            SipMessage asAlice = watcher.inDialog(carolElsewhere, seconds);
            assertThat(carolElsewhere.send(asAlice).status()).isEqualTo(407);
        }
        assertThat(watcher.notifies()).hasSize(told);
        assertThat(world.counters.value("pool_subscriptions")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "P-Asserted-Identity: <sip:boss@acorn.example>",
                "P-ASSERTED-IDENTITY:<sip:boss@acorn.example>, <tel:+15551234>",
                "p-asserted-identity :|\t\"The boss\"| <sip:boss@acorn.example>",
                "P-Asserted-Identity: <sip:boss@acorn.example>|p-Asserted-identity:| <tel:+15551234>",
                "Remote-Party-ID :| \"The boss\" <sip:boss@acorn.example>;party=calling",
                "p-preferred-identity:| <sip:boss@acorn.example>"
            })
    void anIdentityThatADeviceAssertsIsReplacedInEveryMethodAndSpelling(String assertion) {
        SipMessage call = alice.request("INVITE", BOB);
        alice.start(call, with(assertion));
        assertAlice(invite(phone), "INVITE");
        accept(phone);
        SipMessage ok = okOf(alice);
        for (String method : METHODS) {
            if (method.equals("SUBSCRIBE")) {
                continue; // goes to no device
            }
            phone.inbox.clear();
            alice.start(byCaller(alice, call, ok, method), with(assertion));
            assertAlice(phone.received(method).getFirst(), method);
        }
        phone.inbox.clear();
        SipMessage ack = byCaller(alice, call, ok, "ACK");
        alice.start(ack, with(assertion));
        assertAlice(phone.received("ACK").getFirst(), "ACK");
        for (String method : List.of("MESSAGE", "OPTIONS", "REFER", "NOTIFY", "INFO", "SERVICE", "X-UNHEARD-OF")) {
            phone.inbox.clear();
            alice.start(alice.request(method, BOB), with(assertion));
            assertAlice(phone.received(method).getFirst(), method + " out of a dialog");
        }
    }

    private static UnaryOperator<String> with(String lines) {
        return text -> text.replaceFirst("\r\n", "\r\n" + lines.replace("|", "\r\n") + "\r\n");
    }

    private static void assertAlice(SipMessage received, String what) {
        assertThat(received.values(HeaderName.P_ASSERTED_IDENTITY))
                .as(what)
                .containsExactly("\"Alice\" <sip:alice@acorn.example>");
        assertThat(new String(received.encode(), java.nio.charset.StandardCharsets.UTF_8))
                .as(what)
                .doesNotContain("boss", "+1555");
    }
}
