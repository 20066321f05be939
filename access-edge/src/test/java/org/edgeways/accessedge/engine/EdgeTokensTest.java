package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.tokens.ContactToken;
import org.edgeways.tokens.FlowToken;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.KeyringCodec;
import org.edgeways.tokens.RouteToken;
import org.edgeways.tokens.Sealer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are forged, cut, replayed, foreign or stale; and those that outlive their connection, node run and key. */
class EdgeTokensTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String MALLORY = "sip:mallory@acorn.example";
    private static final String ALICES_CONTACT =
            "<sip:alice@192.168.77.10:5061;transport=tls>;+sip.instance=\"<urn:uuid:a>\"";
    private static final String OTHER_DEVICE =
            "<sip:alice@192.168.77.99:5061;transport=tls>;+sip.instance=\"<urn:uuid:b>\"";

    private final EdgeBench bench = new EdgeBench();

    private static void refused(EdgeBench bench, Flow flow, SipMessage request, AccessEdgeErrorCode code) {
        bench.fromClient(flow, request);
        bench.nothingAtInside();
        assertThat(bench.at(flow).status()).isEqualTo(code.status());
        assertThat(bench.events.last()).isEqualTo(code);
    }

    private Flow mallory() {
        Flow flow = bench.client("203.0.113.66", ClientTransport.TLS);
        bench.signIn(flow, MALLORY, "<sip:mallory@192.168.66.6>");
        return flow;
    }

    private static String withToken(String route, String token) {
        return route.replace(EdgePathsTest.user(route), token);
    }

    @Test
    void whenTheLatestOfTwoConnectionsOfADeviceDiesADialogGoesOnOverTheOther() {
        Flow first = bench.alice();
        Flow second = bench.client();
        SipMessage register = bench.signIn(second, ALICE, ALICES_CONTACT);
        String path = register.first(HeaderName.PATH);
        bench.close(second);
        bench.fromInside(
                bench.request("BYE", "sip:alice@192.168.77.10:5061", BOB, "<" + ALICE + ">;tag=x", "Route: " + path));
        assertThat(bench.at(first).method()).isEqualTo("BYE");
        bench.close(first);
        bench.fromInside(
                bench.request("BYE", "sip:alice@192.168.77.10:5061", BOB, "<" + ALICE + ">;tag=y", "Route: " + path));
        assertThat(bench.atInside().status()).isEqualTo(430);
    }

    @Test
    void asManyConnectionsOfADeviceAsTheLimitAreRememberedAndNoMore() {
        for (int more : new int[] {FlowDirectory.FLOWS_PER_DEVICE - 1, FlowDirectory.FLOWS_PER_DEVICE}) {
            bench.alice();
            List<Flow> later = new ArrayList<>();
            String path = "";
            for (int i = 0; i < more; i++) {
                Flow flow = bench.client();
                path = bench.signIn(flow, ALICE, ALICES_CONTACT).first(HeaderName.PATH);
                later.add(flow);
            }
            later.forEach(bench::close);
            bench.fromInside(bench.request(
                    "BYE", "sip:alice@192.168.77.10:5061", BOB, "<" + ALICE + ">;tag=x" + more, "Route: " + path));
            boolean remembered = bench.atInside.isEmpty();
            assertThat(remembered).as("with %d more", more).isEqualTo(more < FlowDirectory.FLOWS_PER_DEVICE);
            boolean counted = bench.counters.value("access_edge_device_connections_forgotten") > 0;
            assertThat(counted).as("with %d more", more).isEqualTo(!remembered);
            bench.atInside.clear();
        }
    }

    // ---- from outside

    @Test
    void aRouteTokenWithAnyCharacterChangedIsRefused() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        String route = ok.first(HeaderName.RECORD_ROUTE);
        String token = EdgePathsTest.user(route);
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String forged = token.substring(0, i) + other + token.substring(i + 1);
            SipMessage bye = bench.inDialog("BYE", ok, "");
            bye.set(HeaderName.ROUTE, withToken(route, forged));
            refused(bench, flow, bye, AccessEdgeErrorCode.TOKEN_FORGED);
        }
    }

    @Test
    void aRouteTokenThatIsCutOrLengthenedIsRefused() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        String route = ok.first(HeaderName.RECORD_ROUTE);
        String token = EdgePathsTest.user(route);
        for (String forged : new String[] {
            token.substring(0, token.length() - 1),
            token.substring(1),
            token.substring(0, 8),
            "x",
            token + "A",
            token + "=",
            token + ":password",
            token.toLowerCase(java.util.Locale.ROOT),
            "A".repeat(4_000)
        }) {
            SipMessage bye = bench.inDialog("BYE", ok, "");
            bye.set(HeaderName.ROUTE, withToken(route, forged));
            refused(bench, flow, bye, AccessEdgeErrorCode.TOKEN_FORGED);
        }
    }

    @Test
    void aTokenServesNoOtherPurposeThanItsOwn() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        String route = EdgePathsTest.user(ok.first(HeaderName.RECORD_ROUTE));
        String contact = EdgePathsTest.user(ok.first(HeaderName.CONTACT));
        SipMessage bye = bench.inDialog("BYE", ok, "");
        bye.set(HeaderName.ROUTE, withToken(ok.first(HeaderName.RECORD_ROUTE), contact));
        refused(bench, flow, bye, AccessEdgeErrorCode.TOKEN_FORGED);
        refused(
                bench,
                flow,
                bench.request("MESSAGE", "sip:" + route + "@edge.acorn.example:8443", ALICE, BOB, ""),
                AccessEdgeErrorCode.TOKEN_FORGED);
    }

    @Test
    void aTokenOfAnotherPersonIsRefusedOnAnotherConnection() {
        Flow alice = bench.alice();
        SipMessage ok = bench.call(alice);
        Flow mallory = mallory();
        for (String method : new String[] {"BYE", "MESSAGE", "INVITE", "REFER", "INFO"}) {
            refused(bench, mallory, bench.inDialog(method, ok, ""), AccessEdgeErrorCode.TOKEN_FOREIGN);
        }
        bench.fromClient(mallory, bench.inDialog("ACK", ok, ""));
        bench.nothingAtInside();
    }

    @Test
    void theRouteTokenAloneOfAnotherPersonIsRefused() {
        SipMessage ok = bench.call(bench.alice());
        Flow mallory = mallory();
        // to an address that anybody may write, so that nothing but the token can be the reason
        refused(
                bench,
                mallory,
                bench.request("MESSAGE", BOB, MALLORY, BOB, "Route: " + ok.first(HeaderName.RECORD_ROUTE)),
                AccessEdgeErrorCode.TOKEN_FOREIGN);
    }

    @Test
    void aSealedContactOfAnotherPersonIsRefused() {
        SipMessage ok = bench.call(bench.alice());
        Flow mallory = mallory();
        refused(
                bench,
                mallory,
                bench.request("MESSAGE", EdgePathsTest.uri(ok.first(HeaderName.CONTACT)), MALLORY, BOB, ""),
                AccessEdgeErrorCode.TOKEN_FOREIGN);
    }

    @Test
    void aSealedAddressOfAnotherPersonIsNotOpenedInReferTo() {
        SipMessage ok = bench.call(bench.alice());
        Flow mallory = mallory();
        bench.fromClient(
                mallory, bench.request("REFER", BOB, MALLORY, BOB, "Refer-To: " + ok.first(HeaderName.CONTACT)));
        assertThat(new String(bench.atInside().encode(), java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("10.20.30.40");
    }

    @Test
    void aTokenIsRefusedBeforeSignInOnTheConnectionItIsReplayedOn() {
        SipMessage ok = bench.call(bench.alice());
        refused(bench, bench.client(), bench.inDialog("BYE", ok, ""), AccessEdgeErrorCode.SIGN_IN_FIRST);
    }

    @Test
    void thePersonWhoComesBackOnANewConnectionGoesOnWithTheDialog() {
        Flow first = bench.alice();
        SipMessage ok = bench.call(first);
        bench.close(first);
        Flow second = bench.alice();
        bench.fromClient(second, bench.inDialog("BYE", ok, ""));
        assertThat(bench.atInside().requestUriText()).isEqualTo("sip:bob@10.20.30.40:5061;transport=tls");
    }

    @Test
    void tokensAreRefusedThatAreSealedWithAKeyThatWeDoNotHold() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        Sealer foreign = new Sealer(Keyring.create(new Random(99)), new Random(1));
        FlowToken own = new FlowToken("edge1", 1, flow.id(), ALICE, "");
        String made = new RouteToken(own, List.of("<sip:10.66.66.66;lr>")).seal(foreign);
        SipMessage bye = bench.inDialog("BYE", ok, "");
        bye.set(HeaderName.ROUTE, withToken(ok.first(HeaderName.RECORD_ROUTE), made));
        refused(bench, flow, bye, AccessEdgeErrorCode.TOKEN_FORGED);
        String contact = new ContactToken(ALICE, "sip:root@10.66.66.66").seal(foreign);
        refused(
                bench,
                flow,
                bench.request("MESSAGE", "sip:" + contact + "@edge.acorn.example", ALICE, BOB, ""),
                AccessEdgeErrorCode.TOKEN_FORGED);
    }

    // ---- keys

    private EdgeBench restarted(Keyring keyring) {
        Keyring read = KeyringCodec.decode(KeyringCodec.encode(keyring)).orThrow();
        return new EdgeBench(true, EdgeLimits.DEFAULT, read, 2);
    }

    @Test
    void tokensSurviveARestartAndTheRotationOfTheirKey() {
        SipMessage ok = bench.call(bench.alice());
        for (Keyring keys : new Keyring[] {bench.keyring, bench.keyring.rotated(new Random(5))}) {
            EdgeBench later = restarted(keys);
            Flow flow = later.alice();
            later.fromClient(flow, later.inDialog("BYE", ok, ""));
            SipMessage bye = later.atInside();
            assertThat(bye.requestUriText()).isEqualTo("sip:bob@10.20.30.40:5061;transport=tls");
            assertThat(bye.elements(HeaderName.ROUTE)).startsWith(EdgeBench.POOL_ROUTE);
        }
    }

    @Test
    void tokensOfAKeyThatWasRemovedAreRefused() {
        SipMessage ok = bench.call(bench.alice());
        Keyring keys = bench.keyring;
        for (int i = 0; i < Keyring.MAX_KEYS; i++) {
            keys = keys.rotated(new Random(i));
        }
        EdgeBench later = restarted(keys);
        Flow flow = later.alice();
        refused(later, flow, later.inDialog("BYE", ok, ""), AccessEdgeErrorCode.TOKEN_FORGED);
        assertThat(later.events.refusals.getLast().detail()).contains("token-key-unknown");
    }

    // ---- from inside

    private static SipMessage fromBob(EdgeBench bench, String method, String path, boolean inDialog) {
        return bench.request(
                method,
                "sip:alice@192.168.77.10:5061;transport=tls",
                BOB,
                "<" + ALICE + ">" + (inDialog ? ";tag=x" : ""),
                "Route: " + path);
    }

    private static void flowFailed(EdgeBench bench, SipMessage request) {
        bench.fromInside(request);
        SipMessage answer = bench.atInside();
        assertThat(answer.status()).isEqualTo(430);
        assertThat(answer.reason()).isEqualTo("Flow Failed");
        assertThat(bench.events.last()).isEqualTo(AccessEdgeErrorCode.FLOW_GONE);
    }

    @Test
    void aRequestForAConnectionThatIsGoneIsAnswered430() {
        Flow flow = bench.client();
        String path = bench.signIn(flow, ALICE, ALICES_CONTACT).first(HeaderName.PATH);
        bench.close(flow);
        flowFailed(bench, fromBob(bench, "INVITE", path, false));
        flowFailed(bench, fromBob(bench, "BYE", path, true));
    }

    @Test
    void aDialogGoesOnOverTheConnectionOnWhichTheSameDeviceHasSinceSignedIn() {
        Flow first = bench.client();
        String path = bench.signIn(first, ALICE, ALICES_CONTACT).first(HeaderName.PATH);
        bench.close(first);
        Flow second = bench.client();
        bench.signIn(second, ALICE, ALICES_CONTACT.replace("5061", "49999"));
        for (String method : new String[] {"INVITE", "INFO", "NOTIFY", "ACK", "BYE"}) {
            bench.fromInside(fromBob(bench, method, path, true));
            assertThat(bench.at(second).method()).isEqualTo(method);
        }
        assertThat(bench.events.log).contains("rerouted " + ALICE + " BYE");
        // a new request is none of that dialog: its sender shall forget the binding
        flowFailed(bench, fromBob(bench, "INVITE", path, false));
    }

    @Test
    void aDialogDoesNotGoOnOverAnotherDeviceOfThePerson() {
        Flow first = bench.client();
        String path = bench.signIn(first, ALICE, ALICES_CONTACT).first(HeaderName.PATH);
        bench.close(first);
        bench.signIn(bench.client(), ALICE, OTHER_DEVICE);
        flowFailed(bench, fromBob(bench, "BYE", path, true));
    }

    @Test
    void aDialogDoesNotGoOnOverTheSameDeviceWithAnotherPerson() {
        Flow first = bench.client();
        String path = bench.signIn(first, ALICE, ALICES_CONTACT).first(HeaderName.PATH);
        bench.close(first);
        Flow second = bench.client();
        bench.signIn(second, MALLORY, ALICES_CONTACT);
        flowFailed(bench, fromBob(bench, "BYE", path, true));
        assertThat(bench.atClients.get(second)).isEmpty();
    }

    @Test
    void aDialogDoesNotGoOnOverAConnectionWhoseSignInHasEnded() {
        Flow first = bench.client();
        String path = bench.signIn(first, ALICE, ALICES_CONTACT).first(HeaderName.PATH);
        bench.close(first);
        bench.signIn(bench.client(), ALICE, ALICES_CONTACT);
        bench.pass(Duration.ofMinutes(5));
        bench.atInside.clear();
        flowFailed(bench, fromBob(bench, "BYE", path, true));
    }

    @Test
    void afterARestartADialogGoesOnOnceTheDeviceHasSignedInAgainAndNeverBefore() {
        String path = bench.signIn(bench.client(), ALICE, ALICES_CONTACT).first(HeaderName.PATH);
        EdgeBench later = restarted(bench.keyring);
        // the numbers of connections begin anew: this one has the number that Alice's had
        Flow bobs = later.client();
        later.signIn(bobs, MALLORY, "<sip:mallory@192.168.66.6>");
        flowFailed(later, fromBob(later, "BYE", path, true));
        flowFailed(later, fromBob(later, "MESSAGE", path, false));
        assertThat(later.atClients.get(bobs)).isEmpty();
        Flow alices = later.client();
        later.signIn(alices, ALICE, ALICES_CONTACT);
        later.fromInside(fromBob(later, "BYE", path, true));
        assertThat(later.at(alices).method()).isEqualTo("BYE");
    }

    @Test
    void aTokenOfAnotherNodeNamesNoConnectionHere() {
        Flow flow = bench.client();
        bench.signIn(flow, ALICE, OTHER_DEVICE);
        String foreign = new FlowToken("edge2", 1, flow.id(), ALICE, "").seal(bench.sealer);
        flowFailed(bench, fromBob(bench, "MESSAGE", bench.names.pathInside(foreign), false));
        flowFailed(bench, fromBob(bench, "BYE", bench.names.pathInside(foreign), true));
        assertThat(bench.atClients.get(flow)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void aForgedFlowTokenFromInsideIsRefused(String token) {
        bench.fromInside(fromBob(bench, "MESSAGE", bench.names.pathInside(token), false));
        assertThat(bench.atInside().status()).isEqualTo(403);
        assertThat(bench.events.last()).isEqualTo(AccessEdgeErrorCode.TOKEN_FORGED);
    }

    /** The bench fails a test in which anything but an open connection is addressed. */
    @Test
    void nothingIsEverOpenedTowardsAClientsAddress() {
        Flow flow = bench.alice();
        bench.fromClient(
                flow,
                bench.request("INVITE", BOB, ALICE, BOB, "Contact: <sip:alice@192.168.77.10:5061;transport=tls>"));
        SipMessage invite = bench.atInside();
        bench.close(flow);
        int before = bench.bytesOutside.size();
        bench.fromInside(EdgePathsTest.answerThroughPool(invite, 200));
        bench.fromInside(bench.request("OPTIONS", "sip:alice@192.168.77.10:5061;transport=tls", BOB, ALICE, ""));
        bench.fromInside(bench.request(
                "OPTIONS",
                "sip:alice@192.168.77.10:5061",
                BOB,
                ALICE,
                "Route: <sip:edge1.perimeter.acorn.example;lr>"));
        bench.pass(Duration.ofMinutes(5));
        assertThat(bench.bytesOutside.size()).isEqualTo(before);
        assertThat(bench.events.log).contains(AccessEdgeErrorCode.DESTINATION_UNKNOWN.code());
    }

    @Test
    void aContactGoesOutSealedUpToWhatATokenHoldsAndIsLeftOutPastIt() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, ALICES_CONTACT);
        for (int length : new int[] {100, 2_600, 2_800, 4_050}) {
            bench.fromInside(bench.request(
                    "OPTIONS",
                    "sip:alice@192.168.77.10:5061;transport=tls",
                    BOB,
                    ALICE,
                    "Route: " + register.first(HeaderName.PATH) + "|Contact: <sip:" + "b".repeat(length)
                            + "@10.20.30.40>"));
            SipMessage atAlice = bench.at(flow);
            assertThat(atAlice.has(HeaderName.CONTACT)).isEqualTo(length < 2_700);
        }
    }
}
