package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.pool.engine.CallWorld.accept;
import static org.edgeways.pool.engine.CallWorld.byCallee;
import static org.edgeways.pool.engine.CallWorld.byCaller;
import static org.edgeways.pool.engine.CallWorld.invite;
import static org.edgeways.pool.engine.CallWorld.okOf;
import static org.edgeways.pool.engine.CallWorld.statuses;

import java.util.List;
import java.util.Set;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.SipTimers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls through the pool: forking, cancelling, and what follows along the recorded route. */
class CallsTest {

    private static final HeaderName SESSION_EXPIRES = HeaderName.of("Session-Expires");
    private static final HeaderName MIN_SE = HeaderName.of("Min-SE");

    private static final long TIMER_C_SECONDS = SipTimers.DEFAULT.timerC() / PoolWorld.SECOND;

    private final CallWorld calls = new CallWorld();
    private final PoolWorld world = calls.world;
    private final Device alice = calls.alice;
    private final Device phone = calls.phone;
    private final Device laptop = calls.laptop;

    @BeforeEach
    void theTestAnswersForTheDevices() {
        for (Device device : calls.all()) {
            device.answers = request ->
                    request.method().equals("CANCEL") ? SipMessage.responseTo(request, 200, "OK", "dev") : null;
        }
    }

    private SipMessage ring(Device caller) {
        SipMessage invite = caller.request("INVITE", "sip:bob@acorn.example");
        caller.start(invite);
        return invite;
    }

    @Test
    void allDevicesRingAtOnceAndWhatTheySayMeanwhileComesBack() {
        ring(alice);
        phone.answer(invite(phone), 180);
        laptop.answer(invite(laptop), 183);
        assertThat(statuses(alice, "INVITE")).containsExactly(180, 183);
    }

    @Test
    void whenOneAnswersTheOtherIsCancelled() {
        ring(alice);
        phone.answer(invite(phone), 180);
        laptop.answer(invite(laptop), 180);
        accept(laptop);
        assertThat(phone.received("CANCEL")).hasSize(1);
        assertThat(laptop.received("CANCEL")).isEmpty();
        assertThat(statuses(alice, "INVITE")).endsWith(200).doesNotContain(487);
    }

    @Test
    void aDeclineForEverybodyEndsTheCallEverywhere() {
        ring(alice);
        laptop.answer(invite(laptop), 180);
        phone.answer(invite(phone), 603);
        assertThat(laptop.received("CANCEL")).hasSize(1);
        laptop.answer(invite(laptop), 487);
        assertThat(statuses(alice, "INVITE")).containsExactly(180, 603);
    }

