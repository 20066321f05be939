package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.edgeways.policy.SipDomains;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node in front of a pool, for one domain, and of a connector with a foreign server, for another; in virtual time. */
final class EdgeNextHopsTest {

    private static final NextHop POOL = new NextHop.Service("pool");
    private static final NextHop FOREIGN = new NextHop.Connector("kamailio");
    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@oak.example";

    private final EdgeBench bench = new EdgeBench();

    @BeforeEach
    void route() {
        SipDomains ours = new SipDomains(List.of("acorn.example", "oak.example"));
        bench.router.use(new EdgePolicy(
                bench.names,
                ours,
                new NextHops(POOL, Map.of("Oak.example", FOREIGN)),
                true,
                EdgeLimits.DEFAULT,
                Duration.ofMinutes(2),
                new InsideNames(List.of("pool.acorn.example"), bench.names.known(ours))));
    }

    private Flow signedIn(String person) {
        Flow flow = bench.client();
        bench.signIn(flow, person, "<sip:device@192.168.77.10:5061;transport=tls>");
        return flow;
    }

    private SipMessage message(String from, String to) {
        return bench.request("MESSAGE", to, from, to, "");
    }

    @Test
    void everybodySignsInWhereTheirDomainLeads() {
        signedIn(ALICE);
        assertThat(bench.lastService).isEqualTo("pool");
        signedIn(BOB);
        assertThat(bench.lastService).isEqualTo("kamailio");
    }

    @Test
    void whatSomebodySendsGoesToTheirOwnServerWhomeverItIsFor() {
        Flow alice = signedIn(ALICE);
        Flow bob = signedIn(BOB);
        bench.fromClient(alice, message(ALICE, BOB));
        bench.atInside();
        assertThat(bench.lastService).isEqualTo("pool");
        bench.fromClient(bob, message(BOB, ALICE));
        bench.atInside();
        assertThat(bench.lastService).isEqualTo("kamailio");
    }

    /** The foreign server knows nothing of connections; whoever is not signed in there never reaches it. */
    @Test
    void nobodyReachesTheForeignServerAsSomebodyWhoIsNotSignedInThere() {
        Flow alice = signedIn(ALICE);
        bench.fromClient(alice, message(BOB, BOB));
        bench.atInside();
        assertThat(bench.lastService).as("the pool judges by the flow's mark").isEqualTo("pool");

        Flow bob = signedIn(BOB);
        bench.fromClient(bob, message("sip:mallory@oak.example", BOB));
        assertThat(bench.at(bob).status()).isEqualTo(403);
        bench.nothingAtInside();
    }

    @Test
    void twoPeopleOnOneConnectionEachHaveTheirOwnServer() {
        Flow both = signedIn(ALICE);
        bench.signIn(both, BOB, "<sip:device@192.168.77.10:5061;transport=tls>");
        assertThat(bench.lastService).isEqualTo("kamailio");
        bench.fromClient(both, message(ALICE, ALICE));
        bench.atInside();
        assertThat(bench.lastService).isEqualTo("pool");
        bench.fromClient(both, message(BOB, BOB));
        bench.atInside();
        assertThat(bench.lastService).isEqualTo("kamailio");
    }

    @Test
    void aNextHopThatIsAwayConcernsItsOwnPeopleOnly() {
        Flow alice = signedIn(ALICE);
        Flow bob = signedIn(BOB);
        bench.away = FOREIGN;
        bench.fromClient(bob, message(BOB, ALICE));
        assertThat(bench.at(bob).status()).isEqualTo(480);
        bench.fromClient(alice, message(ALICE, ALICE));
        assertThat(bench.atInside().method()).isEqualTo("MESSAGE");
    }
}
