package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No name or address of the inside is in anything that the edge writes to a client, and what it sealed comes back. */
class EdgeHidingTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String ALICES_CONTACT = "<sip:alice@192.168.77.10:5061;transport=tls>";
    private static final String INSIDE_CONTACT = "sip:bob@10.20.30.40:5061;transport=tls";

    /** What stands in the inside's messages of these tests and must not be read outside. */
    private static final List<String> INSIDE = List.of(
            "10.20.30",
            "fd00::40",
            "pool.acorn.example",
            "perimeter.acorn.example",
            "desk.acorn.example",
            "%31%30.20.30.40",
            "P-Edgeways");

    /** Header lines of an inside server that says much about itself. */
    private static final String[] TALKATIVE = {
        "Server", "Pool/1.0 (pool.acorn.example)",
        "Warning", "399 pool.acorn.example \"ask 10.20.30.1 or [fd00::40]\", 301 10.20.30.1:5061 \"no\"",
        "Retry-After", "18 (10.20.30.1 is busy);duration=20",
        "Path", "<sip:pool.acorn.example;lr>",
        "Service-Route", "<sip:pool.acorn.example;lr>",
        "Error-Info", "<sip:announcement@10.20.30.2>",
        "Reason", "SIP;cause=503;text=\"pool.acorn.example\"",
        "User-Agent", "Desk 3.1 at 10.20.30.40",
        "Referred-By", "<sip:bob@10.20.30.40>",
        "Call-Info", "<http://pool.acorn.example/bob.png>;purpose=icon",
        "Alert-Info", "<http://[fd00::40]/ring.wav>",
        "History-Info", "<sip:bob@POOL.acorn.example>;index=1",
        "P-Asserted-Identity", "<sip:bob@10.20.30.40>",
        "P-Charging-Vector", "icid-value=1;icid-generated-at=10.20.30.1",
        "P-Called-Party-ID", "<sip:bob@pool.acorn.example>",
        "P-Edgeways-Flow", "edge1;boot=1;connection=1",
        "Authentication-Info", "nextnonce=\"x\", pool=\"pool.acorn.example\"",
        "X-Via-Node", "node7.perimeter.acorn.example",
        "ms-diagnostics", "1000;reason=\"x\";source=\"pool.acorn.example\""
    };

    private final EdgeBench bench = new EdgeBench();

    private static String talkative() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < TALKATIVE.length; i += 2) {
            lines.append('|').append(TALKATIVE[i]).append(": ").append(TALKATIVE[i + 1]);
        }
        return lines.toString();
    }

    private static SipMessage talkative(SipMessage request, int status, String reason) {
        SipMessage answer = EdgePathsTest.answerThroughPool(request, status);
        answer.setReason(reason);
        for (int i = 0; i < TALKATIVE.length; i += 2) {
            answer.add(HeaderName.of(TALKATIVE[i]), TALKATIVE[i + 1]);
        }
        return answer;
    }

    /** Everything that goes out in calls, messages, sign-ins and refusals of all kinds. */
    private static String everythingSentOutside(EdgeBench bench) {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, ALICES_CONTACT);
        for (int status : new int[] {180, 183, 200, 302, 404, 407, 480, 486, 500, 503, 603}) {
            for (String method : new String[] {"INVITE", "SUBSCRIBE", "MESSAGE", "REGISTER"}) {
                boolean sense = status >= 200 || method.equals("INVITE");
                if (sense) {
                    bench.fromClient(
                            flow,
                            bench.request(
                                    method,
                                    method.equals("REGISTER") ? "sip:acorn.example" : BOB,
                                    ALICE,
                                    method.equals("REGISTER") ? ALICE : BOB,
                                    "Contact: " + ALICES_CONTACT));
                    bench.fromInside(talkative(bench.atInside(), status, "See pool.acorn.example or 10.20.30.1"));
                    bench.atInside.clear();
                }
            }
        }
        for (String method : new String[] {"INVITE", "MESSAGE", "NOTIFY", "REFER", "OPTIONS", "X-NEW"}) {
            bench.fromInside(bench.request(
                    method,
                    "sip:alice@192.168.77.10:5061;transport=tls",
                    BOB,
                    ALICE,
                    "Route: " + register.first(HeaderName.PATH)
                            + "|Record-Route: <sip:desk.acorn.example;lr>, " + EdgeBench.POOL_ROUTE
                            + "|Via: SIP/2.0/TLS 10.20.30.40:5061;branch=z9hG4bKdesk"
                            + "|Contact: \"at pool.acorn.example\" <" + INSIDE_CONTACT + ">;x=10.20.30.40"
                            + "|Refer-To: <sip:carol@10.20.30.41?Route=%3Csip%3A%31%30.20.30.40%3E&X=pool.acorn.example>"
                            + talkative()));
        }
        // what the edge and its core refuse themselves
        bench.fromClient(flow, bench.request("MESSAGE", "sip:x@elsewhere.example", ALICE, BOB, ""));
        bench.fromClient(flow, bench.request("MESSAGE", "mailto:x@acorn.example", ALICE, BOB, ""));
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, "Proxy-Require: sec-agree"));
        SipMessage exhausted = bench.request("MESSAGE", BOB, ALICE, BOB, "");
        exhausted.set(HeaderName.MAX_FORWARDS, "0");
        bench.fromClient(flow, exhausted);
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, "Route: <broken"));
        bench.fromClient(bench.client(), bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        bench.insideReachable = false;
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        bench.insideReachable = true;
        bench.fromClient(flow, bench.request("INVITE", BOB, ALICE, BOB, "Contact: " + ALICES_CONTACT));
        bench.pass(Duration.ofMinutes(10));
        return bench.textOutside();
    }

    @Test
    void noNameOrAddressOfTheInsideIsWrittenToAClient() {
        String outside = everythingSentOutside(bench);
        assertThat(outside).contains("SIP/2.0 302", "SIP/2.0 483", "SIP/2.0 420", "SIP/2.0 416", "NOTIFY ", "REFER ");
        INSIDE.forEach(name -> assertThat(outside).doesNotContainIgnoringCase(name));
    }

    @Test
    void everyOneOfThemIsSeenWhenHidingIsOffSoThatTheTestCanFail() {
        String outside = everythingSentOutside(new EdgeBench(false, EdgeLimits.DEFAULT));
        INSIDE.stream()
                .filter(name -> !name.equals("P-Edgeways"))
                .forEach(name -> assertThat(outside).containsIgnoringCase(name));
    }

    @Test
    void retryAfterKeepsItsSecondsAndWarningsTheirCodes() {
        Flow flow = bench.alice();
        bench.fromClient(flow, bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        bench.fromInside(talkative(bench.atInside(), 486, "Busy"));
        SipMessage busy = bench.at(flow);
        assertThat(busy.first(HeaderName.RETRY_AFTER)).isEqualTo("18");
        assertThat(busy.elements(HeaderName.WARNING))
                .containsExactly(
                        "399 edge.acorn.example \"ask (hidden) or [(hidden)]\"", "301 edge.acorn.example \"no\"");
    }

    @Test
    void aRegistersAnswerShowsOwnContactsAsWrittenAndSealsThoseOfOtherDevicesInsideAndOutside() {
        Flow flow = bench.client();
        bench.fromClient(
                flow,
                bench.request(
                        "REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: " + ALICES_CONTACT + "|Expires: 300"));
        bench.answerFromInside(
                bench.atInside(),
                200,
                "OK",
                "Contact",
                ALICES_CONTACT + ";expires=300;path=\"<sip:pool.acorn.example>\", "
                        + "<sip:alice@10.20.30.50:5060>;expires=900;q=0.5;received=\"sip:10.20.30.50\"",
                "Contact",
                "<sip:x7@k2.invalid;transport=ws>;expires=60;+sip.instance=\"<urn:uuid:w>\"");
        List<String> contacts = bench.at(flow).elements(HeaderName.CONTACT);
        assertThat(contacts).hasSize(3);
        assertThat(contacts.get(0)).isEqualTo(ALICES_CONTACT + ";expires=300");
        assertThat(contacts.get(1))
                .matches("<sip:[\\w-]+@edge\\.acorn\\.example:8443;transport=tls>;expires=900;q=0\\.5");
        assertThat(contacts.get(2)).doesNotContain("k2.invalid").contains("urn:uuid:w");

        // and the client can end the binding of another device, as it was shown to it
        bench.fromClient(
                flow,
                bench.request(
                        "REGISTER",
                        "sip:acorn.example",
                        ALICE,
                        ALICE,
                        "Contact: <" + EdgePathsTest.uri(contacts.get(1)) + ">;expires=0"));
        assertThat(bench.atInside().first(HeaderName.CONTACT)).isEqualTo("<sip:alice@10.20.30.50:5060>;expires=0");
    }

    @Test
    void aRegistersAnswerShowsGruusOfOurDomainsOnly() {
        Flow flow = bench.client();
        bench.fromClient(
                flow,
                bench.request(
                        "REGISTER",
                        "sip:acorn.example",
                        ALICE,
                        ALICE,
                        "Contact: " + ALICES_CONTACT + "|Expires: 300|Supported: gruu"));
        String own = ";pub-gruu=\"sip:alice@acorn.example;gr=urn:uuid:1\";expires=300";
        String other = ";pub-gruu=\"sip:alice@acorn.example;gr=urn:uuid:2\";expires=900";
        String leaking = ";pub-gruu=\"sip:alice@pool.acorn.example;gr=urn:uuid:3\";expires=900";
        bench.answerFromInside(
                bench.atInside(),
                200,
                "OK",
                "Contact",
                ALICES_CONTACT + own,
                "Contact",
                "<sip:alice@10.20.30.50:5060>" + other,
                "Contact",
                ALICES_CONTACT + leaking + ";temp-gruu=\"sip:t@10.20.30.40;gr\"");
        List<String> contacts = bench.at(flow).elements(HeaderName.CONTACT);
        assertThat(contacts.get(0)).isEqualTo(ALICES_CONTACT + own);
        assertThat(contacts.get(1)).contains("@edge.acorn.example:8443").endsWith(">" + other);
        assertThat(contacts.get(2)).isEqualTo(ALICES_CONTACT + ";expires=900");
    }

    @Test
    void aGruuIsCalledFromOutside() {
        Flow flow = bench.alice();
        String gruu = "sip:bob@acorn.example;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        bench.fromClient(flow, bench.request("INVITE", gruu, ALICE, BOB, "Contact: " + ALICES_CONTACT));
        assertThat(bench.atInside().requestUriText()).isEqualTo(gruu);
    }

    @Test
    void aSealedContactIsCalledFromOutside() {
        Flow flow = bench.alice();
        bench.fromClient(
                flow, bench.request("SUBSCRIBE", BOB, ALICE, BOB, "Event: presence|Contact: " + ALICES_CONTACT));
        bench.fromInside(EdgePathsTest.answerThroughPool(bench.atInside(), 200));
        String sealed = EdgePathsTest.uri(bench.at(flow).first(HeaderName.CONTACT));
        bench.fromClient(flow, bench.request("INVITE", sealed, ALICE, sealed, "Contact: " + ALICES_CONTACT));
        assertThat(bench.atInside().requestUriText()).isEqualTo(INSIDE_CONTACT);
    }

    @Test
    void earlyDialogReInviteAndUpdateTravelOverSealedContacts() {
        Flow flow = bench.alice();
        bench.fromClient(flow, bench.request("INVITE", BOB, ALICE, BOB, "Contact: " + ALICES_CONTACT));
        SipMessage invite = bench.atInside();
        SipMessage early = EdgePathsTest.answerThroughPool(invite, 183);
        early.add(HeaderName.of("RSeq"), "1");
        early.add(HeaderName.REQUIRE, "100rel");
        bench.fromInside(early);
        SipMessage progress = bench.at(flow);
        assertThat(progress.first(HeaderName.of("RSeq"))).isEqualTo("1");
        for (String method : new String[] {"PRACK", "UPDATE", "INVITE", "INFO"}) {
            bench.fromClient(flow, bench.inDialog(method, progress, "RAck: 1 1 INVITE|Contact: " + ALICES_CONTACT));
            SipMessage inside = bench.atInside();
            assertThat(inside.method()).isEqualTo(method);
            assertThat(inside.requestUriText()).isEqualTo(INSIDE_CONTACT);
            assertThat(inside.elements(HeaderName.ROUTE))
                    .containsExactly(EdgeBench.POOL_ROUTE, "<sip:desk.acorn.example;lr>");
            SipMessage answer = EdgeBench.answer(inside, 200, "OK", "Contact", "<sip:bob@10.20.30.77>");
            bench.fromInside(answer);
            SipMessage ok = bench.at(flow);
            assertThat(ok.first(HeaderName.CONTACT)).contains("@edge.acorn.example:8443");
            // the target has moved: the next request goes to the new one
            bench.fromClient(
                    flow,
                    bench.request(
                            "INFO",
                            EdgePathsTest.uri(ok.first(HeaderName.CONTACT)),
                            ALICE,
                            "<" + BOB + ">;tag=answerer",
                            "Route: " + progress.first(HeaderName.RECORD_ROUTE)));
            assertThat(bench.atInside().requestUriText()).isEqualTo("sip:bob@10.20.30.77");
        }
    }

    @Test
    void aTransferFromInsideIsFollowedWithItsReplaces() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, ALICES_CONTACT);
        bench.fromInside(bench.request(
                "REFER",
                EdgePathsTest.uri(ALICES_CONTACT),
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH)
                        + "|r: <sip:carol@10.20.30.41:5061?Replaces=c1%4010.20.30.41%3Bto-tag%3Da%3Bfrom-tag%3Db>"));
        String referTo = bench.at(flow).first(HeaderName.REFER_TO);
        assertThat(referTo)
                .contains("@edge.acorn.example:8443;transport=tls?Replaces=c1%40")
                .doesNotContain("carol");
        String target = EdgePathsTest.uri(referTo);
        bench.fromClient(
                flow,
                bench.request(
                        "INVITE",
                        target.substring(0, target.indexOf('?')),
                        ALICE,
                        BOB,
                        "Replaces: c1@10.20.30.41;to-tag=a;from-tag=b|Contact: " + ALICES_CONTACT));
        SipMessage invite = bench.atInside();
        assertThat(invite.requestUriText()).isEqualTo("sip:carol@10.20.30.41:5061");
        assertThat(invite.first(HeaderName.of("Replaces"))).isEqualTo("c1@10.20.30.41;to-tag=a;from-tag=b");
    }

    @Test
    void aTransferFromOutsideToASealedAddressReachesTheInsideUnsealed() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        String sealed = EdgePathsTest.uri(ok.first(HeaderName.CONTACT));
        bench.fromClient(
                flow, bench.inDialog("REFER", ok, "Refer-To: Bob <" + sealed + "?Replaces=x%3Bto-tag%3D1>;a=b"));
        assertThat(bench.atInside().first(HeaderName.REFER_TO))
                .isEqualTo("Bob <" + INSIDE_CONTACT + "?Replaces=x%3Bto-tag%3D1>;a=b");
    }

    @Test
    void aClientRedirectsToAnAddressThatWasSealedForIt() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, ALICES_CONTACT);
        SipMessage ok = bench.call(flow);
        bench.fromInside(bench.request(
                "INVITE", EdgePathsTest.uri(ALICES_CONTACT), BOB, ALICE, "Route: " + register.first(HeaderName.PATH)));
        SipMessage invite = bench.at(flow);
        bench.atInside.clear();
        bench.fromClient(flow, EdgeBench.answer(invite, 302, "Moved", "Contact", ok.first(HeaderName.CONTACT)));
        SipMessage moved = bench.atInside();
        while (moved.status() == 100) {
            moved = bench.atInside();
        }
        assertThat(moved.first(HeaderName.CONTACT)).isEqualTo("<" + INSIDE_CONTACT + ">");
    }

    @Test
    void addressesOfRecordAndTelephoneNumbersStayReadable() {
        publicAddressesAreReadable();
    }

    private void publicAddressesAreReadable() {
        Flow flow = bench.alice();
        bench.fromClient(flow, bench.request("INVITE", BOB, ALICE, BOB, "Contact: " + ALICES_CONTACT));
        bench.answerFromInside(
                bench.atInside(),
                302,
                "Moved",
                "Contact",
                "\"Carol\" <sip:carol@acorn.example;gr=urn:uuid:c>;q=1, <tel:+1555123>, <mailto:bob@acorn.example>, "
                        + "<tel:12;phone-context=pool.acorn.example>",
                "P-Asserted-Identity",
                "<" + BOB + ">",
                "Date",
                "Wed, 25 Nov 2026 23:01:41 GMT",
                "User-Agent",
                "Desk/3.10.2");
        SipMessage moved = bench.at(flow);
        assertThat(moved.elements(HeaderName.CONTACT))
                .containsExactly(
                        "\"Carol\" <sip:carol@acorn.example;gr=urn:uuid:c>;q=1",
                        "<tel:+1555123>",
                        "<mailto:bob@acorn.example>");
        assertThat(moved.first(HeaderName.P_ASSERTED_IDENTITY)).isEqualTo("<" + BOB + ">");
        assertThat(moved.first(HeaderName.DATE)).isEqualTo("Wed, 25 Nov 2026 23:01:41 GMT");
        assertThat(moved.first(HeaderName.USER_AGENT)).isEqualTo("Desk/3.10.2");
    }

    @Test
    void aPoolWhoseCertificateNamesOurDomainBlanksNothingOfIt() {
        bench.insideNames.add("acorn.example");
        bench.insideNames.add("edge.acorn.example");
        publicAddressesAreReadable();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pool.acorn.example",
                "POOL.Acorn.Example",
                "node7.perimeter.acorn.example:5061",
                "10.20.30.40.",
                "at 10.1.2.3, and",
                "sip:[fd00::1]:5061",
                "fe80::1%eth0",
                "x=10.1.2.3;y"
            })
    void namesOfTheInsideAreFound(String text) {
        assertThat(bench.insideNames.occurIn(text)).isTrue();
        assertThat(bench.insideNames.blank(text)).contains("(hidden)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "carpool.acorn.example",
                "pool",
                "acorn.example",
                "edge.acorn.example",
                "127.0.0.1",
                "23:01:41",
                "3.10.2",
                "std::vector",
                "ab:cd:ef",
                "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "1.2.3.4.5.6",
                ""
            })
    void whatIsNoNameOfTheInsideIsLeft(String text) {
        assertThat(bench.insideNames.occurIn(text)).isFalse();
        assertThat(bench.insideNames.blank(text)).isEqualTo(text);
    }

    @Test
    void ourOwnIpv6AddressIsKnownInUrisHoweverItIsSpelled() {
        EdgeNames names =
                new EdgeNames("edge1", 1, "2001:DB8::1", Set.of("::1"), 8443, 8444, "edge1.perimeter.acorn.example");
        assertThat(names.isOutside("[2001:db8:0:0::1]")).isTrue();
        assertThat(names.isOutside("[::1]")).isTrue();
        assertThat(names.isOutside("[::2]")).isFalse();
        assertThat(names.routeOutside("t", ClientTransport.TLS))
                .isEqualTo("<sip:t@[2001:db8:0:0:0:0:0:1]:8443;transport=tls;lr>");
    }

    @Test
    void bodiesAndCallIdsOfOthersPassAsTheyAre() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, ALICES_CONTACT);
        SipMessage invite = bench.request(
                "INVITE",
                EdgePathsTest.uri(ALICES_CONTACT),
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH) + "|Content-ID: <1@10.20.30.40>");
        invite.set(HeaderName.CALL_ID, "7@10.20.30.40");
        byte[] sdp =
                "v=0\r\no=- 1 1 IN IP4 10.20.30.40\r\nc=IN IP4 10.20.30.40\r\n".getBytes(StandardCharsets.US_ASCII);
        invite.setBody("application/sdp", sdp);
        bench.fromInside(invite);
        SipMessage outside = bench.at(flow);
        assertThat(outside.body()).isEqualTo(sdp);
        assertThat(outside.callId()).isEqualTo("7@10.20.30.40");
        assertThat(outside.first(HeaderName.of("Content-ID"))).isEqualTo("<1@10.20.30.40>");
    }

    /** A CANCEL is made anew at each hop; its Reason (RFC 3326) is all that comes from its sender. */
    @Test
    void theReasonOfACancelNamesNothingOfTheInside() {
        assertThat(reasonOfCancel("SIP;cause=503;text=\"pool.acorn.example\"")).isNull();
        assertThat(reasonOfCancel("SIP;cause=200;text=\"Call completed elsewhere\""))
                .contains("elsewhere");
    }

    private String reasonOfCancel(String reason) {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, ALICES_CONTACT);
        SipMessage invite = bench.request(
                "INVITE",
                "sip:alice@192.168.77.10:5061;transport=tls",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH) + "|Contact: <" + INSIDE_CONTACT + ">");
        bench.fromInside(invite);
        bench.fromClient(flow, EdgeBench.answer(bench.at(flow), 180, "Ringing"));
        SipMessage cancel = SipMessage.request("CANCEL", invite.requestUriText());
        for (HeaderName name : List.of(HeaderName.VIA, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID)) {
            cancel.set(name, invite.first(name));
        }
        cancel.set(HeaderName.CSEQ, invite.cseq().number() + " CANCEL");
        cancel.set(HeaderName.of("Reason"), reason);
        bench.fromInside(cancel);
        SipMessage outside = bench.at(flow);
        assertThat(outside.method()).isEqualTo("CANCEL");
        bench.atInside.clear();
        return outside.first(HeaderName.of("Reason"));
    }

    /** A token holds 2,700 bytes, a URI 4 KiB, a header line up to 64: what does not fit is taken out, and nothing fails. */
    @Test
    void anAddressThatIsTooLongToBeSealedIsDroppedAndTheMessagePasses() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, ALICES_CONTACT);
        String tooLong = "<sip:bob@10.20.30.40;x=" + "x".repeat(3_500) + ">";
        bench.fromInside(bench.request(
                "INVITE",
                "sip:alice@192.168.77.10:5061;transport=tls",
                BOB,
                ALICE,
                "Route: " + register.first(HeaderName.PATH) + "|Contact: " + tooLong));
        SipMessage invite = bench.at(flow);
        assertThat(invite.has(HeaderName.CONTACT)).isFalse();
        assertThat(bench.textOutside()).doesNotContain("10.20.30.40");
        bench.fromClient(flow, bench.request("INVITE", BOB, ALICE, BOB, "Contact: " + ALICES_CONTACT));
        bench.fromClient(flow, EdgeBench.answer(invite, 486, "Busy"));
        bench.answerFromInside(lastInvite(), 200, "OK", "Contact", tooLong);
        assertThat(bench.at(flow).method()).isEqualTo("ACK");
        assertThat(bench.at(flow).status()).isEqualTo(200);
    }

    private SipMessage lastInvite() {
        SipMessage message = bench.atInside();
        while (!message.isRequest() || !message.method().equals("INVITE")) {
            message = bench.atInside();
        }
        return message;
    }
}
