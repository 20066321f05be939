package org.edgeways.sip.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.TransportFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request carries to its next hop, how widely it may fork, and what comes too late or not at all. */
class ProxyPathsTest extends ProxyBench {

    private static final HeaderName MAX_BREADTH = HeaderName.MAX_BREADTH;

    private static Target behind(String... routes) {
        return new Target(
                "sip:bob@192.0.2.9;ob", List.of(routes), new Destination.Connection(new Flow(2)), 1, "bob's phone");
    }

    private static String branchOf(SipMessage request) {
        return String.valueOf(request.topVia().branch());
    }

    // ---- Record-Route

    @Test
    void oneRecordRouteStandsAboveThoseBeforeItWhereTheTransportStays() {
        targets.add(target(2, 1));
        recordRoutes.add("<sip:proxy.example;transport=tls;lr>");
        SipMessage request = Messages.request("INVITE");
        request.add(HeaderName.RECORD_ROUTE, "<sip:before.example;lr>");
        assertThat(arrives(request).getFirst().message().elements(HeaderName.RECORD_ROUTE))
                .containsExactly("<sip:proxy.example;transport=tls;lr>", "<sip:before.example;lr>");
    }

    @Test
    void withoutRecordRouteTheProxyStaysOutOfTheDialog() {
        targets.add(target(2, 1));
        assertThat(forked("INVITE").getFirst().has(HeaderName.RECORD_ROUTE)).isFalse();
    }

    // ---- Path (RFC 3327) and strict routers (16.6 item 6)

    @Test
    void thePathOfABindingIsTheRouteAboveWhatTheRequestBrought() {
        targets.add(behind("<sip:flow-token@edge.example;lr>", "<sip:second.example;lr>"));
        SipMessage request = Messages.request("INVITE");
        request.add(HeaderName.ROUTE, "<sip:proxy.example;lr>, <sip:third.example;lr>");
        SipMessage out = arrives(request).getFirst().message();
        assertThat(out.requestUriText()).isEqualTo("sip:bob@192.0.2.9;ob");
        assertThat(out.elements(HeaderName.ROUTE))
                .containsExactly(
                        "<sip:flow-token@edge.example;lr>", "<sip:second.example;lr>", "<sip:third.example;lr>");
    }

    @Test
    void aPathThatAStrictRouterBeginsPutsItIntoTheRequestUriAndTheTargetLast() {
        targets.add(behind("<sip:strict.example;transport=tcp>", "<sip:second.example;lr>"));
        SipMessage request = Messages.request("INVITE");
        request.add(HeaderName.ROUTE, "<sip:third.example;lr>");
        SipMessage out = arrives(request).getFirst().message();
        assertThat(out.requestUriText()).isEqualTo("sip:strict.example;transport=tcp");
        assertThat(out.elements(HeaderName.ROUTE))
                .containsExactly("<sip:second.example;lr>", "<sip:third.example;lr>", "<sip:bob@192.0.2.9;ob>");
    }

    @Test
    void theCancelAndTheAckFollowTheInviteThroughAStrictRouter() {
        targets.add(behind("<sip:strict.example>"));
        SipMessage request = Messages.request("INVITE");
        SipMessage invite = arrives(request).getFirst().message();
        answer(invite, 2, 180);
        SipMessage cancel = arrives(Messages.cancel(request)).getLast().message();
        assertThat(cancel.method()).isEqualTo("CANCEL");
        assertThat(cancel.requestUriText()).isEqualTo("sip:strict.example");
        assertThat(cancel.elements(HeaderName.ROUTE)).containsExactly("<sip:bob@192.0.2.9;ob>");
        assertThat(branchOf(cancel)).isEqualTo(branchOf(invite));
        core.receive(Messages.response(invite, 487), new Flow(2), clock.now());
        SipMessage ack = wire.take().getFirst().message();
        assertThat(ack.requestUriText()).isEqualTo("sip:strict.example");
        assertThat(ack.elements(HeaderName.ROUTE)).containsExactly("<sip:bob@192.0.2.9;ob>");
    }

    // ---- header lines

    @Test
    void routesOfOneLineWentOutAsSoManyLinesThatTheNextHopRefusedThem() {
        targets.add(behind("<sip:strict.example>", "<sip:second.example;lr>"));
        SipMessage request = Messages.request("INVITE", "sip:token@proxy.example;lr", "TLS", "z9hG4bK1");
        request.add(HeaderName.ROUTE, "<sip:third.example;lr>, ".repeat(400) + "<sip:bob@192.0.2.9>");
        SipMessage out = arrives(request).getFirst().message();
        assertThat(out.requestUriText()).isEqualTo("sip:strict.example");
        assertThat(out.elements(HeaderName.ROUTE)).hasSize(402);
        assertThat(out.count(HeaderName.ROUTE)).isEqualTo(1);
    }

