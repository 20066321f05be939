package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.tokens.FlowToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client writes and only the inside or the edge may assert does not come in, however it is spelled. */
class EdgeHygieneTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    /** Stands in every forged line, so that a look at the bytes tells whether one came through. */
    private static final String FORGED = "forged-by-mallory";

    private static final List<String> ASSERTED = List.of(
            "P-Asserted-Identity: \"" + FORGED + "\" <sip:director@acorn.example>",
            "P-Asserted-Identity: <sip:" + FORGED + "@acorn.example>, <tel:+1555>",
            "P-Asserted-Service: urn:urn-7:" + FORGED,
            "P-Preferred-Identity: <sip:" + FORGED + "@acorn.example>",
            "P-Associated-URI: <sip:" + FORGED + "@acorn.example>",
            "P-Called-Party-ID: <sip:" + FORGED + "@acorn.example>",
            "P-Served-User: <sip:" + FORGED + "@acorn.example>",
            "Remote-Party-ID: <sip:" + FORGED + "@acorn.example>;party=calling;screen=yes",
            "Path: <sip:" + FORGED + "@192.0.2.66;lr>",
            "Service-Route: <sip:" + FORGED + "@192.0.2.66;lr>",
            "Record-Route: <sip:" + FORGED + "@192.0.2.66;lr>",
            "P-Charging-Vector: icid-value=" + FORGED,
            "P-Edgeways-Flow: " + FORGED + ";boot=1;connection=1",
            "P-Edgeways-Anything: " + FORGED,
            "ms-edge-proxy-message-trust: ms-source-type=AuthorizedServer;ms-ep-fqdn=" + FORGED,
            "ms-user-logon-data: " + FORGED,
            "ms-asserted-verification-level: ms-source-verified-user=" + FORGED);

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
            "X-UNHEARD-OF");

    private final EdgeBench bench = new EdgeBench();

    /** Each forged line as it should be, in odd case, folded, with white space before the colon, and twice. */
    static Stream<String> spellings() {
        return ASSERTED.stream().flatMap(line -> {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon);
            String value = line.substring(colon + 1).strip();
            return Stream.of(
                    line,
                    name.toUpperCase(Locale.ROOT) + ":" + value,
                    name.toLowerCase(Locale.ROOT) + " \t:\t" + value,
                    alternating(name) + ":\r\n \t" + value,
                    line + "|Subject: between|" + name.toLowerCase(Locale.ROOT) + ": " + value);
        });
    }

    private static String alternating(String name) {
        StringBuilder odd = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            odd.append(i % 2 == 0 ? Character.toLowerCase(c) : Character.toUpperCase(c));
        }
        return odd.toString();
    }

    private static String text(SipMessage message) {
        return new String(message.encode(), StandardCharsets.UTF_8);
    }

    private void nothingForgedIn(SipMessage inside) {
        assertThat(text(inside)).doesNotContain(FORGED);
        assertThat(inside.values(Hygiene.FLOW_MARK)).hasSize(1).allMatch(mark -> mark.startsWith("edge1;boot=1;"));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void comesNotInWithASignIn(String forged) {
        Flow flow = bench.client();
        bench.fromClient(
                flow,
                bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, forged + "|Contact: <sip:a@1.2.3.4>"));
        SipMessage inside = bench.atInside();
        nothingForgedIn(inside);
        assertThat(inside.elements(HeaderName.PATH)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void comesNotInWithAnyMethodAfterSignIn(String forged) {
        Flow flow = bench.alice();
        for (String method : METHODS) {
            bench.fromClient(flow, bench.request(method, BOB, ALICE, BOB, forged));
            nothingForgedIn(bench.atInside());
        }
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void comesNotInWithinADialog(String forged) {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        for (String method : METHODS) {
            bench.fromClient(flow, bench.inDialog(method, ok, forged));
            nothingForgedIn(bench.atInside());
        }
        bench.fromClient(flow, bench.inDialog("ACK", ok, forged));
        nothingForgedIn(bench.atInside());
        bench.fromClient(flow, bench.inDialog("BYE", ok, forged));
        nothingForgedIn(bench.atInside());
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void comesNotInWithACancel(String forged) {
        Flow flow = bench.alice();
        SipMessage invite = bench.ringing(flow);
        bench.fromClient(flow, EdgeBench.cancel(invite, forged.split("\\|", -1)));
        SipMessage inside = bench.atInside();
        assertThat(inside.method()).isEqualTo("CANCEL");
        assertThat(text(inside)).doesNotContain(FORGED);
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void comesNotInWithAResponse(String forged) {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10:5061;transport=tls>");
        for (int status : new int[] {180, 200, 302, 486, 603}) {
            SipMessage invite = bench.request(
                    "INVITE",
                    "sip:alice@192.168.77.10:5061;transport=tls",
                    BOB,
                    ALICE,
                    "Route: " + register.first(HeaderName.PATH) + "|Record-Route: " + EdgeBench.POOL_ROUTE);
            bench.fromInside(invite);
            SipMessage answer = SipMessage.responseTo(bench.at(flow), status, "Whatever", "answerer");
            String withForged = text(answer).replace("CSeq:", forged.replace("|", "\r\n") + "\r\nCSeq:");
            bench.fromClient(flow, EdgeBench.parse(withForged.getBytes(StandardCharsets.UTF_8)));
            SipMessage inside = bench.atInside();
            while (inside.isRequest() || inside.status() == 100) {
                inside = bench.atInside();
            }
            assertThat(inside.status()).isEqualTo(status);
            nothingForgedIn(inside);
            bench.atInside.clear();
            bench.atClients.get(flow).clear();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"401|WWW-Authenticate", "407|Proxy-Authenticate", "486|www-authenticate"})
    void aClientCannotChallengeAPersonInsideForTheDigestOfTheirPassword(String challenge) {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10:5061;transport=tls>");
        bench.fromInside(bench.request(
                "MESSAGE",
                "sip:alice@192.168.77.10:5061;transport=tls",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH)));
        String[] parts = challenge.split("\\|", -1);
        bench.fromClient(
                flow,
                EdgeBench.answer(
                        bench.at(flow),
                        Integer.parseInt(parts[0]),
                        "Who are you",
                        parts[1],
                        "Digest realm=\"acorn.example\", nonce=\"chosen-by-mallory\""));
        assertThat(text(bench.atInside())).doesNotContain("chosen-by-mallory");
    }

    @Test
    void credentialsOfPeopleInsideDoNotReachAClient() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10:5061;transport=tls>");
        bench.fromInside(bench.request(
                "INVITE",
                "sip:alice@192.168.77.10:5061;transport=tls",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH)
                        + "|Proxy-Authorization: Digest username=\"bob\", response=\"0123\""
                        + "|authorization : Digest username=\"bob\", response=\"4567\""));
        assertThat(text(bench.at(flow))).doesNotContain("Digest");
    }

    static Stream<String> foreignRoutes() {
        return Stream.of(
                "Route: <sip:10.20.30.40;lr>",
                "route:\r\n <sip:pool.acorn.example;lr>",
                "ROUTE : <sip:edge.acorn.example:8443;lr>, <sip:10.20.30.40;lr>",
                "Route: <sip:localhost;lr>|Route: <sip:pool.acorn.example:9061;transport=tls;lr>",
                "Route: <sip:x@edge1.perimeter.acorn.example;transport=tls;lr>, <sip:10.20.30.40>",
                "Route: <tel:+15551234>");
    }

    @ParameterizedTest
    @MethodSource("foreignRoutes")
    void foreignRoutesAreNotFollowed(String routes) {
        Flow flow = bench.alice();
        for (String method : METHODS) {
            bench.fromClient(flow, bench.request(method, BOB, ALICE, BOB, routes));
            SipMessage inside = bench.atInside();
            assertThat(inside.has(HeaderName.ROUTE)).isFalse();
            assertThat(inside.requestUriText()).isEqualTo(BOB);
        }
    }

    /** Before anybody is signed in, when the same person signs in again, and when another one does. */
    @ParameterizedTest
    @MethodSource("foreignRoutes")
    void foreignRoutesAreNotFollowedBySignIns(String routes) {
        signsInWithoutRoute(bench.client(), ALICE, routes);
        Flow flow = bench.alice();
        signsInWithoutRoute(flow, ALICE, routes);
        signsInWithoutRoute(flow, BOB, routes);
    }

    private void signsInWithoutRoute(Flow flow, String person, String routes) {
        String contact = "|Contact: <sip:a@192.168.77.10>";
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", person, person, routes + contact));
        SipMessage inside = bench.atInside();
        assertThat(inside.has(HeaderName.ROUTE)).isFalse();
        assertThat(inside.requestUriText()).isEqualTo("sip:acorn.example");
        assertThat(inside.elements(HeaderName.PATH)).hasSize(1);
    }

    @Test
    void foreignRoutesBesideOurTokenAreDroppedInADialog() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        bench.fromClient(flow, bench.inDialog("INFO", ok, "Route: <sip:10.66.66.66;lr>"));
        assertThat(bench.atInside().elements(HeaderName.ROUTE))
                .containsExactly(EdgeBench.POOL_ROUTE, "<sip:desk.acorn.example;lr>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:bob@10.20.30.40",
                "sip:bob@pool.acorn.example",
                "sip:bob@edge1.perimeter.acorn.example",
                "sips:bob@elsewhere.example",
                "sip:bob@acorn.example.elsewhere.example"
            })
    void aRequestForAnInsideHostIsRefused(String uri) {
        Flow flow = bench.alice();
        bench.fromClient(flow, bench.request("MESSAGE", uri, ALICE, BOB, ""));
        bench.nothingAtInside();
        assertThat(bench.at(flow).status()).isEqualTo(403);
        assertThat(bench.events.last()).isEqualTo(AccessEdgeErrorCode.DESTINATION_FOREIGN);
    }

    @Test
    void aStrictRoutersTrickLeadsNowhere() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        String ours = EdgePathsTest.uri(ok.first(HeaderName.RECORD_ROUTE));
        bench.fromClient(flow, bench.request("MESSAGE", ours, ALICE, BOB, "Route: <sip:victim@10.20.30.40>"));
        bench.nothingAtInside();
        assertThat(bench.at(flow).status()).isEqualTo(403);
    }

    // ---- RFC 3325 section 9.2

    @Test
    void aPreferenceForTheSendersOwnIdentityStays() {
        Flow flow = bench.alice();
        bench.fromClient(
                flow, bench.request("MESSAGE", BOB, ALICE, BOB, "P-Preferred-Identity: Alice <" + ALICE + ">"));
        assertThat(bench.atInside().first(HeaderName.P_PREFERRED_IDENTITY)).isEqualTo("Alice <" + ALICE + ">");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<sip:bob@acorn.example>",
                "<sip:carol@acorn.example>",
                "<tel:+15551234>",
                "<sip:alice@acorn.example>, <sip:bob@acorn.example>",
                "<sip:alice@elsewhere.example>",
                "not an address"
            })
    void aPreferenceForAnotherIdentityIsDropped(String preferred) {
        Flow flow = bench.alice();
        // bob shares the connection, and has not said anything
        bench.signIn(flow, BOB, "<sip:bob@192.168.77.11>");
        bench.fromClient(
                flow,
                bench.request("MESSAGE", "sip:carol@acorn.example", ALICE, BOB, "P-Preferred-Identity: " + preferred));
        assertThat(bench.atInside().has(HeaderName.P_PREFERRED_IDENTITY)).isFalse();
    }

    @Test
    void anIdentityThatItsOwnerKeepsPrivateDoesNotReachAClient() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10>");
        for (String privacy : new String[] {"id", "header;ID", "user;  id ;critical"}) {
            bench.fromInside(bench.request(
                    "MESSAGE",
                    "sip:alice@192.168.77.10",
                    BOB,
                    ALICE,
                    "Route: " + register.first(HeaderName.PATH) + "|P-Asserted-Identity: <" + BOB + ">|Privacy: "
                            + privacy));
            assertThat(bench.at(flow).has(HeaderName.P_ASSERTED_IDENTITY)).isFalse();
        }
        bench.fromInside(bench.request(
                "MESSAGE",
                "sip:alice@192.168.77.10",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH) + "|P-Asserted-Identity: <" + BOB + ">|Privacy: none"));
        assertThat(bench.at(flow).first(HeaderName.P_ASSERTED_IDENTITY)).isEqualTo("<" + BOB + ">");
    }

    @Test
    void aPathOfTheClientsOwnIsReplacedByOursAlone() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10>");
        FlowToken token = FlowToken.open(bench.sealer, EdgePathsTest.user(register.first(HeaderName.PATH)))
                .orThrow();
        assertThat(token.connection()).isEqualTo(flow.id());
    }
}
