package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.tokens.FlowToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The paths that messages take when all is well. */
class EdgePathsTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String INSIDE_CONTACT = "<sip:bob@10.20.30.40:5061;transport=tls>";

    private final EdgeBench bench = new EdgeBench();

    @Test
    void aSignInGoesInsideMarkedWithItsFlowAndOnePath() {
        Flow flow = bench.client();
        bench.fromClient(
                flow,
                bench.request(
                        "REGISTER",
                        "sip:acorn.example;transport=tls",
                        ALICE,
                        ALICE,
                        "Route: <sip:127.0.0.1:8443;transport=tls;lr>|Contact: <sip:alice@1.2.3.4>;expires=60"));
        SipMessage inside = bench.atInside();
        assertThat(inside.first(Hygiene.FLOW_MARK)).isEqualTo("edge1;boot=1;connection=" + flow.id());
        assertThat(inside.values(HeaderName.PATH)).hasSize(1);
        assertThat(inside.first(HeaderName.PATH)).endsWith("@" + EdgeBench.INSIDE + ";transport=tls;lr;ob>");
        assertThat(inside.has(HeaderName.ROUTE)).isFalse();
        assertThat(inside.topVia().host()).isEqualTo(EdgeBench.INSIDE);
        assertThat(inside.requestUriText()).isEqualTo("sip:acorn.example;transport=tls");
        FlowToken token = FlowToken.open(bench.sealer, user(inside.first(HeaderName.PATH)))
                .orThrow();
        assertThat(token.person()).isEqualTo(ALICE);
        assertThat(token.connection()).isEqualTo(flow.id());
    }

    @Test
    void anAcceptedSignInIsRemembered() {
        Flow flow = bench.alice();
        assertThat(bench.directory.client(flow).isSignedInAs(ALICE, bench.now)).isTrue();
        assertThat(bench.events.log).contains("signed in " + ALICE + " 300");
    }

    /** The edge's own setting is 120 s. */
    @ParameterizedTest
    @CsvSource({"300, 120", "60, 60", "120, 120", "soon, 120", ", 120"})
    void aClientIsAskedToKeepItsConnectionAliveAsOftenAsEdgeOrInsideWants(String inside, String told) {
        Flow flow = bench.client();
        String contact = "<sip:alice@1.2.3.4>;+sip.instance=\"<urn:uuid:a>\";reg-id=1";
        bench.fromClient(
                flow,
                bench.request(
                        "REGISTER",
                        "sip:acorn.example",
                        ALICE,
                        ALICE,
                        "Supported: path, outbound|Contact: " + contact + "|Expires: 300"));
        SipMessage register = bench.atInside();
        String[] headers = inside == null
                ? new String[] {"Contact", contact + ";expires=300"}
                : new String[] {"Contact", contact + ";expires=300", "Flow-Timer", inside};
        bench.answerFromInside(register, 200, "OK", headers);
        assertThat(bench.at(flow).values(HeaderName.FLOW_TIMER)).containsExactly(told);
    }

    @Test
    void aMessageGoesInsideAndItsAnswerComesBack() {
        Flow flow = bench.alice();
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        SipMessage inside = bench.atInside();
        assertThat(inside.requestUriText()).isEqualTo(BOB);
        bench.answerFromInside(inside, 200, "OK");
        assertThat(bench.at(flow).status()).isEqualTo(200);
    }

    @Test
    void aMessageOfTheInsideReachesTheConnectionThatThePathNames() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@xyz.invalid;transport=ws>");
        bench.fromInside(bench.request(
                "MESSAGE",
                "sip:alice@xyz.invalid;transport=ws",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH)));
        SipMessage outside = bench.at(flow);
        assertThat(outside.requestUriText()).isEqualTo("sip:alice@xyz.invalid;transport=ws");
        assertThat(outside.elements(HeaderName.VIA)).hasSize(1);
        assertThat(outside.topVia().host()).isEqualTo(EdgeBench.OUTSIDE);
        assertThat(outside.has(HeaderName.ROUTE)).isFalse();
        bench.fromClient(flow, EdgeBench.answer(outside, 200, "OK"));
        SipMessage answer = bench.atInside();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.topVia().branch()).startsWith("z9hG4bKc");
    }

    /** What a client writes grows by the Via entries that it has not seen, and by its addresses, which are written anew. */
    @Test
    void anAnswerAtTheLimitToARequestAtTheLimitIsNotTooLargeForTheLinkItGoesInsideOn() {
        int limit = SipLimits.DEFAULT.headerSectionBytes();
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, BOB, "<sip:bob@xyz.invalid;transport=ws>");
        SipMessage invite = bench.request(
                "INVITE",
                "sip:bob@xyz.invalid;transport=ws",
                ALICE,
                BOB,
                "Route: " + register.first(HeaderName.PATH) + "|Contact: " + INSIDE_CONTACT);
        String via = "SIP/2.0/TLS 192.168.77.11;x=";
        invite.add(HeaderName.VIA, via + "y".repeat(SipLimits.DEFAULT.copiedBytes() - invite.encode().length));
        bench.fromInside(invite);
        bench.atInside.clear();
        SipMessage outside = bench.at(flow);
        SipMessage answer = EdgeBench.answer(outside, 200, "OK", "Contact", outside.first(HeaderName.CONTACT));
        int room = limit - answer.encode().length;
        answer.set(HeaderName.CONTACT, answer.first(HeaderName.CONTACT) + ",a:b".repeat(room / 4));
        bench.fromClient(flow, answer);
        assertThat(bench.atInside().encode()).hasSizeBetween(2 * limit, SipLimits.BETWEEN_PARTS.headerSectionBytes());
    }

    @Test
    void aCallFromOutsideHasItsWholeDialogOverTheSealedRoute() {
        Flow flow = bench.alice();
        bench.fromClient(
                flow,
                bench.request("INVITE", BOB, ALICE, BOB, "Contact: <sip:alice@192.168.77.10:5061;transport=tls>"));
        SipMessage invite = bench.atInside();
        assertThat(invite.first(HeaderName.CONTACT)).isEqualTo("<sip:alice@192.168.77.10:5061;transport=tls>");
        bench.fromInside(answerThroughPool(invite, 180));
        SipMessage ringing = bench.at(flow);
        assertThat(ringing.status()).isEqualTo(180);
        bench.fromInside(answerThroughPool(invite, 200));
        SipMessage ok = bench.at(flow);
        assertThat(ok.values(HeaderName.RECORD_ROUTE)).hasSize(1);
        assertThat(ok.first(HeaderName.RECORD_ROUTE)).endsWith("@edge.acorn.example:8443;transport=tls;lr>");
        assertThat(ok.first(HeaderName.CONTACT)).contains("@edge.acorn.example:8443;transport=tls");

        bench.fromClient(flow, inDialog("ACK", ok));
        SipMessage ack = bench.atInside();
        assertThat(ack.requestUriText()).isEqualTo("sip:bob@10.20.30.40:5061;transport=tls");
        assertThat(ack.elements(HeaderName.ROUTE)).containsExactly(EdgeBench.POOL_ROUTE, "<sip:desk.acorn.example;lr>");

        bench.fromClient(flow, inDialog("BYE", ok));
        SipMessage bye = bench.atInside();
        assertThat(bye.requestUriText()).isEqualTo("sip:bob@10.20.30.40:5061;transport=tls");
        assertThat(bye.elements(HeaderName.ROUTE)).containsExactly(EdgeBench.POOL_ROUTE, "<sip:desk.acorn.example;lr>");
        bench.answerFromInside(bye, 200, "OK");
        assertThat(bench.at(flow).status()).isEqualTo(200);
    }

    @Test
    void theInsideEndsACallThatCameFromOutside() {
        Flow flow = bench.alice();
        bench.fromClient(
                flow,
                bench.request("INVITE", BOB, ALICE, BOB, "Contact: <sip:alice@192.168.77.10:5061;transport=tls>"));
        SipMessage invite = bench.atInside();
        String ours = invite.first(HeaderName.RECORD_ROUTE);
        bench.fromInside(answerThroughPool(invite, 200));
        bench.at(flow);
        bench.fromInside(bench.request(
                "BYE", "sip:alice@192.168.77.10:5061;transport=tls", BOB, "<" + ALICE + ">;tag=x", "Route: " + ours));
        SipMessage bye = bench.at(flow);
        assertThat(bye.method()).isEqualTo("BYE");
        assertThat(bye.has(HeaderName.ROUTE)).isFalse();
    }

    @Test
    void aCallFromInsideHasItsWholeDialogOverTheSealedRoute() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10:5061;transport=tls>");
        SipMessage invite = bench.request(
                "INVITE",
                "sip:alice@192.168.77.10:5061;transport=tls",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH) + "|Record-Route: " + EdgeBench.POOL_ROUTE + "|Contact: "
                        + INSIDE_CONTACT);
        bench.fromInside(invite);
        SipMessage outside = bench.at(flow);
        assertThat(outside.values(HeaderName.RECORD_ROUTE)).hasSize(1);
        bench.fromClient(flow, EdgeBench.answer(outside, 200, "OK", "Contact", "<sip:alice@192.168.77.10:5061>"));
        SipMessage ok = bench.atInside();
        while (ok.status() == 100) {
            ok = bench.atInside();
        }
        List<String> routes = ok.elements(HeaderName.RECORD_ROUTE);
        assertThat(routes).hasSize(2);
        assertThat(routes.getFirst()).contains("@" + EdgeBench.INSIDE);
        assertThat(routes.getLast()).isEqualTo(EdgeBench.POOL_ROUTE);

        // the inside acknowledges through the edge
        bench.fromInside(bench.request(
                "ACK",
                "sip:alice@192.168.77.10:5061",
                BOB,
                "<" + ALICE + ">;tag=answerer",
                "Route: " + routes.getFirst()));
        assertThat(bench.at(flow).method()).isEqualTo("ACK");

        // the client ends the call
        bench.fromClient(
                flow,
                bench.request(
                        "BYE",
                        uri(outside.first(HeaderName.CONTACT)),
                        ALICE,
                        "<" + BOB + ">;tag=f1",
                        "Route: " + outside.first(HeaderName.RECORD_ROUTE)));
        SipMessage bye = bench.atInside();
        assertThat(bye.requestUriText()).isEqualTo("sip:bob@10.20.30.40:5061;transport=tls");
        assertThat(bye.elements(HeaderName.ROUTE)).containsExactly(EdgeBench.POOL_ROUTE);
    }

    @Test
    void aClientThatLeavesOutTheRecordedRouteIsReachedOverItAllTheSame() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10:5061;transport=tls>");
        for (int status : new int[] {180, 200}) {
            bench.fromInside(bench.request(
                    "INVITE",
                    "sip:alice@192.168.77.10:5061;transport=tls",
                    BOB,
                    ALICE,
                    "Route: " + register.first(HeaderName.PATH) + "|Record-Route: " + EdgeBench.POOL_ROUTE
                            + "|Contact: " + INSIDE_CONTACT));
            SipMessage outside = bench.at(flow);
            SipMessage answer = EdgeBench.answer(outside, status, "Yes", "Contact", "<sip:alice@192.168.77.10:5061>");
            answer.remove(HeaderName.RECORD_ROUTE);
            bench.fromClient(flow, answer);
            SipMessage inside = bench.atInside();
            while (inside.status() == 100) {
                inside = bench.atInside();
            }
            List<String> routes = inside.elements(HeaderName.RECORD_ROUTE);
            assertThat(routes).as("of a %d", status).hasSize(2);
            assertThat(routes.getFirst()).contains("@" + EdgeBench.INSIDE);
            assertThat(routes.getLast()).isEqualTo(EdgeBench.POOL_ROUTE);
        }
    }

    @Test
    void aCancelledCallFromOutsideIsCancelledInside() {
        Flow flow = bench.alice();
        SipMessage invite = bench.request("INVITE", BOB, ALICE, BOB, "Contact: <sip:alice@192.168.77.10:5061>");
        bench.fromClient(flow, invite);
        SipMessage inside = bench.atInside();
        bench.fromInside(answerThroughPool(inside, 180));
        bench.at(flow);
        bench.fromClient(flow, cancelOf(invite));
        assertThat(bench.at(flow).status()).isEqualTo(200);
        assertThat(bench.atInside().method()).isEqualTo("CANCEL");
        bench.fromInside(EdgeBench.answer(inside, 487, "Request Terminated"));
        assertThat(bench.at(flow).status()).isEqualTo(487);
    }

    /** Whose right to be outside was withdrawn: the pool forgets the sign-in, and ends what rings. */
    @Test
    void aCallThatRingsOutsideIsCancelledAlsoWhenTheSignInIsOver() {
        Flow flow = bench.client();
        String contact = "<sip:alice@192.168.77.10:5061;transport=tls>";
        SipMessage register = bench.signIn(flow, ALICE, contact);
        SipMessage invite = bench.request(
                "INVITE",
                uri(contact),
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH) + "|Contact: " + INSIDE_CONTACT);
        bench.fromInside(invite);
        SipMessage outside = bench.at(flow);
        bench.fromClient(flow, EdgeBench.answer(outside, 180, "Ringing"));
        bench.fromClient(flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: *|Expires: 0"));
        bench.atInside.removeIf(message -> !message.isRequest());
        bench.answerFromInside(bench.atInside(), 200, "OK");
        assertThat(bench.at(flow).status()).isEqualTo(200);
        assertThat(bench.directory.client(flow).isSignedInAs(ALICE, bench.now)).isFalse();
        bench.fromInside(cancelOf(invite));
        SipMessage cancel = bench.at(flow);
        assertThat(cancel.method()).isEqualTo("CANCEL");
        assertThat(cancel.topVia().branch()).isEqualTo(outside.topVia().branch());
        bench.atInside.clear();
        bench.fromClient(flow, EdgeBench.answer(outside, 487, "Request Terminated"));
        assertThat(bench.at(flow).method()).isEqualTo("ACK");
        assertThat(bench.atInside().status()).isEqualTo(487);
    }

    private static SipMessage cancelOf(SipMessage invite) {
        SipMessage cancel = SipMessage.request("CANCEL", invite.requestUriText());
        for (HeaderName name : List.of(HeaderName.VIA, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID)) {
            cancel.set(name, invite.first(name));
        }
        cancel.set(HeaderName.CSEQ, invite.cseq().number() + " CANCEL");
        cancel.ensureContentLength();
        return cancel;
    }

    @Test
    void unknownMethodsEventsAndBodiesPassUnharmed() {
        Flow flow = bench.alice();
        for (String method : new String[] {"BENOTIFY", "SERVICE", "PUBLISH", "SUBSCRIBE", "INFO", "REFER", "X-ODD"}) {
            SipMessage request = bench.request(
                    method,
                    BOB,
                    ALICE,
                    BOB,
                    "Event: vnd-microsoft-roaming-self|X-Unknown:  spaced   value |Proxy-Require: ms-benotify");
            byte[] body = {0, 1, 2, (byte) 0xff, '\r', '\n', '\r', '\n'};
            request.setBody("application/vnd.odd", body);
            bench.fromClient(flow, request);
            SipMessage inside = bench.atInside();
            assertThat(inside.method()).isEqualTo(method);
            assertThat(inside.body()).isEqualTo(body);
            assertThat(inside.first(HeaderName.of("X-Unknown"))).isEqualTo("spaced   value");
        }
    }

    @Test
    void aViaWithoutBranchInLowerCaseWithMaddrIsAnsweredOnItsConnection() {
        Flow flow = bench.alice();
        SipMessage request = bench.request("INVITE", BOB, ALICE, BOB, "Contact: <sip:alice@1.2.3.4;maddr=10.0.0.9>");
        request.set(HeaderName.VIA, "SIP/2.0/tls 192.168.77.10:5061;maddr=10.0.0.9");
        bench.fromClient(flow, request);
        SipMessage inside = bench.atInside();
        assertThat(inside.first(HeaderName.CONTACT)).isEqualTo("<sip:alice@1.2.3.4;maddr=10.0.0.9>");
        bench.fromInside(answerThroughPool(inside, 200));
        SipMessage ok = bench.at(flow);
        assertThat(ok.first(HeaderName.VIA)).startsWith("SIP/2.0/tls 192.168.77.10:5061;maddr=10.0.0.9");
    }

    @Test
    void aWebSocketClientGetsRoutesOfItsOwnTransport() {
        Flow flow = bench.client("198.51.100.8", ClientTransport.WSS);
        SipMessage register = bench.signIn(flow, ALICE, "<sip:q1b7@56nv.invalid;transport=ws>;reg-id=1");
        bench.fromInside(bench.request(
                "INVITE",
                "sip:q1b7@56nv.invalid;transport=ws",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH) + "|Contact: " + INSIDE_CONTACT));
        SipMessage outside = bench.at(flow);
        assertThat(outside.topVia().transport()).isEqualTo("WSS");
        assertThat(outside.first(HeaderName.RECORD_ROUTE)).endsWith("@edge.acorn.example:8444;transport=ws;lr>");
        assertThat(outside.first(HeaderName.CONTACT)).contains("@edge.acorn.example:8444;transport=ws");
    }

    /** What comes back through a pool that records its route, from a server behind it that does too. */
    static SipMessage answerThroughPool(SipMessage request, int status) {
        SipMessage answer = SipMessage.responseTo(request, status, status == 180 ? "Ringing" : "OK", "answerer");
        answer.add(HeaderName.RECORD_ROUTE, "<sip:desk.acorn.example;lr>, " + EdgeBench.POOL_ROUTE);
        request.values(HeaderName.RECORD_ROUTE).forEach(own -> answer.add(HeaderName.RECORD_ROUTE, own));
        answer.add(HeaderName.CONTACT, INSIDE_CONTACT);
        return answer;
    }

    private SipMessage inDialog(String method, SipMessage ok) {
        return bench.request(
                method,
                uri(ok.first(HeaderName.CONTACT)),
                ALICE,
                ok.first(HeaderName.TO),
                "Route: " + ok.first(HeaderName.RECORD_ROUTE));
    }

    static String uri(String contact) {
        return contact.substring(contact.indexOf('<') + 1, contact.indexOf('>'));
    }

    static String user(String route) {
        return route.substring(route.indexOf("sip:") + 4, route.indexOf('@'));
    }
}