    // ---- Max-Breadth (RFC 5393 section 5.3.3)

    private List<SipMessage> forkedWith(String breadth) {
        SipMessage request = Messages.request("MESSAGE");
        request.set(MAX_BREADTH, breadth);
        return arrives(request).stream()
                .map(sent -> sent.message())
                .filter(SipMessage::isRequest)
                .toList();
    }

    private static List<String> breadths(List<SipMessage> sent) {
        return sent.stream().map(each -> each.first(MAX_BREADTH)).toList();
    }

    @ParameterizedTest
    @CsvSource({"2,1|1", "5,3|2", "60,30|30", "61,30|30", "x,30|30", "'',30|30"})
    void parallelBranchesShareTheBreadth(String breadth, String shares) {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        assertThat(breadths(forkedWith(breadth))).containsExactly(shares.split("\\|"));
    }

    @Test
    void aBreadthOfOneTriesTheTargetsOneAfterTheOther() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        List<SipMessage> first = forkedWith("1");
        assertThat(breadths(first)).containsExactly("1");
        core.receive(Messages.response(first.getFirst(), 404), new Flow(2), clock.now());
        SipMessage second = wire.one();
        assertThat(second.method()).isEqualTo("MESSAGE");
        assertThat(second.first(MAX_BREADTH)).isEqualTo("1");
    }

    @Test
    void withoutBreadthLeftEvenOneTargetIs440() {
        targets.add(target(2, 1));
        SipMessage request = Messages.request("MESSAGE");
        request.set(MAX_BREADTH, "0");
        SipMessage answer = refused(request);
        assertThat(answer.status()).isEqualTo(440);
        assertThat(answer.reason()).isEqualTo("Max-Breadth Exceeded");
    }

    @Test
    void aFurtherTargetInheritsTheBreadthOfTheOneThatItReplaces() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        otherWays.put(new Flow(2), List.of(target(5, 1)));
        List<SipMessage> sent = forkedWith("5");
        core.receive(Messages.response(sent.getFirst(), 430), new Flow(2), clock.now());
        assertThat(wire.one().first(MAX_BREADTH)).isEqualTo("3");
    }

    // ---- a transport that takes no more

    @Test
    void aCongestedReceiverIs480() {
        targets.add(target(2, 1));
        SipMessage invite = forked("INVITE").getFirst();
        core.transportFailed(branchOf(invite), TransportFailure.CONGESTED, clock.now());
        assertThat(describe(wire.take())).containsExactly("480 to 1");
    }

    @Test
    void aReceiverThatIsCongestedWhileTheRequestIsWrittenIs480() {
        targets.add(target(2, 1));
        wire.also((message, to, now) -> {
            if (message.isRequest()) {
                core.transportFailed(branchOf(message), TransportFailure.CONGESTED, now);
            }
        });
        assertThat(describe(arrives(Messages.request("MESSAGE")))).containsExactly("MESSAGE to 2");
        clock.pass(core, 0);
        assertThat(describe(wire.take())).containsExactly("480 to 1");
    }

    @Test
    void whatAnotherBranchSaysOfTheCalleeBeatsACongestedOne() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        List<SipMessage> sent = forked("INVITE");
        core.transportFailed(branchOf(sent.get(0)), TransportFailure.CONGESTED, clock.now());
        assertThat(wire.take()).isEmpty();
        assertThat(answer(sent.get(1), 3, 486)).containsExactly("ACK to 3", "486 to 1");
    }

    @Test
    void pastTheLimitOfRequestsUnderWayTheNextIs480() {
        targets.add(target(2, 1));
        ProxyCore small = core(new SipEngineLimits(9, 9, 1, 100, 100, 9, 5));
        small.receive(Messages.request("MESSAGE"), CALLER, clock.now());
        small.receive(Messages.request("OPTIONS"), CALLER, clock.now());
        assertThat(describe(wire.take())).containsExactly("MESSAGE to 2");
        small.timeout(clock.now());
        assertThat(describe(wire.take())).containsExactly("480 to 1");
    }

    // ---- too late (RFC 4320)

    @Test
    void aSuccessAfterTheTimeoutOfWhatIsNoInviteGoesNoFurther() {
        targets.add(target(2, 1));
        SipMessage message = forked("MESSAGE").getFirst();
        clock.pass(core, 31_999);
        wire.take();
        clock.pass(core, 1);
        assertThat(wire.take()).isEmpty();
        assertThat(answer(message, 2, 200)).isEmpty();
    }

    @Test
    void aSuccessJustInTimeGoesOn() {
        targets.add(target(2, 1));
        SipMessage message = forked("MESSAGE").getFirst();
        clock.pass(core, 31_999);
        wire.take();
        assertThat(answer(message, 2, 200)).containsExactly("200 to 1");
    }

    @Test
    void the408OfANextHopToWhatIsNoInviteIsNotSentOn() {
        targets.add(target(2, 1));
        assertThat(answer(forked("MESSAGE").getFirst(), 2, 408)).isEmpty();
        clock.pass(core, 60_000);
        assertThat(wire.take()).isEmpty();
    }

    @Test
    void the408OfANextHopDoesNotHideWhatAnotherSays() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        List<SipMessage> sent = forked("MESSAGE");
        assertThat(answer(sent.get(0), 2, 408)).isEmpty();
        assertThat(answer(sent.get(1), 3, 404)).containsExactly("404 to 1");
    }

    @Test
    void the408OfANextHopToAnInviteIsSentOn() {
        targets.add(target(2, 1));
        assertThat(answer(forked("INVITE").getFirst(), 2, 408)).containsExactly("ACK to 2", "408 to 1");
    }

    // ---- targets that an INVITE may not reach any more

    private void withdraw(int flow) {
        core.withdraw(
                last, target -> target.destination().equals(new Destination.Connection(new Flow(flow))), clock.now());
    }

    @Test
    void theBranchToAWithdrawnTargetIsCancelledAndCountsAs430() {
        targets.add(target(2, 1));
        SipMessage invite = forked("INVITE").getFirst();
        answer(invite, 2, 180);
        withdraw(2);
        assertThat(describe(wire.take())).containsExactly("CANCEL to 2", "430 to 1");
        assertThat(answer(invite, 2, 487)).containsExactly("ACK to 2");
        withdraw(2);
        assertThat(wire.take()).isEmpty();
    }

    @Test
    void a2xxThatCrossesTheCancelOfAWithdrawnTargetGoesNoFurtherAndTheOthersRingOn() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        List<SipMessage> sent = forked("INVITE");
        answer(sent.get(0), 2, 180);
        withdraw(2);
        assertThat(describe(wire.take())).containsExactly("CANCEL to 2");
        assertThat(answer(sent.get(0), 2, 200)).isEmpty();
        assertThat(answer(sent.get(1), 3, 200)).containsExactly("200 to 1");
        assertThat(answer(sent.get(0), 2, 200)).isEmpty();
    }

    @Test
    void aWithdrawnTargetWhoseTurnHasNotComeIsNotTried() {
        targets.addAll(List.of(target(2, 1), target(3, 0.5)));
        SipMessage invite = forked("INVITE").getFirst();
        withdraw(3);
        assertThat(answer(invite, 2, 486)).containsExactly("ACK to 2", "486 to 1");
    }

    @Test
    void whatIsNoInviteGoesOnToAWithdrawnTarget() {
        targets.add(target(2, 1));
        SipMessage message = forked("MESSAGE").getFirst();
        withdraw(2);
        assertThat(wire.take()).isEmpty();
        assertThat(answer(message, 2, 200)).containsExactly("200 to 1");
    }

    // ---- Timer C (16.8)

    @Test
    void timerCCancelsAnInviteThatOnlyHadA100() {
        targets.add(target(2, 1));
        SipMessage invite = forked("INVITE").getFirst();
        answer(invite, 2, 100);
        clock.pass(core, 100_000);
        answer(invite, 2, 100); // no news: does not start Timer C anew
        clock.pass(core, 84_999);
        assertThat(wire.takeText()).noneMatch(sent -> sent.startsWith("CANCEL"));
        clock.pass(core, 1);
        assertThat(wire.takeText()).containsExactly("CANCEL@185000");
    }

    @Test
    void aBranchThatEvenTheCancelDoesNotEndIsGivenUpAfter64T1() {
        targets.add(target(2, 1));
        answer(forked("INVITE").getFirst(), 2, 180);
        clock.pass(core, 185_000);
        wire.take();
        clock.pass(core, 31_999);
        assertThat(wire.take()).isEmpty();
        clock.pass(core, 1);
        assertThat(wire.takeText()).containsExactly("408@217000");
    }

    @ParameterizedTest
    @ValueSource(ints = {10_000, 31_999})
    void timerCWithoutAnyProvisionalResponseCancelsNothingAndIs408(int timerC) {
        targets.add(target(2, 1));
        SipTimers impatience = new SipTimers(500_000_000L, 4_000_000_000L, 5_000_000_000L, timerC * 1_000_000L);
        ProxyCore impatient = core(SipEngineLimits.DEFAULT, impatience);
        impatient.receive(Messages.request("INVITE"), CALLER, clock.now());
        clock.pass(impatient, timerC - 1);
        assertThat(wire.takeText()).containsExactly("INVITE@0", "100@200");
        clock.pass(impatient, 1);
        assertThat(wire.takeText()).containsExactly("408@" + timerC);
        clock.pass(impatient, 300_000);
        assertThat(wire.take()).isEmpty();
    }
}
