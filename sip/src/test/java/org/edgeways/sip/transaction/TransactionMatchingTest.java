package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionMatchingTest {

    private static final Origin OTHER = Origin.connection(new Flow(99));

    private static SipMessage withoutBranch(String method, long cseq, String branch) {
        return Messages.parse("""
                %s sip:bob@acorn.example SIP/2.0
                Via: SIP/2.0/tls 192.0.2.1:5060%s
                Max-Forwards: 70
                From: <sip:alice@acorn.example>;tag=a
                To: <sip:bob@acorn.example>
                Call-ID: old@client
                CSeq: %d %s
                Content-Length: 0
                """.formatted(method, branch, cseq, method));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";branch=1", ";branch=z9hG4bK"})
    void aBranchThatSaysNothingIsReplacedByTheFieldsOfRfc2543(String branch) {
        LayerBench bench = LayerBench.udp();
        bench.receive(withoutBranch("INVITE", 1, branch));
        bench.receive(withoutBranch("INVITE", 1, branch));
        assertThat(bench.requests).hasSize(1);
        bench.respond(bench.requests.getFirst(), 486);
        bench.receive(withoutBranch("ACK", 1, branch));
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
        bench.receive(withoutBranch("INVITE", 2, branch));
        bench.receive(withoutBranch("BYE", 3, branch));
        assertThat(bench.requests).hasSize(3);
    }

    @Test
    void cancelWithoutBranchFindsItsInvite() {
        LayerBench bench = LayerBench.tls();
        bench.receive(withoutBranch("INVITE", 1, ""));
        bench.receive(withoutBranch("CANCEL", 1, ""));
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "cancelled@0");
        bench.receive(withoutBranch("CANCEL", 2, ""));
        assertThat(bench.wire.takeText()).containsExactly("200@0", "481@0");
    }

    @Test
    void sentByTellsEqualBranchesApart() {
        LayerBench bench = LayerBench.tls();
        SipMessage first = bench.request("MESSAGE");
        SipMessage second = bench.request("MESSAGE");
        second.setTopVia(new org.edgeways.sip.message.Via(
                "TLS", "192.0.2.2", 5060, second.topVia().parameters()));
        bench.receive(first);
        bench.receive(second);
        assertThat(bench.requests).hasSize(2);
    }

    @Test
    void theMethodTellsEqualBranchesApart() {
        LayerBench bench = LayerBench.tls();
        bench.receive(Messages.request("INFO", "sip:b@x", "TLS", "z9hG4bKsame"));
        bench.receive(Messages.request("BYE", "sip:b@x", "TLS", "z9hG4bKsame"));
        assertThat(bench.requests).hasSize(2);
    }

    @Test
    void cancelIsAnsweredWith200AndTheTagOfTheInvite() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction invite = bench.arrives("INVITE");
        SipMessage cancel = Messages.cancel(invite.request());
        bench.receive(cancel);
        SipMessage answer = bench.wire.one();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.method()).isEqualTo("CANCEL");
        assertThat(answer.toTag()).isEqualTo(invite.localTag());
        assertThat(invite.cancel()).isSameAs(cancel);
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "cancelled@0");
    }

    @Test
    void cancelAfterTheFinalResponseIsAnsweredButTellsNobody() {
        LayerBench bench = LayerBench.udp();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.respond(invite, 200);
        bench.receive(Messages.cancel(invite.request()));
        assertThat(bench.wire.takeText()).containsExactly("200@0", "200@0");
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
    }

    @Test
    void cancelOfNothingIs481AndItsRetransmissionIsAnsweredAgain() {
        LayerBench bench = LayerBench.udp();
        SipMessage cancel = Messages.cancel(bench.request("INVITE"));
        bench.receive(cancel);
        bench.receive(cancel);
        assertThat(bench.wire.takeText()).containsExactly("481@0", "481@0");
        assertThat(bench.takeHeard()).isEmpty();
    }

    @Test
    void nobodyCancelsOrAcknowledgesAnInviteOfAnotherConnection() {
        LayerBench bench = LayerBench.tls();
        ServerTransaction invite = bench.arrives("INVITE");
        bench.layer.receive(Messages.cancel(invite.request()), OTHER, bench.clock.now());
        assertThat(bench.wire.takeText()).containsExactly("481@0");
        bench.respond(invite, 486);
        bench.layer.receive(Messages.ack(invite.request()), OTHER, bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "acknowledged@0");
        bench.layer.receive(bench.request("INVITE"), OTHER, bench.clock.now());
        assertThat(bench.requests).hasSize(2);
    }

    @Test
    void aServiceMayCancelOverAnotherOfItsConnections() {
        LayerBench bench = LayerBench.tls();
        SipMessage request = bench.request("INVITE");
        bench.layer.receive(request, Origin.service(new Flow(1), "edge1"), bench.clock.now());
        bench.layer.receive(Messages.cancel(request), Origin.service(new Flow(2), "edge1"), bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "cancelled@0");
        assertThat(bench.wire.take().getFirst().to()).isEqualTo(new Destination.Service("edge1"));
    }

    @Test
    void theEndOfAServicesConnectionAbandonsNothing() {
        LayerBench bench = LayerBench.tls();
        bench.layer.receive(bench.request("INVITE"), Origin.service(new Flow(1), "edge1"), bench.clock.now());
        bench.layer.flowClosed(new Flow(1), bench.clock.now());
        assertThat(bench.respond(bench.requests.getFirst(), 200)).isTrue();
    }

    @Test
    void anAckThatMatchesNothingGoesToTheUser() {
        LayerBench bench = LayerBench.tls();
        bench.receive(Messages.ack(bench.request("INVITE")));
        assertThat(bench.takeHeard()).containsExactly("acknowledged@0");
    }

    @Test
    void aResponseCountsOnlyOnTheConnectionThatTheRequestWentTo() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction message = bench.send("MESSAGE");
        bench.layer.receive(Messages.response(message.request(), 200), OTHER, bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(bench.counters.value("sip_responses_stray")).isEqualTo(1);
        bench.answer(message, 200);
        assertThat(bench.takeHeard()).containsExactly("response 200@0");
    }

    @Test
    void aResponseOfAServiceCountsOnEachOfItsConnectionsButOnNoOther() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction message = bench.send("MESSAGE", new Destination.Service("pool"));
        bench.layer.sentOver(message.branch(), Origin.service(new Flow(1), "pool"));
        bench.layer.receive(Messages.response(message.request(), 200), OTHER, bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
        bench.layer.flowClosed(new Flow(1), bench.clock.now());
        bench.layer.receive(
                Messages.response(message.request(), 200), Origin.service(new Flow(2), "pool"), bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("response 200@0");
    }

    @Test
    void aResponseOfAnotherNodeThanTheRequestWentToIsStray() {
        LayerBench bench = LayerBench.tls();
        // the destination may be called otherwise than the node: by the name of its host
        ClientTransaction message = bench.send("MESSAGE", new Destination.Service("edge2.perimeter.example"));
        bench.layer.sentOver(message.branch(), Origin.service(new Flow(1), "edge2"));
        bench.layer.receive(
                Messages.response(message.request(), 200), Origin.service(new Flow(9), "edge1"), bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(bench.counters.value("sip_responses_stray")).isEqualTo(1);
        bench.layer.receive(
                Messages.response(message.request(), 486), Origin.service(new Flow(2), "edge2"), bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("response 486@0");
    }

    @Test
    void aLocatedRequestIsBoundToTheConnectionThatItWentOver() {
        LayerBench bench = LayerBench.udp();
        ClientTransaction invite = bench.send("INVITE", new Destination.Locate(SipUri.of("bob", "next.example", -1)));
        bench.layer.sentOver(invite.branch(), Origin.connection(new Flow(3)));
        bench.wire.take();
        bench.layer.receive(Messages.response(invite.request(), 180), OTHER, bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
        bench.layer.receive(
                Messages.response(invite.request(), 486), Origin.connection(new Flow(3)), bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("response 486@0");
        assertThat(bench.wire.take().getFirst().to()).isEqualTo(new Destination.Connection(new Flow(3)));
    }

    @Test
    void theEndOfALocatedRequestsConnectionIs503() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction message = bench.send("MESSAGE", new Destination.Locate(SipUri.of("bob", "next.example", -1)));
        bench.layer.sentOver(message.branch(), Origin.connection(new Flow(3)));
        bench.layer.sentOver(message.branch(), Origin.connection(new Flow(4)));
        bench.layer.flowClosed(new Flow(3), bench.clock.now());
        assertThat(bench.takeHeard()).isEmpty();
        bench.layer.flowClosed(new Flow(4), bench.clock.now());
        assertThat(bench.takeHeard()).containsExactly("failed 503@0");
    }

    @Test
    void aResponseOfAnotherMethodIsStray() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction message = bench.send("MESSAGE");
        SipMessage response = Messages.response(message.request(), 200);
        response.set(org.edgeways.sip.message.HeaderName.CSEQ, "1 INFO");
        bench.receive(response);
        SipMessage ofCancel = Messages.response(message.request(), 200);
        ofCancel.set(org.edgeways.sip.message.HeaderName.CSEQ, "1 CANCEL");
        bench.receive(ofCancel);
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(bench.counters.value("sip_responses_stray")).isEqualTo(2);
    }

    @Test
    void aFailureInsideTransmitIsToldAfterwards() {
        LayerBench bench = LayerBench.tls();
        bench.wire.also((message, to, now) ->
                bench.layer.transportFailed(message.topVia().branch(), TransportFailure.CONGESTED, now));
        ClientTransaction message = bench.send("MESSAGE");
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(message.awaitsFinalResponse()).isTrue();
        assertThat(bench.layer.nextDeadline()).isEqualTo(bench.clock.now());
        bench.pass(0);
        assertThat(bench.takeHeard()).isEqualTo(List.of("failed 480@0"));
    }

    @Test
    void onlyAnInviteCanBeCancelledAndABranchIsUsedOnce() {
        LayerBench bench = LayerBench.tls();
        ClientTransaction message = bench.send("MESSAGE");
        assertThatThrownBy(() -> bench.layer.cancel(message, null, bench.clock.now()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bench.layer.send(message.request(), LayerBench.TO, bench.clock.now()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
