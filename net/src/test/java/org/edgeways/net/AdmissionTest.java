package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.SourceNetwork;
import org.junit.jupiter.api.Test;

final class AdmissionTest {

    private final InMemoryCounters counters = new InMemoryCounters();

    private Admission admission(int connections, int perSource, int handshakes) {
        AdmissionLimits limits = new AdmissionLimits(connections, perSource, handshakes, Duration.ofSeconds(10));
        return new Admission("outside", limits, BanCheck.NONE, counters);
    }

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    private static List<Admission.Ticket> admit(Admission admission, String from, int times) {
        List<Admission.Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            assertThat(admission.admit(address(from), 0))
                    .isInstanceOfSatisfying(
                            Admission.Decision.Admitted.class, admitted -> tickets.add(admitted.ticket()));
        }
        return tickets;
    }

    private static void assertRefused(Admission admission, String from, NetErrorCode code) {
        assertThat(admission.admit(address(from), 0)).isEqualTo(new Admission.Decision.Refused(code));
    }

    @Test
    void takesConnectionsUpToTheLimitAndAgainAfterOneLeft() {
        Admission admission = admission(2, 10, 10);
        List<Admission.Ticket> tickets = admit(admission, "192.0.2.1", 2);

        assertRefused(admission, "192.0.2.2", NetErrorCode.CONNECTIONS_EXHAUSTED);
        tickets.getFirst().close();
        tickets.getFirst().close(); // gives back one place only
        admit(admission, "192.0.2.2", 1);
        assertRefused(admission, "192.0.2.3", NetErrorCode.CONNECTIONS_EXHAUSTED);

        assertThat(counters.value("net_connections", "listener", "outside")).isEqualTo(2);
        assertThat(counters.value(
                        "net_connections_refused", "listener", "outside", "reason", "net-connections-exhausted"))
                .isEqualTo(2);
    }

    @Test
    void countsTheAddressesOfOneIpv6NetworkTogetherAndMappedOnesAsIpv4() {
        Admission admission = admission(100, 1, 100);
        admit(admission, "2001:db8::1", 1);
        assertRefused(admission, "2001:db8::ffff:2", NetErrorCode.CONNECTIONS_PER_SOURCE_EXHAUSTED);
        admit(admission, "2001:db8:0:1::1", 1);

        admit(admission, "192.0.2.7", 1);
        assertRefused(admission, "::ffff:192.0.2.7", NetErrorCode.CONNECTIONS_PER_SOURCE_EXHAUSTED);

        assertThat(counters.value("net_connections", "listener", "outside")).isEqualTo(3);
    }

    @Test
    void limitsHandshakesInProgressOnly() {
        Admission admission = admission(100, 100, 1);
        Admission.Ticket first = admit(admission, "192.0.2.1", 1).getFirst();

        assertRefused(admission, "192.0.2.2", NetErrorCode.HANDSHAKES_EXHAUSTED);
        first.handshakeDone();
        first.handshakeDone();
        admit(admission, "192.0.2.2", 1);
        assertRefused(admission, "192.0.2.3", NetErrorCode.HANDSHAKES_EXHAUSTED);
        assertThat(counters.value("net_connections", "listener", "outside")).isEqualTo(2);
    }

    @Test
    void keepsTheBannedOut() {
        BanCheck bans = (source, now) -> source.toString().equals("192.0.2.9") && now < 100;
        Admission admission = new Admission("outside", AdmissionLimits.defaults(), bans, counters);

        assertThat(admission.admit(address("192.0.2.9"), 99))
                .isEqualTo(new Admission.Decision.Refused(NetErrorCode.SOURCE_BANNED));
        assertThat(admission.admit(address("192.0.2.9"), 100)).isInstanceOf(Admission.Decision.Admitted.class);
        assertThat(admission.admit(address("192.0.2.8"), 99)).isInstanceOf(Admission.Decision.Admitted.class);
    }

    @Test
    void oneSourceOpensNoMoreConnectionsAtOnceThanItsBurstAndThenNoFasterThanItsRate() {
        AdmissionLimits limits = new AdmissionLimits(100, 100, 100, Duration.ofSeconds(10)).withConnectionRate(2, 5);
        Admission admission = new Admission("outside", limits, BanCheck.NONE, counters);
        admit(admission, "192.0.2.1", 5).forEach(Admission.Ticket::close);
        assertRefused(admission, "192.0.2.1", NetErrorCode.CONNECTION_RATE_EXCEEDED);
        admit(admission, "192.0.2.2", 5);
        assertThat(admission.admit(address("192.0.2.1"), 499_999_999L))
                .isEqualTo(new Admission.Decision.Refused(NetErrorCode.CONNECTION_RATE_EXCEEDED));
        assertThat(admission.admit(address("192.0.2.1"), 500_000_000L)).isInstanceOf(Admission.Decision.Admitted.class);
        assertThat(admission.admit(address("192.0.2.1"), 500_000_000L))
                .isEqualTo(new Admission.Decision.Refused(NetErrorCode.CONNECTION_RATE_EXCEEDED));
        assertThat(counters.value(
                        "net_connections_refused", "listener", "outside", "reason", "net-connection-rate-exceeded"))
                .isEqualTo(3);
    }

    @Test
    void ratesOfNetworksThatOweNothingAreForgotten() {
        SourceRate rate = new SourceRate(1, 1);
        for (int i = 0; i < SourceRate.SOURCES; i++) {
            assertThat(rate.take(
                            SourceNetwork.of(address("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255))), 0))
                    .isTrue();
        }
        assertThat(rate.sources()).isEqualTo(SourceRate.SOURCES);
        assertThat(rate.take(SourceNetwork.of(address("192.0.2.1")), 2_000_000_000L))
                .isTrue();
        assertThat(rate.sources()).isEqualTo(1);
    }

    /** The usual limits, with no source at its own one: two networks that have all places keep a third out, and nobody else. */
    @Test
    void theHandshakesOfAllSourcesTogetherHaveALimitThatNoSourceReachesAlone() {
        AdmissionLimits usual = AdmissionLimits.defaults();
        Admission admission = new Admission("outside", usual, BanCheck.NONE, counters);
        int half = usual.handshakes() / 2;
        assertThat(half).isLessThanOrEqualTo(usual.handshakesPerSource());
        List<Admission.Ticket> first = admit(admission, "192.0.2.1", half);
        admit(admission, "192.0.2.2", usual.handshakes() - half);
        assertThat(counters.value("net_handshakes", "listener", "outside")).isEqualTo(usual.handshakes());

        for (String from : List.of("192.0.2.3", "192.0.2.4", "2001:db8::1")) {
            assertRefused(admission, from, NetErrorCode.HANDSHAKES_EXHAUSTED);
        }
        assertThat(counters.value(
                        "net_connections_refused", "listener", "outside", "reason", "net-handshakes-exhausted"))
                .isEqualTo(3);
        assertThat(counters.value("net_connections", "listener", "outside"))
                .as("the refused have taken no place")
                .isEqualTo(usual.handshakes());
        assertThat(counters.value("net_handshakes", "listener", "outside")).isEqualTo(usual.handshakes());

        first.getFirst().handshakeDone();
        admit(admission, "192.0.2.3", 1);
        assertRefused(admission, "192.0.2.3", NetErrorCode.HANDSHAKES_EXHAUSTED);
        first.get(1).close();
        admit(admission, "2001:db8::1", 1);
        assertRefused(admission, "192.0.2.3", NetErrorCode.HANDSHAKES_EXHAUSTED);
        assertThat(counters.value("net_connections_accepted", "listener", "outside"))
                .isEqualTo(usual.handshakes() + 2);
    }

    @Test
    void oneSourceCannotTakeThePlacesOfAllHandshakes() {
        Admission admission = new Admission(
                "outside", new AdmissionLimits(100, 100, 10, 3, Duration.ofSeconds(10)), BanCheck.NONE, counters);
        List<Admission.Ticket> tickets = admit(admission, "198.51.100.7", 3);
        assertRefused(admission, "198.51.100.7", NetErrorCode.HANDSHAKES_PER_SOURCE_EXHAUSTED);
        admit(admission, "198.51.100.8", 3);
        tickets.getFirst().handshakeDone();
        admit(admission, "198.51.100.7", 1);
        assertRefused(admission, "198.51.100.7", NetErrorCode.HANDSHAKES_PER_SOURCE_EXHAUSTED);
        tickets.get(1).close();
        tickets.get(1).close();
        admit(admission, "198.51.100.7", 1);
        assertRefused(admission, "198.51.100.7", NetErrorCode.HANDSHAKES_PER_SOURCE_EXHAUSTED);
        assertThat(counters.value("net_connections", "listener", "outside")).isEqualTo(7);
    }
}
