package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A named party's last connection goes while it owes answers. */
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
}
