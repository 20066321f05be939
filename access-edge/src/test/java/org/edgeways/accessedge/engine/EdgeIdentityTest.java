package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may send what: before sign-in, as oneself, as another, in another's dialog. */
class EdgeIdentityTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";

    private static final List<String> METHODS = List.of(
            "MESSAGE",
            "INVITE",
            "OPTIONS",
            "PUBLISH",
            "SUBSCRIBE",
            "NOTIFY",
            "BENOTIFY",
            "SERVICE",
            "INFO",
            "REFER",
            "UPDATE",
            "PRACK",
            "BYE",
            "X-UNHEARD-OF");

    private final EdgeBench bench = new EdgeBench();

    private SipMessage refused(Flow flow, SipMessage request, AccessEdgeErrorCode code) {
        bench.fromClient(flow, request);
        bench.nothingAtInside();
        SipMessage answer = bench.at(flow);
        assertThat(answer.status()).isEqualTo(code.status());
        assertThat(answer.reason()).isEqualTo(code.meaning());
        assertThat(answer.first(HeaderName.WARNING)).isEqualTo("399 " + EdgeBench.OUTSIDE + " \"" + code.code() + "\"");
        assertThat(bench.events.last()).isEqualTo(code);
        return answer;
    }

    @Test
    void beforeSignInOnlyRegisterPasses() {
        Flow flow = bench.client();
        for (String method : METHODS) {
            refused(flow, bench.request(method, BOB, ALICE, BOB, ""), AccessEdgeErrorCode.SIGN_IN_FIRST);
        }
        bench.fromClient(
                flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: <sip:alice@1.2.3.4>"));
        assertThat(bench.atInside().method()).isEqualTo("REGISTER");
    }

    @Test
    void aSignInThatThePoolHasNotAcceptedOpensNothing() {
        Flow flow = bench.client();
        for (int status : new int[] {401, 403, 500}) {
            bench.fromClient(
                    flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: <sip:a@1.2.3.4>"));
            bench.answerFromInside(bench.atInside(), status, "No");
            bench.at(flow);
            refused(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""), AccessEdgeErrorCode.SIGN_IN_FIRST);
        }
    }

    @Test
    void askingForTheBindingsIsNoSignIn() {
        Flow flow = bench.client();
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, ""));
        bench.answerFromInside(bench.atInside(), 200, "OK", "Contact", "<sip:alice@10.1.2.3>;expires=3000");
        assertThat(bench.at(flow).status()).isEqualTo(200);
        refused(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""), AccessEdgeErrorCode.SIGN_IN_FIRST);
    }

    @Test
    void aSignInEndsWithItsTime() {
        Flow flow = bench.alice();
        bench.pass(Duration.ofSeconds(299));
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        bench.atInside();
        bench.pass(Duration.ofSeconds(1));
        bench.atInside.clear();
        bench.atClients.get(flow).clear();
        refused(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""), AccessEdgeErrorCode.SIGN_IN_FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Contact: *|Expires: 0", "Contact: <sip:alice@192.168.77.10:5061;transport=tls>;expires=0"})
    void aSignOutEndsTheRightToSend(String signOut) {
        Flow flow = bench.alice();
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, signOut));
        bench.answerFromInside(bench.atInside(), 200, "OK");
        bench.at(flow);
        assertThat(bench.events.log).contains("signed out " + ALICE);
        refused(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""), AccessEdgeErrorCode.SIGN_IN_FIRST);
    }

    @Test
    void afterSignOutADialogOfThatTimeCanBeEndedAndNothingElseBegun() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: *|Expires: 0"));
        bench.answerFromInside(bench.atInside(), 200, "OK");
        bench.at(flow);
        SipMessage fresh = bench.inDialog("MESSAGE", ok, "");
        fresh.set(HeaderName.TO, "<" + BOB + ">");
        refused(flow, fresh, AccessEdgeErrorCode.SIGN_IN_FIRST);
        bench.fromClient(flow, bench.inDialog("BYE", ok, ""));
        assertThat(bench.atInside().method()).isEqualTo("BYE");
    }

    /** A To tag is quickly written: in the dialogs of that time nothing goes on but their end. */
    @Test
    void afterSignOutADialogOfThatTimeCarriesNothingButItsEnd() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: *|Expires: 0"));
        bench.answerFromInside(bench.atInside(), 200, "OK");
        bench.at(flow);
        for (String method : METHODS) {
            if (!method.equals("BYE")) {
                refused(flow, bench.inDialog(method, ok, ""), AccessEdgeErrorCode.SIGN_IN_FIRST);
            }
        }
        bench.fromClient(flow, bench.inDialog("ACK", ok, ""));
        assertThat(bench.atInside().method()).isEqualTo("ACK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:mallory@elsewhere.example",
                "sip:alice@acorn.example.elsewhere.example",
                "sip:alice@10.20.30.40",
                "sip:alice@edge.acorn.example",
                "sip:anonymous@anonymous.invalid",
                "tel:+15551234",
                "sip:acorn.example@elsewhere.example"
            })
    void aSenderOfAnotherDomainIsRefusedInEveryMethod(String from) {
        Flow flow = bench.alice();
        for (String method : METHODS) {
            refused(flow, bench.request(method, BOB, from, BOB, ""), AccessEdgeErrorCode.FROM_FOREIGN);
        }
        refused(
                flow,
                bench.request("REGISTER", "sip:acorn.example", from, ALICE, "Contact: <sip:a@1.2.3.4>"),
                AccessEdgeErrorCode.FROM_FOREIGN);
    }

    @Test
    void aSenderOfAnotherDomainIsRefusedBeforeSignInAndInADialog() {
        refused(
                bench.client(),
                bench.request("MESSAGE", BOB, "sip:m@elsewhere.example", BOB, ""),
                AccessEdgeErrorCode.FROM_FOREIGN);
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        for (String method : METHODS) {
            SipMessage request = bench.inDialog(method, ok, "");
            request.set(HeaderName.FROM, "<sip:mallory@elsewhere.example>;tag=f1");
            refused(flow, request, AccessEdgeErrorCode.FROM_FOREIGN);
        }
    }

    /** The pool decides; what the edge owes it is the mark of the connection on which nobody but Alice is signed in. */
    @Test
    void whatASignedInPersonSendsAsAnotherGoesInsideWithTheMarkOfTheirOwnConnection() {
        Flow flow = bench.alice();
        for (String method : METHODS) {
            bench.fromClient(flow, bench.request(method, BOB, CAROL, BOB, "Contact: <sip:carol@1.2.3.4>"));
            SipMessage inside = bench.atInside();
            assertThat(inside.first(Hygiene.FLOW_MARK)).isEqualTo("edge1;boot=1;connection=" + flow.id());
            assertThat(inside.has(HeaderName.P_ASSERTED_IDENTITY)).isFalse();
            bench.answerFromInside(
                    inside,
                    407,
                    "Proxy Authentication Required",
                    "Proxy-Authenticate",
                    "Digest realm=\"acorn.example\"");
            assertThat(bench.at(flow).status()).isEqualTo(407);
            bench.atInside.clear();
        }
        assertThat(bench.directory.client(flow).isSignedInAs(CAROL, bench.now)).isFalse();
    }

    @Test
    void whatIsSentAsAnotherInADialogCarriesTheMarkToo() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        for (String method : METHODS) {
            SipMessage request = bench.inDialog(method, ok, "");
            request.set(HeaderName.FROM, "<" + CAROL + ">;tag=f1");
            bench.fromClient(flow, request);
            assertThat(bench.atInside().first(Hygiene.FLOW_MARK)).isEqualTo("edge1;boot=1;connection=" + flow.id());
        }
    }

    @Test
    void severalPeopleSignInOnOneConnectionAndEachEndsAlone() {
        Flow flow = bench.alice();
        bench.signIn(flow, BOB, "<sip:bob@192.168.77.11>");
        assertThat(bench.directory.client(flow).people(bench.now)).containsExactly(ALICE, BOB);
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: *|Expires: 0"));
        bench.answerFromInside(bench.atInside(), 200, "OK");
        bench.at(flow);
        assertThat(bench.directory.client(flow).people(bench.now)).containsExactly(BOB);
        bench.fromClient(flow, bench.request("MESSAGE", CAROL, BOB, CAROL, ""));
        assertThat(bench.atInside().method()).isEqualTo("MESSAGE");
    }

    @Test
    void onePersonMoreThanTheLimitIsRefusedAndAnExpiredOneMakesRoom() {
        EdgeBench small = new EdgeBench(true, EdgeLimits.DEFAULT.withPeople(2, 8));
        Flow flow = small.client();
        small.signIn(flow, ALICE, "<sip:alice@192.168.77.10>");
        small.signIn(flow, BOB, "<sip:bob@192.168.77.10>");
        SipMessage third =
                small.request("REGISTER", "sip:acorn.example", CAROL, CAROL, "Contact: <sip:carol@192.168.77.10>");
        small.fromClient(flow, third);
        small.nothingAtInside();
        assertThat(small.at(flow).status()).isEqualTo(403);
        assertThat(small.events.last()).isEqualTo(AccessEdgeErrorCode.PEOPLE_TOO_MANY);
        small.pass(Duration.ofSeconds(301));
        small.signIn(flow, CAROL, "<sip:carol@192.168.77.10>");
    }

    @Test
    void anAddressAtTheLimitSignsInAndOneLongerDoesNot() {
        EdgeBench small = new EdgeBench(true, EdgeLimits.DEFAULT);
        int user = EdgeLimits.DEFAULT.addressLength() - "sip:@acorn.example".length();
        Flow flow = small.client();
        small.signIn(flow, "sip:" + "a".repeat(user) + "@acorn.example", "<sip:a@192.168.77.10>");
        String longer = "sip:" + "a".repeat(user + 1) + "@acorn.example";
        small.fromClient(
                flow, small.request("REGISTER", "sip:acorn.example", longer, longer, "Contact: <sip:a@1.2.3.4>"));
        assertThat(small.at(flow).status()).isEqualTo(403);
        assertThat(small.events.last()).isEqualTo(AccessEdgeErrorCode.ADDRESS_TOO_LONG);
    }

    private static String contacts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "<sip:alice@192.168.77." + i + ">")
                .collect(Collectors.joining(", "));
    }

    @ParameterizedTest
    @ValueSource(strings = {", ", "|Contact: "})
    void asManyContactsAsTheLimitSignInAndOneMoreIsRefused(String separator) {
        EdgeBench small = new EdgeBench(true, EdgeLimits.DEFAULT.withContactsPerRegister(3));
        Flow flow = small.client();
        String at = "Contact: " + contacts(3).replace(", ", separator);
        small.fromClient(flow, small.request("REGISTER", "sip:acorn.example", ALICE, ALICE, at));
        assertThat(small.atInside().elements(HeaderName.CONTACT)).hasSize(3);
        String past = "Contact: " + contacts(4).replace(", ", separator);
        small.fromClient(flow, small.request("REGISTER", "sip:acorn.example", ALICE, ALICE, past));
        small.nothingAtInside();
        SipMessage answer = small.at(flow);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.reason()).isEqualTo("Too many contacts in one REGISTER");
        assertThat(small.events.last()).isEqualTo(AccessEdgeErrorCode.CONTACTS_TOO_MANY);
        assertThat(small.counters.value("access_edge_refusals", "code", "access-edge-contacts-too-many"))
                .isEqualTo(1);
    }

    @Test
    void aThousandContactsAreRefusedWithoutALookAtThem() {
        Flow flow = bench.client();
        refused(
                flow,
                bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: " + contacts(1000)),
                AccessEdgeErrorCode.CONTACTS_TOO_MANY);
    }

    @Test
    void nobodySignsInAtAForeignRegistrar() {
        Flow flow = bench.client();
        refused(
                flow,
                bench.request("REGISTER", "sip:elsewhere.example", ALICE, ALICE, "Contact: <sip:a@1.2.3.4>"),
                AccessEdgeErrorCode.REGISTRAR_FOREIGN);
        refused(
                flow,
                bench.request("REGISTER", "sip:pool.acorn.example", ALICE, ALICE, "Contact: <sip:a@1.2.3.4>"),
                AccessEdgeErrorCode.REGISTRAR_FOREIGN);
        refused(
                flow,
                bench.request("REGISTER", "sip:acorn.example", ALICE, "sip:m@elsewhere.example", "Contact: <sip:a@1>"),
                AccessEdgeErrorCode.REGISTRAR_FOREIGN);
    }

    @Test
    void aConnectionThatIsNotKnownAnyMoreIsNeverTakenForTheInside() {
        Flow flow = bench.alice();
        var _ = bench.directory.closed(flow);
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        bench.nothingAtInside();
        assertThat(bench.events.last()).isEqualTo(AccessEdgeErrorCode.FLOW_UNKNOWN);
    }

    @Test
    void anAcknowledgementOutsideADialogOfOursIsDropped() {
        Flow flow = bench.alice();
        bench.fromClient(flow, bench.request("ACK", BOB, ALICE, "<" + BOB + ">;tag=x", ""));
        bench.nothingAtInside();
        assertThat(bench.atClients.get(flow)).isEmpty();
        assertThat(bench.events.last()).isEqualTo(AccessEdgeErrorCode.ACKNOWLEDGEMENT_DROPPED);
    }

    @Test
    void whenTheInsideIsAwayTheAnswerIs480WithRetryAfter() {
        Flow flow = bench.alice();
        bench.insideReachable = false;
        SipMessage answer =
                refused(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""), AccessEdgeErrorCode.INSIDE_UNREACHABLE);
        assertThat(Integer.parseInt(answer.first(HeaderName.RETRY_AFTER))).isBetween(5, 10);
    }

    /** As linphone does when its address has changed: the old contact is removed in the request that binds the new one. */
    @Test
    void whoRemovesAnOldContactAndBindsANewOneAtOnceIsSignedIn() {
        Flow flow = bench.client();
        String bound = "<sip:alice@192.168.77.11:5061;transport=tls>";
        bench.fromClient(
                flow,
                bench.request(
                        "REGISTER",
                        "sip:acorn.example",
                        ALICE,
                        ALICE,
                        "Contact: <sip:alice@192.168.77.10:5061;transport=tls>;expires=0|Contact: " + bound
                                + "|Expires: 300"));
        bench.answerFromInside(bench.atInside(), 200, "OK", "Contact", bound + ";expires=300");
        assertThat(bench.at(flow).status()).isEqualTo(200);
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        assertThat(bench.atInside().method()).isEqualTo("MESSAGE");
        assertThat(bench.directory.client(flow).deviceOf(ALICE))
                .isEqualTo(DeviceId.of(NameAddress.parse(bound).orThrow()));
    }
}
