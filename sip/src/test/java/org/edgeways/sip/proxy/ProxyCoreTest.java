package org.edgeways.sip.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.engine.Wire;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.TransportFailure;
import org.junit.jupiter.api.Test;

/** RFC 3261 section 16 at the proxy core, in virtual time. */
class ProxyCoreTest extends ProxyBench {

    // ---- 16.3

    @Test
    void aRequestToAnUnknownSchemeIsAnswered416() {
        assertThat(refused(Messages.request("MESSAGE", "news:alt.test", "TLS", "z9hG4bK1"))
                        .status())
                .isEqualTo(416);
    }

    @Test
    void aRequestWithoutHopsLeftIsAnswered483AndOneWithAHopGoesOnWithNone() {
        targets.add(target(2, 1));
        SipMessage last = Messages.request("OPTIONS", "sip:bob@acorn.example", "TLS", "z9hG4bK1");
        last.set(HeaderName.MAX_FORWARDS, "1");
        assertThat(arrives(last).getFirst().message().first(HeaderName.MAX_FORWARDS))
                .isEqualTo("0");
        SipMessage none = Messages.request("OPTIONS", "sip:bob@acorn.example", "TLS", "z9hG4bK2");
        none.set(HeaderName.MAX_FORWARDS, "0");
        assertThat(refused(none).status()).isEqualTo(483);
    }

    @Test
    void aRequestWithoutMaxForwardsGetsSeventy() {
        targets.add(target(2, 1));
        SipMessage request = Messages.request("MESSAGE");
        request.remove(HeaderName.MAX_FORWARDS);
        assertThat(arrives(request).getFirst().message().maxForwards()).hasValue(70);
    }

    @Test
    void aRequestThatComesBackUnchangedIsALoopAndAChangedOneASpiral() {
        targets.add(new Target("sip:bob@acorn.example", List.of(), new Destination.Connection(new Flow(2)), 1, null));
        SipMessage out = arrives(Messages.request("MESSAGE")).getFirst().message();
        SipMessage back = out.copy();
        back.addFirst(HeaderName.VIA, "SIP/2.0/TLS other.example;branch=z9hG4bKother1");
        assertThat(refused(back).status()).isEqualTo(482);
        SipMessage spiral = out.copy();
        spiral.setRequestUri("sip:bob@elsewhere.example");
        spiral.addFirst(HeaderName.VIA, "SIP/2.0/TLS other.example;branch=z9hG4bKother2");
        assertThat(describe(arrives(spiral))).containsExactly("MESSAGE to 2");
    }

    @Test
    void anExtensionThatWeDoNotHaveIsNamedInThe420() {
        SipMessage request = Messages.request("MESSAGE");
        request.add(HeaderName.PROXY_REQUIRE, "ms-benotify, chess");
        SipMessage answer = refused(request);
        assertThat(answer.status()).isEqualTo(420);
        assertThat(answer.first(HeaderName.UNSUPPORTED)).isEqualTo("chess");
    }

    // ---- 16.4 and 16.6

    @Test
    void ourOwnRoutesAreTakenOffAndForeignOnesStay() {
        targets.add(target(2, 1));
        SipMessage request = Messages.request("MESSAGE");
        request.add(HeaderName.ROUTE, "<sip:a@proxy.example;lr>, <sip:b@proxy.example;lr>, <sip:next.example;lr>");
        assertThat(arrives(request).getFirst().message().elements(HeaderName.ROUTE))
                .containsExactly("<sip:next.example;lr>");
    }

    @Test
    void whatAStrictRouterMovedIsMovedBack() {
        targets.add(target(2, 1));
        SipMessage request = Messages.request("MESSAGE", "sip:token@proxy.example;lr", "TLS", "z9hG4bK1");
        request.add(HeaderName.ROUTE, "<sip:next.example;lr>, <sip:bob@192.0.2.9>");
        SipMessage out = arrives(request).getFirst().message();
        assertThat(out.elements(HeaderName.ROUTE)).containsExactly("<sip:next.example;lr>");
        assertThat(seenUri).isEqualTo("sip:bob@192.0.2.9");
    }

