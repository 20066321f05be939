package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** A named party's last connection, or one of several, goes while it owes answers. */
class LostPartyTest {

    private static final Destination.Service POOL = new Destination.Service("pool.acorn.example");
    private static final Origin CONNECTION = Origin.service(new Flow(20), POOL.name());
    private static final Origin ANOTHER = Origin.service(new Flow(21), POOL.name());
    private static final long GRACE = TransactionLayer.LOST_PARTY_GRACE.toMillis();

    private final LayerBench bench = LayerBench.tls();

    private ClientTransaction sent(String method) {
        ClientTransaction transaction = bench.send(method, POOL);
        bench.layer.sentOver(transaction.branch(), CONNECTION);
        return transaction;
    }

    private void answer(ClientTransaction transaction, int status, Origin from) {
        bench.layer.receive(
                org.edgeways.sip.engine.Messages.response(bench.sent.get(transaction), status),
                from,
                bench.clock.now());
    }

    private void lost() {
        bench.layer.flowClosed(CONNECTION.flow(), bench.clock.now());
        bench.layer.partyLost(POOL, bench.clock.now());
    }

    @Test
    void whatItOwesFailsSoonAndNotAfterHalfAMinute() {
        sent("MESSAGE");
        lost();
        bench.pass(GRACE - 1);
        assertThat(bench.takeHeard()).isEmpty();
        bench.pass(1);
        assertThat(bench.takeHeard()).containsExactly("failed 503@" + GRACE);
        bench.pass(60_000);
        assertThat(bench.takeHeard()).isEmpty();
    }

    @Test
    void aCallThatRingsFailsToo() {
        ClientTransaction invite = sent("INVITE");
        answer(invite, 180, CONNECTION);
        lost();
        bench.pass(GRACE);
        assertThat(bench.takeHeard()).containsExactly("response 180@0", "failed 503@" + GRACE);
    }

    @Test
    void aCallGoesOnRingingIfThePartyIsBackInTime() {
        ClientTransaction invite = sent("INVITE");
        answer(invite, 180, CONNECTION);
        lost();
        bench.pass(GRACE / 2);
        bench.layer.partyFound(POOL, bench.clock.now());
        bench.pass(GRACE);
        answer(invite, 200, ANOTHER);
        assertThat(bench.takeHeard()).containsExactly("response 180@0", "response 200@" + (GRACE / 2 + GRACE));
    }

    @Test
    void anAnswerThatStillComesIsTaken() {
        ClientTransaction message = sent("MESSAGE");
        lost();
        bench.layer.partyFound(POOL, bench.clock.now());
        answer(message, 200, ANOTHER);
        bench.pass(GRACE);
        assertThat(bench.takeHeard()).containsExactly("response 200@0");
    }

    @Test
    void aRequestThatIsNoCallFailsAlsoIfThePartyIsBackSinceOneThatBeganAnewHasForgottenIt() {
        sent("MESSAGE");
        lost();
        bench.layer.partyFound(POOL, bench.clock.now());
        bench.pass(GRACE);
        assertThat(bench.takeHeard()).containsExactly("failed 503@" + GRACE);
    }

    private void requested(String method) {
        bench.layer.receive(bench.request(method), CONNECTION, bench.clock.now());
    }

