package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.edgeways.base.SourceNetwork;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine counts as failed credentials and as scanning, and what not. */
class EdgeBanTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";
    private static final String CREDENTIALS = "Authorization: Digest username=\"alice\", response=\"0\"|";
    private static final String CHALLENGE = "Digest realm=\"acorn.example\", nonce=\"n\"";
    private static final SourceNetwork SOURCE = SourceNetwork.of(InetAddress.ofLiteral("198.51.100.7"));

    private final EdgeBench bench = new EdgeBench(true, EdgeLimits.DEFAULT.withBudgets(5, 5));

    private void register(Flow flow, String person, String more, int status, String challenge) {
        bench.fromClient(
                flow,
                bench.request("REGISTER", "sip:acorn.example", person, person, more + "Contact: <sip:a@1.2.3.4>"));
        bench.answerFromInside(bench.atInside(), status, "Answer", "WWW-Authenticate", challenge);
        assertThat(bench.at(flow).status()).isEqualTo(status);
    }

    private boolean banned() {
        return bench.guard.isBanned(SOURCE, bench.now);
    }

    private long failed() {
        return bench.counters.value("access_edge_credentials_failed");
    }

    @Test
    void theFirst401OfEverySignInCountsForNothing() {
        for (int i = 0; i < 1000; i++) {
            register(bench.client(), "sip:person" + i + "@acorn.example", "", 401, CHALLENGE);
        }
        assertThat(failed()).isZero();
        assertThat(banned()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {", stale=true", ", STALE = \"TRUE\"", ",\tstale=true, algorithm=MD5"})
    void aStaleNonceCountsForNothing(String stale) {
        Flow flow = bench.client();
        for (int i = 0; i < 20; i++) {
            register(flow, ALICE, CREDENTIALS, 401, CHALLENGE + stale);
        }
        assertThat(failed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {", stale=false", ", opaque=\"x,notstale=true\"", ""})
    void wrongCredentialsCountAndBanTheNetworkPastTheLimit(String more) {
        Flow flow = bench.client();
        for (int i = 0; i < 5; i++) {
            register(flow, ALICE, CREDENTIALS, 401, CHALLENGE + more);
        }
        assertThat(banned()).isFalse();
        register(flow, ALICE, CREDENTIALS, 401, CHALLENGE + more);
        assertThat(banned()).isTrue();
        assertThat(bench.events.log).contains("banned 198.51.100.7 credentials 60 1");
    }

    @Test
    void aRightPasswordAndAPersonWithoutTheRightCountForNothing() {
        Flow flow = bench.client();
        for (int i = 0; i < 20; i++) {
            register(flow, ALICE, CREDENTIALS, 403, CHALLENGE);
        }
        assertThat(banned()).isFalse();
    }

    @Test
    void everyPasswordThatOneRequestTriesCounts() {
        register(bench.client(), ALICE, CREDENTIALS.repeat(6), 401, CHALLENGE);
        assertThat(failed()).isEqualTo(6);
        assertThat(banned()).isTrue();
    }

    @Test
    void noAccountIsLockedByABan() {
        Flow elsewhere = bench.client("203.0.113.9", ClientTransport.TLS);
        register(bench.client(), ALICE, CREDENTIALS.repeat(6), 401, CHALLENGE);
        bench.signIn(elsewhere, ALICE, "<sip:alice@192.168.77.10>");
        bench.fromClient(elsewhere, bench.request("MESSAGE", BOB, ALICE, BOB, ""));
        assertThat(bench.atInside().method()).isEqualTo("MESSAGE");
    }

    @Test
    void whoIsSignedInIsSparedByABanOfTheirNetwork() {
        Flow colleague = bench.alice();
        register(bench.client(), BOB, CREDENTIALS.repeat(6), 401, CHALLENGE);
        assertThat(bench.directory.client(colleague).isSparedByBans(bench.now)).isTrue();
    }

    @Test
    void whoIsSignedInAndGuessesPasswordsOfOthersIsNotSpared() {
        Flow mallory = bench.client();
        bench.signIn(mallory, "sip:mallory@acorn.example", "<sip:mallory@192.168.66.6>");
        register(mallory, ALICE, CREDENTIALS.repeat(5), 401, CHALLENGE);
        assertThat(bench.directory.client(mallory).isSparedByBans(bench.now)).isTrue();
        register(mallory, ALICE, CREDENTIALS, 401, CHALLENGE);
        assertThat(bench.directory.client(mallory).isSparedByBans(bench.now)).isFalse();
    }

    @Test
    void wrongCredentialsOfAnyMethodCount() {
        Flow flow = bench.alice();
        for (int i = 0; i < 6; i++) {
            bench.fromClient(
                    flow,
                    bench.request(
                            "MESSAGE", BOB, "sip:carol@acorn.example", BOB, "Proxy-Authorization: Digest x=\"y\""));
            bench.answerFromInside(bench.atInside(), 407, "Again", "Proxy-Authenticate", CHALLENGE);
            assertThat(bench.at(flow).status()).isEqualTo(407);
        }
        assertThat(banned()).isTrue();
    }

    @Test
    void requestsBeforeSignInAreScanning() {
        Flow flow = bench.client();
        for (int i = 0; i < 6; i++) {
            assertThat(banned()).isFalse();
            bench.fromClient(flow, bench.request("OPTIONS", "sip:100@acorn.example", ALICE, BOB, ""));
            assertThat(bench.at(flow).status()).isEqualTo(403);
        }
        assertThat(banned()).isTrue();
        assertThat(bench.events.log).contains("banned 198.51.100.7 scan 60 1");
    }

    @Test
    void whatASignedInPersonIsRefusedIsNoScanning() {
        Flow flow = bench.alice();
        for (int i = 0; i < 20; i++) {
            bench.fromClient(flow, bench.request("OPTIONS", "sip:100@elsewhere.example", ALICE, BOB, ""));
            assertThat(bench.at(flow).status()).isEqualTo(403);
        }
        assertThat(banned()).isFalse();
    }

    @Test
    void anInsideThatIsAwayMakesNobodyAScanner() {
        Flow flow = bench.client();
        bench.insideReachable = false;
        for (int i = 0; i < 20; i++) {
            bench.fromClient(
                    flow, bench.request("REGISTER", "sip:acorn.example", ALICE, ALICE, "Contact: <sip:a@1.2.3.4>"));
            assertThat(bench.at(flow).status()).isEqualTo(480);
        }
        assertThat(banned()).isFalse();
    }

    @Test
    void askingForOneNameAfterTheOtherOnOneConnectionIsScanning() {
        Flow flow = bench.client();
        int people = EdgeLimits.DEFAULT.peoplePerConnection();
        for (int i = 0; i < people + 5; i++) {
            register(flow, "sip:" + (100 + i) + "@acorn.example", "", 401, CHALLENGE);
        }
        assertThat(banned()).isFalse();
        register(flow, "sip:999@acorn.example", "", 401, CHALLENGE);
        assertThat(banned()).isTrue();
        assertThat(bench.events.log).contains(AccessEdgeErrorCode.NAMES_TRIED.code());
    }

    @Test
    void aClientThatIsChallengedAtEachRenewalIsNoScanner() {
        Flow flow = bench.alice();
        for (int i = 0; i < 100; i++) {
            register(flow, ALICE, "", 401, CHALLENGE);
        }
        assertThat(banned()).isFalse();
    }

    @Test
    void aSlowReceiverGetsNoNewRequestsUntilItReads() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10>");
        SipMessage message = bench.request(
                "MESSAGE", "sip:alice@192.168.77.10", BOB, ALICE, "Route: " + register.first(HeaderName.PATH));
        bench.congested.add(flow);
        bench.fromInside(message);
        SipMessage refused = bench.atInside();
        assertThat(refused.status()).isEqualTo(480);
        assertThat(refused.has(HeaderName.RETRY_AFTER)).isTrue();
        assertThat(bench.atClients.get(flow)).isEmpty();
        bench.congested.remove(flow);
        bench.fromInside(bench.request(
                "MESSAGE", "sip:alice@192.168.77.10", BOB, ALICE, "Route: " + register.first(HeaderName.PATH)));
        assertThat(bench.at(flow).method()).isEqualTo("MESSAGE");
    }
}