    @Test
    void twoRecordRoutesStandInTheOrderOfRfc5658() {
        targets.add(target(2, 1));
        recordRoutes.addAll(List.of("<sip:proxy.example;transport=ws;lr>", "<sip:proxy.example;transport=tls;lr>"));
        assertThat(forked("INVITE").getFirst().values(HeaderName.RECORD_ROUTE))
                .containsExactly("<sip:proxy.example;transport=tls;lr>", "<sip:proxy.example;transport=ws;lr>");
    }

    // ---- 16.7

    @Test
    void equalTargetsRingTogetherAndLowerOnesOnlyAfterThem() {
        targets.addAll(List.of(target(4, 0.5), target(2, 1), target(3, 1)));
        List<SipMessage> sent = forked("INVITE");
        assertThat(sent).hasSize(2);
        assertThat(answer(sent.get(0), 2, 486)).containsExactly("ACK to 2");
        assertThat(answer(sent.get(1), 3, 404)).containsExactly("ACK to 3", "INVITE to 4");
    }

    @Test
    void ringingIsToldAnd100IsNot() {
        targets.add(target(2, 1));
        SipMessage invite = forked("INVITE").getFirst();
        assertThat(answer(invite, 2, 100)).isEmpty();
        assertThat(answer(invite, 2, 180)).containsExactly("180 to 1");
    }

