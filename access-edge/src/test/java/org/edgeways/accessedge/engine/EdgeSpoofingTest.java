package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Senders that are not who they say, in every method and in every spelling: before sign-in, after it and in a dialog. */
class EdgeSpoofingTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";
    private static final String FOREIGN = "sip:boss@elsewhere.example";

    private static final List<String> METHODS = List.of(
            "INVITE",
            "BYE",
            "UPDATE",
            "INFO",
            "MESSAGE",
            "OPTIONS",
            "REFER",
            "NOTIFY",
            "BENOTIFY",
            "SUBSCRIBE",
            "PUBLISH",
            "PRACK",
            "SERVICE",
            "X-UNHEARD-OF");

    /** How a client can write From; {@code %s} is the address, {@code |} a line break. */
    private static final String LONG = "From: <%s>;tag=t";

    private static final String COMPACT = "f: <%s>;tag=t";
    private static final String CAPITAL = "F:<%s>;tag=t";
    private static final String ODD = "fRoM :\t<%s>;tag=t";
    private static final String FOLDED = "From:|  <%s>|\t;tag=t";
    private static final String FOLDED_COMPACT = "f :|\t<%s>| ;tag=t";
    private static final String BARE = "f: %s;tag=t";
    private static final String DECORATED = "f: \"alice <sip:alice@acorn.example>\" <%s>;tag=t";

    private final EdgeBench bench = new EdgeBench();

    /** The request with From, and perhaps more header lines, written like that. */
    private static byte[] spelled(SipMessage request, String from, String address, String more) {
        String own = "From: " + request.first(HeaderName.FROM) + "\r\n";
        String text = new String(request.encode(), StandardCharsets.UTF_8);
        assertThat(text).contains(own);
        String lines = (from.formatted(address) + "|" + more).replaceAll("\\|(?=$)", "") + "|";
        return text.replace(own, lines.replace("|", "\r\n")).getBytes(StandardCharsets.UTF_8);
    }

    private void assertRefused(Flow flow, String what, AccessEdgeErrorCode code) {
        assertThat(bench.atInside).as(what).isEmpty();
        assertThat(bench.at(flow).status()).as(what).isEqualTo(code.status());
        assertThat(bench.events.last()).as(what).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {LONG, COMPACT, CAPITAL, ODD, FOLDED, FOLDED_COMPACT, BARE, DECORATED})
    void aForeignFromIsRefusedBeforeSignInAfterItAndInADialog(String spelling) {
        Flow stranger = bench.client();
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        for (String method : METHODS) {
            SipMessage fresh = bench.request(method, BOB, ALICE, BOB, "");
            bench.fromClient(stranger, spelled(fresh, spelling, FOREIGN, ""));
            assertRefused(stranger, method + " before sign-in", AccessEdgeErrorCode.FROM_FOREIGN);
            bench.fromClient(flow, spelled(bench.request(method, BOB, ALICE, BOB, ""), spelling, FOREIGN, ""));
            assertRefused(flow, method + " after sign-in", AccessEdgeErrorCode.FROM_FOREIGN);
            bench.fromClient(flow, spelled(bench.inDialog(method, ok, ""), spelling, FOREIGN, ""));
            assertRefused(flow, method + " in a dialog", AccessEdgeErrorCode.FROM_FOREIGN);
        }
        bench.fromClient(flow, spelled(bench.inDialog("ACK", ok, ""), spelling, FOREIGN, ""));
        assertThat(bench.atInside).as("ACK").isEmpty();
        assertThat(bench.atClients.get(flow)).as("ACK is never answered").isEmpty();
    }

    /** The edge knows no people: what it owes the pool is the true name of the connection. */
    @ParameterizedTest
    @ValueSource(strings = {LONG, COMPACT, CAPITAL, ODD, FOLDED, FOLDED_COMPACT, BARE, DECORATED})
    void somebodyElsesFromPassesOnlyAfterSignInAndWithTheMarkOfItsOwnConnection(String spelling) {
        Flow stranger = bench.client();
        Flow flow = bench.alice();
        String mark = "edge1;boot=1;connection=" + flow.id();
        SipMessage ok = bench.call(flow);
        String more = "P-Edgeways-Flow: edge1;boot=1;connection=1|p-edgeways-flow :| edge1;boot=1;connection=2";
        for (String method : METHODS) {
            bench.fromClient(stranger, spelled(bench.request(method, BOB, ALICE, BOB, ""), spelling, CAROL, more));
            assertRefused(stranger, method + " before sign-in", AccessEdgeErrorCode.SIGN_IN_FIRST);
            SipMessage fresh = bench.request(method, BOB, ALICE, BOB, "");
            for (SipMessage request : List.of(fresh, bench.inDialog(method, ok, ""))) {
                bench.fromClient(flow, spelled(request, spelling, CAROL, more));
                SipMessage inside = bench.atInside();
                assertThat(inside.values(Hygiene.FLOW_MARK)).as(method).containsExactly(mark);
                assertThat(inside.from().sipUri().addressOfRecord()).as(method).isEqualTo(CAROL);
                assertThat(bench.directory.client(flow).isSignedInAs(CAROL, bench.now))
                        .isFalse();
                bench.answerFromInside(inside, 403, "No");
                assertThat(bench.at(flow).status()).isEqualTo(403);
                bench.atInside.clear();
            }
        }
    }

    /** Alice's way inside is in the Route; the connection is another one, on which nobody or somebody else is signed in. */
    @ParameterizedTest
    @ValueSource(strings = {LONG, COMPACT, FOLDED_COMPACT})
    void nobodyGoesOnInTheDialogOfAnother(String spelling) {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        Flow stranger = bench.client();
        Flow other = bench.client("198.51.100.8", ClientTransport.WSS);
        bench.signIn(other, CAROL, "<sip:carol@192.168.77.12>");
        for (String method : METHODS) {
            bench.fromClient(stranger, spelled(bench.inDialog(method, ok, ""), spelling, ALICE, ""));
            assertRefused(stranger, method + " of nobody", AccessEdgeErrorCode.SIGN_IN_FIRST);
            for (String from : List.of(ALICE, CAROL)) {
                bench.fromClient(other, spelled(bench.inDialog(method, ok, ""), spelling, from, ""));
                assertRefused(other, method + " of carol as " + from, AccessEdgeErrorCode.TOKEN_FOREIGN);
            }
        }
        bench.fromClient(other, spelled(bench.inDialog("ACK", ok, ""), spelling, ALICE, ""));
        bench.fromClient(stranger, spelled(bench.inDialog("ACK", ok, ""), spelling, ALICE, ""));
        assertThat(bench.atInside).as("ACK").isEmpty();
    }

    @Test
    void nobodyCancelsTheCallOfAnother() {
        Flow flow = bench.alice();
        SipMessage invite = bench.ringing(flow);
        Flow other = bench.client("198.51.100.8", ClientTransport.TLS);
        bench.signIn(other, CAROL, "<sip:carol@192.168.77.12>");
        for (Flow attacker : List.of(other, bench.client())) {
            bench.fromClient(attacker, EdgeBench.cancel(invite));
            assertThat(bench.atInside).isEmpty();
        }
        bench.fromClient(flow, EdgeBench.cancel(invite));
        assertThat(bench.atInside().method()).as("her own").isEqualTo("CANCEL");
    }

    /** Whatever From says: who did not send the INVITE does not end it, and whoever did ends it under its own name. */
    @ParameterizedTest
    @ValueSource(strings = {LONG, COMPACT, CAPITAL, ODD, FOLDED, FOLDED_COMPACT, BARE, DECORATED})
    void aFromOfAnotherInCancelNeitherHelpsNorGoesInside(String spelling) {
        Flow flow = bench.alice();
        Flow other = bench.client("198.51.100.8", ClientTransport.TLS);
        bench.signIn(other, CAROL, "<sip:carol@192.168.77.12>");
        for (String from : List.of(ALICE, CAROL, FOREIGN)) {
            SipMessage invite = bench.ringing(flow);
            byte[] cancel = spelled(EdgeBench.cancel(invite), spelling, from, "");
            bench.fromClient(other, cancel);
            bench.fromClient(bench.client(), cancel);
            assertThat(bench.atInside).as("as " + from).isEmpty();
            bench.fromClient(flow, cancel);
            SipMessage inside = bench.atInside();
            assertThat(inside.method()).as("her own as " + from).isEqualTo("CANCEL");
            assertThat(inside.from().toString()).isEqualTo(invite.from().toString());
            assertThat(new String(inside.encode(), StandardCharsets.UTF_8)).doesNotContain("carol", "boss");
            bench.atInside.clear();
            bench.atClients.get(flow).clear();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LONG, COMPACT, CAPITAL, ODD, FOLDED, FOLDED_COMPACT, BARE, DECORATED})
    void aSpoofedSignInIsRefusedIfItIsForeignAndElseSignsNobodyIn(String spelling) {
        Flow stranger = bench.client();
        Flow flow = bench.alice();
        String mark = "P-Edgeways-Flow: edge1;boot=1;connection=1|Contact: <sip:x@192.168.77.13>";
        for (Flow client : List.of(stranger, flow)) {
            for (String to : List.of(ALICE, CAROL, FOREIGN)) {
                SipMessage foreign = bench.request("REGISTER", "sip:acorn.example", ALICE, to, "");
                bench.fromClient(client, spelled(foreign, spelling, FOREIGN, mark));
                assertRefused(client, "as " + FOREIGN + " for " + to, AccessEdgeErrorCode.FROM_FOREIGN);
            }
            SipMessage abroad = bench.request("REGISTER", "sip:acorn.example", ALICE, FOREIGN, "");
            bench.fromClient(client, spelled(abroad, spelling, CAROL, mark));
            assertRefused(client, "for " + FOREIGN, AccessEdgeErrorCode.REGISTRAR_FOREIGN);
            for (String to : List.of(ALICE, CAROL)) {
                SipMessage register = bench.request("REGISTER", "sip:acorn.example", ALICE, to, "");
                bench.fromClient(client, spelled(register, spelling, CAROL, mark));
                SipMessage inside = bench.atInside();
                assertThat(inside.from().sipUri().addressOfRecord()).isEqualTo(CAROL);
                assertThat(inside.values(Hygiene.FLOW_MARK)).containsExactly("edge1;boot=1;connection=" + client.id());
                bench.answerFromInside(inside, 403, "No");
                assertThat(bench.at(client).status()).isEqualTo(403);
                assertThat(bench.directory.client(client).isSignedInAs(CAROL, bench.now))
                        .isFalse();
            }
        }
        assertThat(bench.directory.client(stranger).isSignedIn(bench.now)).isFalse();
        assertThat(bench.directory.client(flow).isSignedInAs(ALICE, bench.now)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "P-Asserted-Identity: <sip:boss@acorn.example>",
                "P-ASSERTED-IDENTITY:<sip:boss@acorn.example>, <tel:+15551234>",
                "p-asserted-identity :|\t\"The boss\"| <sip:boss@acorn.example>",
                "P-Asserted-Identity: <sip:boss@acorn.example>|p-Asserted-identity:| <tel:+15551234>",
                "Remote-Party-ID :| \"The boss\" <sip:boss@acorn.example>;party=calling",
                "P-Preferred-Identity:| <sip:boss@acorn.example>"
            })
    void anAssertedIdentityOfTheClientsPassesInNoMethodAndInNoSpelling(String assertion) {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        for (String method : METHODS) {
            SipMessage fresh = bench.request(method, BOB, ALICE, BOB, "");
            for (SipMessage request : List.of(fresh, bench.inDialog(method, ok, ""))) {
                bench.fromClient(flow, spelled(request, FOLDED_COMPACT, ALICE, assertion));
                assertNoBoss(method);
                bench.atClients.get(flow).clear();
            }
        }
        bench.fromClient(flow, spelled(bench.inDialog("ACK", ok, ""), COMPACT, ALICE, assertion));
        assertNoBoss("ACK");
        bench.fromClient(
                bench.client(),
                spelled(
                        bench.request(
                                "REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: <sip:alice@192.168.77.10>"),
                        COMPACT,
                        ALICE,
                        assertion));
        assertNoBoss("REGISTER");
        SipMessage invite = bench.ringing(flow);
        bench.fromClient(flow, spelled(EdgeBench.cancel(invite), COMPACT, ALICE, assertion));
        assertNoBoss("CANCEL");
    }

    private void assertNoBoss(String what) {
        SipMessage inside = bench.atInside();
        assertThat(new String(inside.encode(), StandardCharsets.UTF_8)).as(what).doesNotContain("boss", "+1555");
        bench.atInside.clear();
    }
}