    /** It is in no settings with which the pool was started. */
    @Test
    void aCallReachesADeviceBehindAnEdgeNodeThatJoinedWhileThePoolRan() {
        world.edgeHosts(Set.of());
        SipMessage invite = ring(alice);
        accept(laptop);
        assertThat(alice.send(byCaller(alice, invite, okOf(alice), "INFO")).status())
                .isEqualTo(403);

        world.edgeHosts(Set.of("another.example", "EDGE1.perimeter.acorn.example"));
        alice.start(byCaller(alice, invite, okOf(alice), "INFO"));
        assertThat(laptop.received("INFO")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 407})
    void aDeviceThatWantsTheCallersPasswordGetsNoDigest(int status) {
        HeaderName challenge = status == 401 ? HeaderName.WWW_AUTHENTICATE : HeaderName.PROXY_AUTHENTICATE;
        ring(alice);
        for (Device device : List.of(phone, laptop)) {
            SipMessage asks = SipMessage.responseTo(invite(device), status, "Who is it", "dev");
            asks.set(challenge, "Digest realm=\"acorn.example\", nonce=\"chosen\", qop=\"auth\"");
            device.answer(asks);
            world.settle();
        }
        SipMessage answer = alice.inbox.getLast();
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.has(challenge)).isFalse();
    }

    @Test
    void busyOnOneDeviceLeavesTheOtherRinging() {
        ring(alice);
        laptop.answer(invite(laptop), 180);
        phone.answer(invite(phone), 486);
        assertThat(laptop.received("CANCEL")).isEmpty();
        accept(laptop);
        assertThat(statuses(alice, "INVITE")).containsExactly(180, 200);
    }

    @Test
    void theCallerGivesUpAndNothingRingsAnyMore() {
        SipMessage call = ring(alice);
        phone.answer(invite(phone), 180);
        laptop.answer(invite(laptop), 180);
        alice.start(cancelOf(call));
        assertThat(statuses(alice, "CANCEL")).containsExactly(200);
        assertThat(phone.received("CANCEL")).hasSize(1);
        assertThat(laptop.received("CANCEL")).hasSize(1);
        phone.answer(invite(phone), 487);
        laptop.answer(invite(laptop), 487);
        assertThat(statuses(alice, "INVITE")).containsExactly(180, 180, 487);
    }

    @Test
    void nobodyThereIsUnavailableAndNobodyOfThatNameIsNotFound() {
        assertThat(alice.send(alice.request("INVITE", "sip:carol@acorn.example"))
                        .status())
                .isEqualTo(480);
        assertThat(alice.send(alice.request("INVITE", "sip:nobody@acorn.example"))
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "UPDATE", "INFO", "BYE"})
    void theCallerReachesTheCalleeAlongTheRecordedRoute(String method) {
        for (Device callee : List.of(phone, laptop)) {
            SipMessage call = ring(alice);
            accept(callee);
            SipMessage request = byCaller(alice, call, okOf(alice), method);
            callee.inbox.clear();
            alice.start(request);
            assertThat(callee.received(method)).hasSize(1);
            callee.answer(callee.received(method).getFirst(), 200);
            assertThat(statuses(alice, method)).endsWith(200);
            alice.inbox.clear();
            phone.inbox.clear();
            laptop.inbox.clear();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "UPDATE", "INFO", "BYE"})
    void theCalleeReachesTheCallerAlongTheRecordedRoute(String method) {
        Device outside = world.outside("carol");
        outside.signIn();
        for (Device caller : List.of(alice, outside)) {
            caller.answers = null;
            ring(caller);
            SipMessage ok = accept(laptop);
            caller.inbox.clear();
            laptop.start(byCallee(laptop, ok, method));
            assertThat(caller.received(method)).hasSize(1);
            caller.answer(caller.received(method).getFirst(), 200);
            assertThat(statuses(laptop, method)).containsExactly(200);
            laptop.inbox.clear();
            phone.inbox.clear();
        }
    }

    @Test
    void glareIsForTheTwoOfThemToSettle() {
        SipMessage call = ring(alice);
        accept(phone);
        SipMessage again = byCaller(alice, call, okOf(alice), "INVITE");
        phone.inbox.clear();
        alice.start(again);
        phone.answer(invite(phone), 491);
        assertThat(statuses(alice, "INVITE")).endsWith(491);
    }

    @Test
    void sessionTimersPassAsTheyAre() {
        SipMessage call = alice.request("INVITE", "sip:bob@acorn.example");
        call.set(SESSION_EXPIRES, "1800;refresher=uac");
        call.set(MIN_SE, "90");
        call.set(HeaderName.SUPPORTED, "timer, 100rel");
        alice.start(call);
        SipMessage received = invite(phone);
        assertThat(received.first(SESSION_EXPIRES)).isEqualTo("1800;refresher=uac");
        assertThat(received.first(MIN_SE)).isEqualTo("90");
        assertThat(received.first(HeaderName.SUPPORTED)).isEqualTo("timer, 100rel");

        SipMessage ok = SipMessage.responseTo(received, 200, "OK", "callee");
        ok.setAll(HeaderName.RECORD_ROUTE, received.elements(HeaderName.RECORD_ROUTE));
        ok.set(HeaderName.CONTACT, phone.contact());
        ok.set(SESSION_EXPIRES, "1800;refresher=uac");
        ok.set(HeaderName.REQUIRE, "timer");
        phone.answer(ok);
        world.settle();
        assertThat(okOf(alice).first(SESSION_EXPIRES)).isEqualTo("1800;refresher=uac");
        assertThat(okOf(alice).first(HeaderName.REQUIRE)).isEqualTo("timer");

        SipMessage refresh = byCaller(alice, call, okOf(alice), "UPDATE");
        refresh.set(SESSION_EXPIRES, "900;refresher=uas");
        refresh.set(MIN_SE, "120");
        refresh.set(HeaderName.SUPPORTED, "timer");
        alice.start(refresh);
        SipMessage update = phone.received("UPDATE").getFirst();
        assertThat(update.first(SESSION_EXPIRES)).isEqualTo("900;refresher=uas");
        assertThat(update.first(MIN_SE)).isEqualTo("120");
        assertThat(update.first(HeaderName.SUPPORTED)).isEqualTo("timer");
    }

    @Test
    void theCallerLearnsWhichSessionIntervalIsLongEnough() {
        Device carol = world.outside("carol");
        carol.signIn();
        carol.answers = null;
        alice.start(alice.request("INVITE", "sip:carol@acorn.example"));
        SipMessage tooSmall = SipMessage.responseTo(invite(carol), 422, "Session Interval Too Small", "dev");
        tooSmall.set(MIN_SE, "3600");
        carol.answer(tooSmall);
        world.settle();
        assertThat(statuses(alice, "INVITE")).containsExactly(422);
        assertThat(alice.inbox.getLast().first(MIN_SE)).isEqualTo("3600");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAcknowledgementReachesOnlyTheDeviceThatAnswered(boolean inside) {
        Device answering = inside ? phone : laptop;
        Device other = inside ? laptop : phone;
        SipMessage call = ring(alice);
        accept(answering);
        alice.start(byCaller(alice, call, okOf(alice), "ACK"));
        assertThat(answering.received("ACK")).hasSize(1);
        assertThat(other.received("ACK")).isEmpty();
    }

    @Test
    void requestsThatCrossAreBothRefusedByTheTwoOfThem() {
        SipMessage call = ring(alice);
        SipMessage ok = accept(laptop);
        SipMessage byAlice = byCaller(alice, call, okOf(alice), "INVITE");
        SipMessage byBob = byCallee(laptop, ok, "INVITE");
        alice.inbox.clear();
        laptop.inbox.clear();
        alice.start(byAlice);
        laptop.start(byBob);
        alice.answer(invite(alice), 491);
        laptop.answer(invite(laptop), 491);
        assertThat(statuses(alice, "INVITE")).containsExactly(491);
        assertThat(statuses(laptop, "INVITE")).containsExactly(491);
    }

    /** Alice talks to Bob's device, which transfers her to the device of Carol that it talks to (RFC 5589 section 7). */
    private SipMessage transferred(Device carol) {
        carol.signIn();
        carol.answers = request -> null;
        ring(alice);
        accept(phone);
        SipMessage refer = byCallee(phone, okOfInvite(phone), "REFER");
        String target = carol.contact();
        String replaces = "?Replaces=abc%40phone%3Bto-tag%3D1%3Bfrom-tag%3D2";
        refer.set(HeaderName.REFER_TO, target.substring(0, target.length() - 1) + replaces + ">");
        phone.start(refer);
        SipMessage asked = alice.received("REFER").getFirst();
        alice.answer(asked, 202);
        String uri = asked.first(HeaderName.REFER_TO);
        SipMessage invite = alice.request("INVITE", uri.substring(1, uri.indexOf('?')));
        invite.set(HeaderName.of("Replaces"), "abc@phone;to-tag=1;from-tag=2");
        alice.start(invite);
        return invite;
    }

    private SipMessage okOfInvite(Device callee) {
        SipMessage ok = SipMessage.responseTo(invite(callee), 200, "OK", "callee");
        ok.set(HeaderName.CONTACT, callee.contact());
        return ok;
    }

    @Test
    void anAttendedTransferReachesTheDeviceWhoseContactItNames() {
        for (Device carol : List.of(world.inside("carol"), world.outside("carol"))) {
            alice.inbox.clear();
            phone.inbox.clear();
            transferred(carol);
            assertThat(carol.received("INVITE"))
                    .singleElement()
                    .satisfies(invite ->
                            assertThat(invite.first(HeaderName.of("Replaces"))).startsWith("abc@phone"));
            carol.answer(invite(carol), 180);
            assertThat(statuses(alice, "INVITE")).contains(180);
        }
    }

    @Test
    void aContactOfNobodyOrOfTwoPeopleIsNoTarget() {
        Device carol = world.inside("carol");
        SipMessage nobody = alice.request("INVITE", "sip:x@192.0.2.77:5061;transport=tls");
        assertThat(alice.send(nobody).status()).isEqualTo(403);
        carol.signIn();
        Device dave = world.inside("dave");
        SipMessage register = dave.register(600);
        register.set(HeaderName.CONTACT, carol.contact());
        assertThat(dave.sendSigned(register).status()).isEqualTo(200);
        String contact = carol.contact();
        SipMessage both = alice.request("INVITE", contact.substring(1, contact.length() - 1));
        assertThat(alice.send(both).status()).isEqualTo(403);
    }

    @Test
    void onlyWhoIsSignedInReachesADeviceByItsContact() {
        Device stranger = world.inside("carol");
        String contact = phone.contact();
        SipMessage invite = stranger.request("INVITE", contact.substring(1, contact.length() - 1));
        assertThat(stranger.send(invite).status()).isEqualTo(407);
        assertThat(phone.received("INVITE")).isEmpty();
    }

    @Test
    void somebodyElseCannotHangUp() {
        SipMessage call = ring(alice);
        accept(phone);
        SipMessage bye = byCaller(alice, call, okOf(alice), "BYE");
        phone.inbox.clear();
        Device mallory = world.inside("carol");
        mallory.answers = null;
        assertThat(mallory.send(bye).status()).isEqualTo(407);
        assertThat(phone.received("BYE")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "UPDATE", "BYE"})
    void somebodyElseOutsideCannotTakePartEither(String method) {
        SipMessage call = ring(alice);
        accept(laptop);
        SipMessage forged = byCaller(alice, call, okOf(alice), method);
        laptop.inbox.clear();
        Device mallory = world.outside("carol");
        mallory.signIn();
        mallory.answers = null;
        assertThat(mallory.send(forged).status()).isEqualTo(407);
        assertThat(laptop.received(method)).isEmpty();
    }

    private SipMessage cancelOf(SipMessage call) {
        SipMessage cancel = SipMessage.request("CANCEL", call.requestUriText());
        for (HeaderName name :
                List.of(HeaderName.VIA, HeaderName.MAX_FORWARDS, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID)) {
            cancel.set(name, call.first(name));
        }
        cancel.set(HeaderName.CSEQ, call.cseq().number() + " CANCEL");
        return cancel;
    }

    @Test
    void aDeviceThatNeverAnswersTheCancelDoesNotKeepTheCallerWaitingForEver() {
        SipMessage call = ring(alice);
        phone.answer(invite(phone), 180);
        alice.start(cancelOf(call));
        world.advance(40);
        assertThat(statuses(alice, "INVITE")).containsExactly(180, 487);
    }

    @Test
    void aCallThatRingsWithoutAnEndIsGivenUpAfterThreeMinutes() {
        ring(alice);
        phone.answer(invite(phone), 180);
        laptop.answer(invite(laptop), 486);
        world.advance(TIMER_C_SECONDS - 1);
        assertThat(phone.received("CANCEL")).isEmpty();
        world.advance(2);
        assertThat(phone.received("CANCEL")).hasSize(1);
        phone.answer(invite(phone), 487);
        assertThat(statuses(alice, "INVITE").getFirst()).isEqualTo(180);
        assertThat(statuses(alice, "INVITE").getLast()).isIn(408, 486);
        assertThat(world.counters.value("sip_transaction_timeouts", "timer", "c"))
                .isEqualTo(1);
    }

    @Test
    void aDeviceThatSaysItStillRingsIsGivenAnotherThreeMinutes() {
        ring(alice);
        phone.answer(invite(phone), 180);
        laptop.answer(invite(laptop), 486);
        world.advance(TIMER_C_SECONDS - 10);
        phone.answer(invite(phone), 180);
        world.advance(TIMER_C_SECONDS - 10);
        assertThat(phone.received("CANCEL")).isEmpty();
        accept(phone);
        assertThat(statuses(alice, "INVITE")).endsWith(200);
        world.advance(2 * TIMER_C_SECONDS);
        assertThat(phone.received("CANCEL")).isEmpty();
    }

    @Test
    void devicesOfLowerPriorityRingOnlyWhenTheOthersHaveRefused() {
        SipMessage register = phone.register(600);
        register.set(HeaderName.CONTACT, phone.contact() + ";q=0.5;+sip.instance=\"" + phone.instance + "\"");
        assertThat(phone.sendSigned(register).status()).isEqualTo(200);
        phone.inbox.clear();
        ring(alice);
        assertThat(phone.received("INVITE")).isEmpty();
        laptop.answer(invite(laptop), 486);
        assertThat(phone.received("INVITE")).hasSize(1);
        accept(phone);
        assertThat(statuses(alice, "INVITE")).containsExactly(200);
    }

    @Test
    void aCallTakesTheDevicesOtherConnectionWhenItsNewestIsDead() {
        laptop.signOut();
        phone.signOut();
        Device older = world.outside("bob");
        Device newer = world.outside("bob");
        newer.instance = older.instance;
        older.regId = 1;
        newer.regId = 2;
        assertThat(older.signIn().status()).isEqualTo(200);
        world.advance(1);
        assertThat(newer.signIn().status()).isEqualTo(200);
        older.answers = null;
        newer.die();
        ring(alice);
        assertThat(older.received("INVITE")).hasSize(1);
        assertThat(world.engine.bindings("sip:bob@acorn.example", world.now)).hasSize(1);
        accept(older);
        assertThat(statuses(alice, "INVITE")).containsExactly(200);
    }

    @Test
    void aCallerWhoHasSignedInAnewIsReachedOnTheNewConnection() {
        Device carol = world.inside("carol");
        carol.regId = 1;
        assertThat(carol.signIn().status()).isEqualTo(200);
        ring(carol);
        SipMessage ok = accept(laptop);
        Device again = world.inside("carol");
        again.instance = carol.instance;
        again.regId = 1;
        assertThat(again.signIn().status()).isEqualTo(200);
        again.answers = null;
        carol.die();
        laptop.start(byCallee(laptop, ok, "BYE"));
        assertThat(again.received("BYE")).hasSize(1);
    }

    @Test
    void aRequestForADeviceThatHasSignedOutMeanwhileFindsNobody() {
        SipMessage call = ring(alice);
        accept(phone);
        SipMessage info = byCaller(alice, call, okOf(alice), "INFO");
        assertThat(phone.signOut().status()).isEqualTo(200);
        phone.inbox.clear();
        alice.start(info);
        assertThat(statuses(alice, "INFO")).containsExactly(480);
        assertThat(phone.received("INFO")).isEmpty();
    }

    /** From outside to a telephone of one's own, which signs in as another device during the call. */
    @Test
    void aCallToOneselfGoesOnWhenTheDeviceInsideHasSignedInAnew() {
        Device outside = world.outside("alice");
        outside.signIn();
        SipMessage call = outside.request("INVITE", alice.address());
        outside.start(call);
        SipMessage bye = byCallee(alice, accept(alice), "BYE");
        alice.signOut();
        alice.instance = "<urn:uuid:00000000-0000-0000-0000-00000000ffff>";
        alice.origin = Origin.connection(new Flow(world.nextFlow++));
        alice.signIn();
        calls.all().forEach(device -> device.inbox.clear());
        alice.start(bye);
        assertThat(alice.received("BYE")).isEmpty();
        assertThat(outside.received("BYE")).hasSize(1);
    }
}