    @Test
    void whatItAskedForIsGivenUp() {
        requested("INVITE");
        lost();
        bench.pass(GRACE);
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0", "abandoned@" + GRACE);
        bench.pass(300_000);
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void whatItAskedForGoesOnIfItIsBackInTime() {
        requested("INVITE");
        lost();
        bench.layer.partyFound(POOL, bench.clock.now());
        bench.pass(GRACE);
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
    }

    @Test
    void whatWasSentToOthersOrAfterwardsGoesOn() {
        bench.send("MESSAGE", new Destination.Service("other"));
        lost();
        bench.layer.partyFound(POOL, bench.clock.now());
        sent("OPTIONS");
        bench.pass(GRACE);
        assertThat(bench.takeHeard()).isEmpty();
    }

    private void reduced() {
        bench.wire.take();
        bench.layer.flowClosed(CONNECTION.flow(), bench.clock.now());
        bench.layer.partyReduced(POOL, bench.clock.now());
    }

    @Test
    void aRequestThatWasOnOneOfSeveralConnectionsFailsSoonIfThePartyDoesNotSayThatItHasIt() {
        sent("MESSAGE");
        reduced();
        bench.pass(GRACE - 1);
        assertThat(bench.takeHeard()).isEmpty();
        bench.pass(1);
        assertThat(bench.takeHeard()).containsExactly("failed 503@" + GRACE);
        assertThat(bench.wire.takeText())
                .as("one that was answered there would be taken for a new one")
                .isEmpty();
        bench.pass(60_000);
        assertThat(bench.takeHeard()).isEmpty();
    }

    @Test
    void aRequestThatThePartyHasGoesOnAfterTheEndOfOneOfSeveralConnections() {
        ClientTransaction message = sent("MESSAGE");
        reduced();
        bench.pass(GRACE - 1);
        answer(message, 100, ANOTHER);
        bench.pass(GRACE);
        answer(message, 200, ANOTHER);
        assertThat(bench.takeHeard()).containsExactly("response 100@" + (GRACE - 1), "response 200@" + (2 * GRACE - 1));
    }

    /** The answer may have been on that connection, and no timer tells who asked (RFC 4320). */
    @Test
    void aRequestThatThePartyHasFailsIfNoAnswerComesInTwiceTheTime() {
        ClientTransaction message = sent("MESSAGE");
        answer(message, 100, CONNECTION);
        reduced();
        bench.pass(2 * GRACE - 1);
        assertThat(bench.takeHeard()).containsExactly("response 100@0");
        bench.pass(1);
        assertThat(bench.takeHeard()).containsExactly("failed 503@" + 2 * GRACE);
        bench.pass(60_000);
        assertThat(bench.takeHeard()).isEmpty();
        assertThat(bench.idle()).isTrue();
    }

    @Test
    void aCallIsSentOnceMoreOverTheOtherConnectionsAndGoesOn() {
        ClientTransaction invite = sent("INVITE");
        reduced();
        bench.pass(499);
        assertThat(bench.wire.takeText()).isEmpty();
        bench.pass(1);
        SipMessage again = bench.wire.one();
        assertThat(again.topVia().branch()).isEqualTo(invite.branch());
        assertThat(bench.counters.value("sip_requests_sent_again")).isEqualTo(1);
        answer(invite, 180, ANOTHER);
        bench.pass(GRACE);
        answer(invite, 200, ANOTHER);
        assertThat(bench.takeHeard()).containsExactly("response 180@500", "response 200@" + (500 + GRACE));
    }

    @Test
    void aCallThatIsBeingCancelledIsSentOnceMoreWithItsCancel() {
        ClientTransaction invite = sent("INVITE");
        answer(invite, 180, CONNECTION);
        bench.layer.cancel(invite, null, bench.clock.now());
        reduced();
        bench.pass(500);
        assertThat(bench.wire.takeText()).containsExactly("INVITE@500", "CANCEL@500");
        answer(invite, 487, ANOTHER);
        assertThat(bench.takeHeard()).containsExactly("response 180@0", "response 487@500");
    }

    @Test
    void aCallIsNotSentOnceMoreIfItWasAnsweredOrTheOtherConnectionsAreGoneToo() {
        ClientTransaction answered = sent("INVITE");
        ClientTransaction waiting = sent("INVITE");
        reduced();
        answer(answered, 200, ANOTHER);
        bench.layer.partyLost(POOL, bench.clock.now());
        bench.pass(501);
        assertThat(bench.wire.takeText()).isEmpty();
        assertThat(waiting.awaitsFinalResponse()).isTrue();
    }

    @Test
    void aCallThatComesOnceMoreOverAnotherConnectionGetsTheAnswerThatWasLost() {
        SipMessage invite = bench.request("INVITE");
        bench.layer.receive(invite, CONNECTION, bench.clock.now());
        bench.respond(bench.requests.getLast(), 486);
        bench.wire.take();
        bench.layer.flowClosed(CONNECTION.flow(), bench.clock.now());
        bench.layer.receive(invite, ANOTHER, bench.clock.now());
        assertThat(bench.wire.takeText()).containsExactly("486@0");
        assertThat(bench.takeHeard()).containsExactly("request INVITE@0");
    }
}
