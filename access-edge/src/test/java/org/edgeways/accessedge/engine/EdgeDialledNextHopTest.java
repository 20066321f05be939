package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A next hop that knows nothing of our flow mark: the edge itself compares From with who signed in on the connection. */
class EdgeDialledNextHopTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CAROL = "sip:carol@acorn.example";
    private static final String SIGN_OUT = "Contact: *|Expires: 0";
    private static final int INSIDE_PORT = 8445;

    private static final List<String> METHODS = List.of(
            "MESSAGE", "INVITE", "OPTIONS", "PUBLISH", "SUBSCRIBE", "NOTIFY", "INFO", "REFER", "BYE", "X-UNHEARD-OF");

    private final EdgeBench bench = dialling();

    private static EdgeBench dialling() {
        return EdgeBench.dialling(
                NextHop.parse("sip:registrar.acorn.example:5061;transport=tls").orThrow(), INSIDE_PORT);
    }

    private void refused(Flow flow, SipMessage request) {
        bench.fromClient(flow, request);
        bench.nothingAtInside();
        SipMessage answer = bench.at(flow);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.reason()).isEqualTo("The sender is not signed in on this connection");
        assertThat(bench.events.last()).isEqualTo(AccessEdgeErrorCode.FROM_NOT_SIGNED_IN);
    }

    private void passes(Flow flow, SipMessage request) {
        bench.fromClient(flow, request);
        assertThat(bench.atInside().method()).isEqualTo(request.method());
        bench.atClients.get(flow).clear();
    }

    private void signOut(Flow flow, String person) {
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", person, person, SIGN_OUT));
        bench.answerFromInside(bench.atInside(), 200, "OK");
        assertThat(bench.at(flow).status()).isEqualTo(200);
    }

    @Test
    void whoIsSignedInSendsInTheirOwnName() {
        Flow flow = bench.alice();
        for (String method : METHODS) {
            passes(flow, bench.request(method, BOB, ALICE, BOB, "Contact: <sip:alice@1.2.3.4>"));
        }
    }

    @Test
    void whoIsSignedInAsOneMaySendNothingAsAnother() {
        Flow flow = bench.alice();
        for (String method : METHODS) {
            refused(flow, bench.request(method, BOB, CAROL, BOB, "Contact: <sip:carol@1.2.3.4>"));
        }
    }

    @Test
    void aSignInOnAnotherConnectionCountsForThatOneOnly() {
        Flow carols = bench.client();
        bench.signIn(carols, CAROL, "<sip:carol@192.168.77.12>");
        Flow flow = bench.alice();
        refused(flow, bench.request("MESSAGE", BOB, CAROL, BOB, ""));
        passes(carols, bench.request("MESSAGE", BOB, CAROL, BOB, ""));
    }

    @Test
    void ofSeveralPeopleOnOneConnectionEachSendsInTheirOwnName() {
        Flow flow = bench.alice();
        bench.signIn(flow, BOB, "<sip:bob@192.168.77.11>");
        passes(flow, bench.request("MESSAGE", CAROL, ALICE, CAROL, ""));
        passes(flow, bench.request("MESSAGE", CAROL, BOB, CAROL, ""));
        refused(flow, bench.request("MESSAGE", ALICE, CAROL, ALICE, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sip:alice@ACORN.example", "sip:alice@acorn.example;transport=tls", "sip:%61lice@acorn.example"})
    void theSameAddressMayBeSpelledInOtherWays(String from) {
        passes(bench.alice(), bench.request("MESSAGE", BOB, from, BOB, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:Alice@acorn.example",
                "sip:alice2@acorn.example",
                "sip:acorn.example",
                "sip:alic@acorn.example"
            })
    void anAddressThatOnlyLooksAlikeIsAnother(String from) {
        refused(bench.alice(), bench.request("MESSAGE", BOB, from, BOB, ""));
    }

    @Test
    void nothingIsSentAsAnotherInADialogEither() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        for (String method : METHODS) {
            SipMessage request = bench.inDialog(method, ok, "");
            request.set(HeaderName.FROM, "<" + CAROL + ">;tag=f1");
            refused(flow, request);
        }
        passes(flow, bench.inDialog("BYE", ok, ""));
    }

    @Test
    void whoHasSignedOutEndsTheirOwnDialogAndBeginsNothingWhileAnotherIsSignedIn() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        bench.signIn(flow, BOB, "<sip:bob@192.168.77.11>");
        signOut(flow, ALICE);
        refused(flow, bench.request("MESSAGE", CAROL, ALICE, CAROL, ""));
        SipMessage asCarol = bench.inDialog("BYE", ok, "");
        asCarol.set(HeaderName.FROM, "<" + CAROL + ">;tag=f1");
        refused(flow, asCarol);
        passes(flow, bench.inDialog("BYE", ok, ""));
    }

    @Test
    void signingInAsSomebodyElseIsForTheRegistrarToJudge() {
        Flow flow = bench.alice();
        passes(flow, bench.request("REGISTER", "sip:acorn.example", ALICE, CAROL, "Contact: <sip:carol@1.2.3.4>"));
    }

    @Test
    void whatItCanComeBackByNamesThePortOfTheInsideLeg() {
        Flow flow = bench.client();
        String path = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10>").first(HeaderName.PATH);
        assertThat(path).endsWith("@" + EdgeBench.INSIDE + ":" + INSIDE_PORT + ";transport=tls;lr;ob>");
        bench.fromClient(flow, bench.request("INVITE", BOB, ALICE, BOB, "Contact: <sip:alice@192.168.77.10>"));
        SipMessage invite = bench.atInside();
        assertThat(invite.topVia().port()).isEqualTo(INSIDE_PORT);
        assertThat(invite.first(HeaderName.RECORD_ROUTE))
                .endsWith("@" + EdgeBench.INSIDE + ":" + INSIDE_PORT + ";transport=tls;lr>");
        SipMessage message = bench.request("MESSAGE", "sip:alice@192.168.77.10", BOB, ALICE, "Route: " + path);
        message.set(HeaderName.VIA, "SIP/2.0/TLS registrar.acorn.example:5061;branch=z9hG4bKinside");
        bench.fromInside(message);
        assertThat(bench.at(flow).method()).isEqualTo("MESSAGE");
    }

    @Test
    void aServiceThatFindsTheEdgeByNameIsToldNoPort() {
        EdgeBench service = new EdgeBench();
        SipMessage register = service.signIn(service.client(), ALICE, "<sip:alice@192.168.77.10>");
        assertThat(register.first(HeaderName.PATH)).endsWith("@" + EdgeBench.INSIDE + ";transport=tls;lr;ob>");
        assertThat(register.topVia().port()).isNegative();
    }
}
