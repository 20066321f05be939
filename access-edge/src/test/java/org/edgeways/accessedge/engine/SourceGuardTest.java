package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.SourceNetwork;
import org.junit.jupiter.api.Test;

/** Budgets and bans of source networks. */
class SourceGuardTest {

    private static final EdgeLimits LIMITS =
            EdgeLimits.DEFAULT.withRequests(10, 20).withBudgets(5, 3).withTables(4, 2);
    private static final SourceNetwork OFFICE = network("198.51.100.7");

    private final List<String> bans = new ArrayList<>();
    private final InMemoryCounters counters = new InMemoryCounters();
    private final SourceGuard guard = new SourceGuard(
            LIMITS,
            (source, cause, time, times, at) ->
                    bans.add(source + " " + cause.label() + " " + time.toSeconds() + " " + times),
            counters);
    private long now = EdgeBench.START;

    private static SourceNetwork network(String literal) {
        return SourceNetwork.of(InetAddress.ofLiteral(literal));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            guard.credentialsFailed(OFFICE, 1, now);
        }
    }

    @Test
    void theBurstPassesAndOneMoreDoesNot() {
        for (int i = 0; i < 20; i++) {
            assertThat(guard.admitRequest(OFFICE, now)).isTrue();
        }
        assertThat(guard.admitRequest(OFFICE, now)).isFalse();
        assertThat(guard.admitRequest(network("198.51.100.8"), now)).isTrue();
    }

    @Test
    void theRateIsSustained() {
        for (int i = 0; i < 20; i++) {
            guard.admitRequest(OFFICE, now);
        }
        for (int second = 0; second < 10; second++) {
            pass(Duration.ofSeconds(1));
            for (int i = 0; i < 10; i++) {
                assertThat(guard.admitRequest(OFFICE, now)).isTrue();
            }
            assertThat(guard.admitRequest(OFFICE, now)).isFalse();
        }
    }

    @Test
    void failedCredentialsAtTheLimitBanNobodyAndOneMoreDoes() {
        fail(5);
        assertThat(guard.isBanned(OFFICE, now)).isFalse();
        fail(1);
        assertThat(guard.isBanned(OFFICE, now)).isTrue();
        assertThat(bans).containsExactly("198.51.100.7 credentials 60 1");
        assertThat(counters.value("access_edge_bans", "cause", "credentials")).isEqualTo(1);
    }

    @Test
    void aBanEnds() {
        fail(6);
        pass(Duration.ofSeconds(60).minusNanos(1));
        assertThat(guard.isBanned(OFFICE, now)).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(guard.isBanned(OFFICE, now)).isFalse();
    }

    @Test
    void theTwoBudgetsAreApart() {
        fail(5);
        for (int i = 0; i < 3; i++) {
            guard.scanned(OFFICE, now);
        }
        assertThat(guard.isBanned(OFFICE, now)).isFalse();
        guard.scanned(OFFICE, now);
        assertThat(bans).containsExactly("198.51.100.7 scan 60 1");
    }

    @Test
    void aRequestWithManyCredentialsCountsAsManyFailures() {
        guard.credentialsFailed(OFFICE, 6, now);
        assertThat(guard.isBanned(OFFICE, now)).isTrue();
    }

    @Test
    void eachFurtherBanIsTwiceAsLongUpToTheLongest() {
        for (int i = 0; i < 9; i++) {
            fail(6);
            assertThat(guard.isBanned(OFFICE, now)).isTrue();
            pass(Duration.ofHours(1));
        }
        assertThat(bans.stream().map(ban -> ban.split(" ", -1)[2]).toList())
                .containsExactly("60", "120", "240", "480", "960", "1920", "3600", "3600", "3600");
    }

    @Test
    void aLongTimeAfterTheLastBanANetworkIsNewAgain() {
        fail(6);
        pass(Duration.ofHours(24).plusMinutes(1));
        fail(6);
        pass(Duration.ofHours(24).plusMinutes(2).plusNanos(1));
        fail(6);
        assertThat(bans.stream().map(ban -> ban.split(" ", -1)[3]).toList()).containsExactly("1", "2", "1");
    }

    @Test
    void failuresThatAreFarApartBanNobody() {
        for (int i = 0; i < 100; i++) {
            fail(1);
            pass(Duration.ofMinutes(2));
        }
        assertThat(bans).isEmpty();
    }

    @Test
    void failuresDuringABanDoNotLengthenIt() {
        fail(60);
        assertThat(bans).hasSize(1);
        pass(Duration.ofMinutes(1));
        assertThat(guard.isBanned(OFFICE, now)).isFalse();
    }

    @Test
    void theTablesStayWithinTheirLimitsAndForgetTheLeastRecent() {
        for (int i = 0; i < 100; i++) {
            SourceNetwork source = network("203.0.113." + i);
            guard.admitRequest(source, now);
            guard.credentialsFailed(source, 6, now);
        }
        assertThat(guard.sources()).isEqualTo(4);
        assertThat(guard.bansRemembered()).isEqualTo(2);
        assertThat(guard.isBanned(network("203.0.113.99"), now)).isTrue();
        assertThat(guard.isBanned(network("203.0.113.1"), now)).isFalse();
        assertThat(counters.value("access_edge_table_full", "table", "sources")).isEqualTo(96);
        assertThat(counters.value("access_edge_table_full", "table", "bans")).isEqualTo(98);
    }

    @Test
    void aNetworkOfVersion6IsItsSlash64AndAMappedAddressIsThatOfVersion4() {
        guard.credentialsFailed(network("2001:db8:1:2::1"), 6, now);
        assertThat(guard.isBanned(network("2001:db8:1:2:ffff::9"), now)).isTrue();
        assertThat(guard.isBanned(network("2001:db8:1:3::1"), now)).isFalse();
        guard.credentialsFailed(network("::ffff:198.51.100.7"), 6, now);
        assertThat(guard.isBanned(OFFICE, now)).isTrue();
    }
}
