package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.edgeways.base.SourceNetwork;
import org.edgeways.policy.SipDomains;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;

/** Another policy while requests are on their way, in virtual time. */
final class EdgePolicyChangeTest {

    private final EdgeBench bench = new EdgeBench();

    private EdgePolicy policy(List<String> domains, boolean hiding, EdgeNames names, EdgeLimits limits) {
        SipDomains ours = new SipDomains(domains);
        return new EdgePolicy(
                names,
                ours,
                NextHops.one(bench.nextHop),
                hiding,
                limits,
                Duration.ofMinutes(2),
                new InsideNames(List.of("pool.acorn.example", "annex.example"), names.known(ours)));
    }

    private EdgeNames named(String host) {
        EdgeNames before = bench.names;
        return new EdgeNames(
                        before.node(),
                        before.boot(),
                        host,
                        Set.of(),
                        before.tlsPort(),
                        before.wssPort(),
                        before.insideHost())
                .after(before);
    }

    private SipMessage message(String person, String domain) {
        return bench.request("MESSAGE", "sip:bob@" + domain, "sip:" + person + "@" + domain, "sip:bob@" + domain, "");
    }

    @Test
    void aRequestThatBeganUnderAPolicyEndsByItThoughItsDomainIsGone() {
        Flow alice = bench.alice();
        bench.fromClient(alice, message("alice", "acorn.example"));
        SipMessage inside = bench.atInside();

        bench.router.use(policy(List.of("oak.example"), false, bench.names, EdgeLimits.DEFAULT));

        bench.answerFromInside(inside, 200, "OK", "Server", "Pool at 10.20.30.1", "X-Node", "pool.acorn.example");
        SipMessage answer = bench.at(alice);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.has(HeaderName.of("X-Node")))
                .as("hidden as when it began")
                .isFalse();
        bench.fromClient(alice, message("alice", "acorn.example"));
        assertThat(bench.at(alice).status()).as("what comes later").isEqualTo(403);
        bench.nothingAtInside();
    }

    @Test
    void aDomainThatIsAddedMaySignInOnAConnectionThatWasThereBefore() {
        Flow flow = bench.client();
        SipMessage register = bench.request(
                "REGISTER",
                "sip:oak.example",
                "sip:olga@oak.example",
                "sip:olga@oak.example",
                "Contact: <sip:olga@192.0.2.7>|Expires: 600");
        bench.fromClient(flow, register);
        assertThat(bench.at(flow).status()).isEqualTo(403);

        bench.router.use(policy(List.of("acorn.example", "oak.example"), true, bench.names, EdgeLimits.DEFAULT));

        bench.fromClient(
                flow,
                bench.request(
                        "REGISTER",
                        "sip:oak.example",
                        "sip:olga@oak.example",
                        "sip:olga@oak.example",
                        "Contact: <sip:olga@192.0.2.7>|Expires: 600"));
        assertThat(bench.atInside().method()).isEqualTo("REGISTER");
    }

    @Test
    void aDialogGoesOnWhenTheNodeIsCalledOtherwiseOutside() {
        Flow alice = bench.alice();
        SipMessage ok = bench.call(alice);

        bench.router.use(policy(List.of("acorn.example"), true, named("sip.acorn.example"), EdgeLimits.DEFAULT));

        bench.fromClient(alice, bench.inDialog("BYE", ok, ""));
        SipMessage bye = bench.atInside();
        assertThat(bye.method()).isEqualTo("BYE");
        assertThat(bye.elements(HeaderName.ROUTE)).startsWith(EdgeBench.POOL_ROUTE);
        bench.answerFromInside(bye, 200, "OK");
        assertThat(bench.at(alice).status()).isEqualTo(200);
    }

    @Test
    void aNameOfTheInsideThatIsAddedIsHiddenFromTheNextRequestOn() {
        Flow alice = bench.alice();
        bench.router.use(policy(List.of("acorn.example"), true, bench.names, EdgeLimits.DEFAULT));
        bench.fromClient(alice, message("alice", "acorn.example"));
        bench.answerFromInside(bench.atInside(), 200, "OK", "X-Node", "n7.annex.example");
        assertThat(bench.at(alice).has(HeaderName.of("X-Node"))).isFalse();
    }

    @Test
    void aBanLastsAndWhatWasUsedUpStaysSoWhenLimitsChange() {
        SourceNetwork source = SourceNetwork.of(InetAddress.ofLiteral("192.0.2.77"));
        EdgeLimits strict = EdgeLimits.DEFAULT.withBudgets(50, 2);
        bench.guard.use(strict);
        for (int i = 0; i < 3; i++) {
            bench.guard.scanned(source, bench.now);
        }
        assertThat(bench.guard.isBanned(source, bench.now)).isTrue();
        bench.guard.use(EdgeLimits.DEFAULT);
        assertThat(bench.guard.isBanned(source, bench.now)).isTrue();
    }

    @Test
    void tablesThatAreTooLongForNewLimitsForgetTheLeastRecent() {
        for (int i = 0; i < 10; i++) {
            bench.guard.admitRequest(SourceNetwork.of(InetAddress.ofLiteral("192.0.2." + i)), bench.now);
        }
        bench.guard.use(EdgeLimits.DEFAULT.withTables(4, 4));
        assertThat(bench.guard.sources()).isEqualTo(4);
    }
}