    @Test
    void everySuccessGoesOnAndTheOtherBranchesAreCancelled() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        List<SipMessage> sent = forked("INVITE");
        answer(sent.get(0), 2, 180);
        answer(sent.get(1), 3, 180);
        assertThat(answer(sent.get(0), 2, 200)).containsExactly("200 to 1", "CANCEL to 3");
        assertThat(answer(sent.get(1), 3, 200)).containsExactly("200 to 1");
    }

    @Test
    void aDeclineEverywhereCancelsTheOthersAndWins() {
        targets.addAll(List.of(target(2, 1), target(3, 1), target(4, 0.1)));
        List<SipMessage> sent = forked("INVITE");
        answer(sent.get(1), 3, 180);
        assertThat(answer(sent.get(0), 2, 603)).containsExactly("ACK to 2", "CANCEL to 3");
        assertThat(answer(sent.get(1), 3, 487)).containsExactly("ACK to 3", "603 to 1");
    }

    @Test
    void nobodyElseRingsAfterADeclineEverywhere() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        otherWays.put(new Flow(3), List.of(target(5, 1)));
        List<SipMessage> sent = forked("INVITE");
        answer(sent.get(0), 2, 603);
        assertThat(answer(sent.get(1), 3, 430)).containsExactly("ACK to 3", "603 to 1");
    }

    @Test
    void theChallengesOfAllBranchesAreMerged() {
        targets.addAll(List.of(target(2, 1), target(3, 1)));
        List<SipMessage> sent = forked("MESSAGE");
        SipMessage first = Messages.response(sent.get(0), 401);
        first.add(HeaderName.WWW_AUTHENTICATE, "Digest realm=\"a\", nonce=\"1\"");
        SipMessage second = Messages.response(sent.get(1), 407);
        second.add(HeaderName.PROXY_AUTHENTICATE, "Digest realm=\"b\", nonce=\"2\"");
        answer(2, first);
        core.receive(second, new Flow(3), clock.now());
        SipMessage best = wire.one();
        assertThat(best.status()).isEqualTo(401);
        assertThat(best.first(HeaderName.WWW_AUTHENTICATE)).contains("\"a\"");
        assertThat(best.first(HeaderName.PROXY_AUTHENTICATE)).contains("\"b\"");
    }

    @Test
    void theTroubleOfOneNextHopIs500() {
        targets.add(target(2, 1));
        assertThat(answer(forked("MESSAGE").getFirst(), 2, 503)).containsExactly("500 to 1");
    }

    @Test
    void theLowestClassWins() {
        targets.addAll(List.of(target(2, 1), target(3, 1), target(4, 1)));
        List<SipMessage> sent = forked("MESSAGE");
        answer(sent.get(0), 2, 500);
        answer(sent.get(1), 3, 404);
        assertThat(answer(sent.get(2), 4, 302)).containsExactly("302 to 1");
    }

    // ---- 16.8, 16.9, 16.10

    @Test
    void theCallersCancelGoesToEveryBranchThatRings() {
        targets.add(target(2, 1));
        SipMessage request = Messages.request("INVITE");
        SipMessage invite = arrives(request).getFirst().message();
        answer(invite, 2, 180);
        assertThat(describe(arrives(Messages.cancel(request)))).containsExactly("200 to 1", "CANCEL to 2");
        assertThat(answer(invite, 2, 487)).containsExactly("ACK to 2", "487 to 1");
    }

    @Test
    void timerCCancelsWhatRingsWithoutNewsAndTheCallerHears408() {
        targets.add(target(2, 1));
        SipMessage invite = forked("INVITE").getFirst();
        answer(invite, 2, 180);
        clock.pass(core, 100_000);
        answer(invite, 2, 180);
        clock.pass(core, 184_999);
        assertThat(wire.take()).isEmpty();
        clock.pass(core, 1);
        assertThat(wire.takeText()).containsExactly("CANCEL@285000");
        assertThat(answer(invite, 2, 487)).containsExactly("ACK to 2", "408 to 1");
    }

    @Test
    void anInviteThatNobodyAnswersIs408AndAnotherRequestNothing() {
        targets.add(target(2, 1));
        forked("INVITE");
        clock.pass(core, 32_000);
        assertThat(wire.takeText()).contains("408@32000");
        forked("MESSAGE");
        clock.pass(core, 60_000);
        assertThat(wire.take()).allMatch(sent -> sent.message().status() == 100);
    }

    @Test
    void theNextWayIsTriedWhenTheFirstFlowIsGone() {
        targets.add(target(2, 1));
        otherWays.put(new Flow(2), List.of(target(5, 1)));
        forked("MESSAGE");
        core.flowClosed(new Flow(2), clock.now());
        assertThat(describe(wire.take())).containsExactly("MESSAGE to 5");
    }

    @Test
    void aGoneFlowWithoutAnotherWayIs430AndAnUnreachableHop500() {
        targets.add(target(2, 1));
        forked("MESSAGE");
        core.flowClosed(new Flow(2), clock.now());
        assertThat(describe(wire.take())).containsExactly("430 to 1");
        SipMessage invite = forked("INVITE").getFirst();
        core.transportFailed(String.valueOf(invite.topVia().branch()), TransportFailure.UNREACHABLE, clock.now());
        assertThat(describe(wire.take())).containsExactly("500 to 1");
    }

    @Test
    void theLastBranchOfAForkIsTriedAndTheNextLeftOut() {
        targets.addAll(List.of(target(4, 0.1), target(2, 1), target(3, 1)));
        core(new SipEngineLimits(9, 9, 9, 100, 100, 3, 5)).receive(Messages.request("MESSAGE"), CALLER, clock.now());
        assertThat(describe(wire.take())).containsExactly("MESSAGE to 2", "MESSAGE to 3");
        ProxyCore two = core(new SipEngineLimits(9, 9, 9, 100, 100, 1, 5));
        two.receive(Messages.request("MESSAGE"), CALLER, clock.now());
        List<Wire.Sent> sent = wire.take();
        assertThat(describe(sent)).containsExactly("MESSAGE to 2");
        two.receive(Messages.response(sent.getFirst().message(), 404), new Flow(2), clock.now());
        assertThat(describe(wire.take())).containsExactly("404 to 1");
    }

    @Test
    void theAckOfASuccessGoesOnWithoutAnAnswer() {
        targets.add(target(2, 1));
        assertThat(describe(arrives(Messages.request("ACK")))).containsExactly("ACK to 2");
        clock.pass(core, 60_000);
        assertThat(wire.take()).isEmpty();
    }
}
