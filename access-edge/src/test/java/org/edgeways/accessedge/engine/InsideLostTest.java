package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.TransactionLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inside dies while requests of clients are under way. */
class InsideLostTest {

    private final EdgeBench bench = new EdgeBench();

    @ParameterizedTest
    @ValueSource(strings = {"MESSAGE", "INVITE", "SUBSCRIBE"})
    void aClientThatWaitsIsTold480WithRetryAfterWithinSeconds(String method) {
        Flow alice = bench.alice();
        bench.fromClient(
                alice,
                bench.request(
                        method,
                        "sip:bob@acorn.example",
                        "sip:alice@acorn.example",
                        "sip:bob@acorn.example",
                        "Contact: <sip:alice@192.168.77.10:5061;transport=tls>"));
        SipMessage inside = bench.atInside();
        if (method.equals("INVITE")) {
            bench.answerFromInside(inside, 180, "Ringing");
            assertThat(bench.at(alice).status()).isEqualTo(180);
        }
        bench.insideReachable = false;
        var _ = bench.directory.closed(bench.trunk);
        bench.core.flowClosed(bench.trunk, bench.now);
        bench.core.partyLost(new Destination.Service("pool"), bench.now);
        bench.pass(TransactionLayer.LOST_PARTY_GRACE.minus(Duration.ofMillis(1)));
        assertThat(bench.atClients.get(alice)).allMatch(message -> message.status() == 100);
        bench.pass(Duration.ofMillis(1));
        SipMessage answer = bench.at(alice);
        assertThat(answer.status()).isEqualTo(480);
        assertThat(answer.first(HeaderName.of("Retry-After"))).isNotNull();
    }
}
