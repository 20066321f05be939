package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import org.edgeways.avedge.AvEdgeSettings.Quota;
import org.edgeways.avedge.AvEdgeSettings.Share;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.Client;
import org.edgeways.turn.engine.Quotas;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

class QuotaTest extends OnBothPaths {

    private static final int FREE = Share.UNLIMITED;
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 1_800_000_000L * SECOND;

    private static Quotas.Answer asked(QuotaBook book, String user, int host) {
        return book.open(user, new Client(0, TransportAddress.ipv4(0xc0000200 + host, 4000), 0), NOW);
    }

    private static Quotas.Meter open(QuotaBook book, String user, int host) {
        return (Quotas.Meter) asked(book, user, host);
    }

    private static void isFull(QuotaBook book, String user, int host, TurnErrorCode code) {
        assertThat(asked(book, user, host)).isEqualTo(new Quotas.Full(code));
    }

    private static QuotaBook book(Quota quota) {
        return new QuotaBook(quota, user -> user.substring(user.indexOf(':') + 1));
    }

    @Test
    void aPersonHasSoManyAllocationsWhateverTheUserName() {
        QuotaBook book = book(new Quota(new Share(2, FREE, FREE), Share.allocations(100), new Share(100, FREE, FREE)));
        Quotas.Meter first = open(book, "1:alice", 1);
        assertThat(first).isNotNull();
        assertThat(open(book, "2:alice", 2)).isNotNull();
        isFull(book, "3:alice", 3, TurnErrorCode.QUOTA_REACHED);
        assertThat(open(book, "3:bob", 3)).isNotNull();
        first.end(NOW);
        assertThat(open(book, "3:alice", 3)).isNotNull();
    }

    @Test
    void aSourceAndAllTogetherHaveSoManyAllocations() {
        QuotaBook book = book(new Quota(new Share(10, FREE, FREE), Share.allocations(1), new Share(2, FREE, FREE)));
        Quotas.Meter first = open(book, "1:alice", 1);
        isFull(book, "1:bob", 1, TurnErrorCode.SOURCE_QUOTA_REACHED);
        assertThat(open(book, "1:bob", 2)).isNotNull();
        isFull(book, "1:carol", 3, TurnErrorCode.TOTAL_QUOTA_REACHED);
        first.end(NOW);
        assertThat(open(book, "1:carol", 1)).isNotNull();
    }

    @Test
    void aPersonsAllocationsShareOneRateWithASecondsWorthOfBurst() {
        QuotaBook book =
                book(new Quota(new Share(10, 1_000, FREE), Share.allocations(100), new Share(100, FREE, FREE)));
        Quotas.Meter one = open(book, "1:alice", 1);
        Quotas.Meter other = open(book, "2:alice", 2);
        assertThat(one.mayRelay(600, NOW)).isTrue();
        assertThat(other.mayRelay(400, NOW)).isTrue();
        assertThat(one.mayRelay(1, NOW)).isFalse();
        assertThat(one.mayRelay(100, NOW + SECOND / 10)).isTrue();
        assertThat(one.mayRelay(1, NOW + SECOND / 10)).isFalse();
        assertThat(other.mayRelay(1_000, NOW + 3 * SECOND)).isTrue();
    }

    @Test
    void anAllocationThatEndsAndIsMadeAgainBringsNoNewBurst() {
        QuotaBook book =
                book(new Quota(new Share(10, 1_000, FREE), Share.allocations(100), new Share(100, FREE, FREE)));
        Quotas.Meter first = open(book, "1:alice", 1);
        assertThat(first.mayRelay(1_000, NOW)).isTrue();
        first.end(NOW);
        Quotas.Meter again = open(book, "2:alice", 1);
        assertThat(again.mayRelay(1_000, NOW)).isFalse();
        assertThat(again.mayRelay(100, NOW + SECOND / 10)).isTrue();
        assertThat(again.mayRelay(1, NOW + SECOND / 10)).isFalse();
    }

    /** Who may begin as many as fail fast has a scanner of ports. */
    @Test
    void aPersonBeginsSoManyConnectionsToPeersInASecondWithAllAllocationsTogether() {
        QuotaBook book = book(new Quota(new Share(10, FREE, FREE), Share.allocations(100), Share.allocations(100)));
        Quotas.Meter one = open(book, "1:alice", 1);
        Quotas.Meter other = open(book, "2:alice", 2);
        for (int i = 0; i < QuotaBook.CONNECTS_PER_SECOND; i++) {
            assertThat((i % 2 == 0 ? one : other).mayConnect(NOW)).isTrue();
        }
        assertThat(one.mayConnect(NOW)).isFalse();
        assertThat(other.mayConnect(NOW)).isFalse();
        assertThat(open(book, "1:bob", 1).mayConnect(NOW)).isTrue();
        long next = NOW + SECOND / QuotaBook.CONNECTS_PER_SECOND;
        assertThat(other.mayConnect(next)).isTrue();
        assertThat(one.mayConnect(next)).isFalse();
        one.end(next);
        other.end(next);
        assertThat(open(book, "3:alice", 3).mayConnect(next))
                .as("a new allocation is no new burst")
                .isFalse();
    }

    @Test
    void whoHasHadNothingForLongIsForgotten() {
        QuotaBook book =
                book(new Quota(new Share(10, 1_000, FREE), Share.allocations(100), new Share(100, FREE, FREE)));
        for (int i = 0; i < 50; i++) {
            Quotas.Meter meter = open(book, "1:person-" + i, 1);
            assertThat(meter.mayRelay(1_000, NOW)).isTrue();
            meter.end(NOW);
        }
        assertThat(book.people()).isEqualTo(50);
        Client somebody = new Client(0, TransportAddress.ipv4(0xc0000201, 4000), 0);
        assertThat(book.open("1:alice", somebody, NOW + 2 * SECOND)).isNotNull();
        assertThat(book.people()).isEqualTo(1);
    }

    @Test
    void aSourceHasARateWhoeverIsThere() {
        QuotaBook book = book(new Quota(new Share(10, FREE, FREE), new Share(10, 1_000, 3), Share.allocations(100)));
        Quotas.Meter alice = open(book, "1:alice", 1);
        Quotas.Meter bob = open(book, "1:bob", 1);
        Quotas.Meter elsewhere = open(book, "2:bob", 2);
        assertThat(alice.mayRelay(600, NOW)).isTrue();
        assertThat(bob.mayRelay(400, NOW)).isTrue();
        assertThat(bob.mayRelay(1, NOW)).as("bytes").isFalse();
        assertThat(elsewhere.mayRelay(1_000, NOW)).isTrue();
        assertThat(bob.mayRelay(0, NOW + SECOND / 10)).as("the third packet").isTrue();
        assertThat(bob.mayRelay(0, NOW + SECOND / 10)).as("packets").isFalse();
        assertThat(bob.mayRelay(0, NOW + SECOND / 3 + 1)).isTrue();
        alice.end(NOW + SECOND);
        bob.end(NOW + SECOND);
        Quotas.Meter carol = open(book, "1:carol", 1);
        assertThat(carol.mayRelay(1_000, NOW + 3 * SECOND)).isTrue();
        carol.end(NOW + 3 * SECOND);
        assertThat(open(book, "2:carol", 1).mayRelay(1, NOW + 3 * SECOND))
                .as("a new allocation is no new burst")
                .isFalse();
    }

    @Test
    void whatASourceMayNotRelayTakesNothingOfThePersonElsewhere() {
        QuotaBook book =
                book(new Quota(new Share(10, 2_000, FREE), new Share(10, 1_000, FREE), Share.allocations(100)));
        Quotas.Meter here = open(book, "1:alice", 1);
        Quotas.Meter elsewhere = open(book, "2:alice", 2);
        assertThat(here.mayRelay(900, NOW)).isTrue();
        assertThat(here.mayRelay(900, NOW)).isFalse();
        assertThat(elsewhere.mayRelay(900, NOW)).isTrue();
    }

    @Test
    void askingForBytesThatAreNotThereTakesNoPackets() {
        QuotaBook book = book(new Quota(new Share(10, 1_000, 3), Share.allocations(100), Share.allocations(100)));
        Quotas.Meter alice = open(book, "1:alice", 1);
        assertThat(alice.mayRelay(1_000, NOW)).isTrue();
        for (int turn = 0; turn < 10; turn++) {
            assertThat(alice.mayRelay(1_000, NOW)).isFalse();
        }
        assertThat(alice.mayRelay(0, NOW)).isTrue();
        assertThat(alice.mayRelay(0, NOW)).isTrue();
        assertThat(alice.mayRelay(0, NOW)).as("the fourth packet").isFalse();
    }

    @Test
    void anAllocationThatMovesCountsForTheSourceWhereItIs() {
        QuotaBook book = book(new Quota(Share.allocations(10), new Share(1, 1_000, FREE), Share.allocations(100)));
        Quotas.Meter alice = open(book, "1:alice", 1);
        assertThat(alice.mayRelay(1_000, NOW)).isTrue();
        Client there = new Client(0, TransportAddress.ipv4(0xc0000202, 4000), 0);
        alice.moved(there);
        assertThat(book.busiest(1))
                .singleElement()
                .satisfies(use -> assertThat(use.owner().client()).isEqualTo(there.address()));
        assertThat(alice.mayRelay(1_000, NOW)).as("by the rate there").isTrue();
        isFull(book, "1:carol", 2, TurnErrorCode.SOURCE_QUOTA_REACHED);
        Quotas.Meter bob = open(book, "1:bob", 1);
        assertThat(bob.mayRelay(1, NOW)).as("what alice had there").isFalse();
        alice.end(NOW);
        assertThat(open(book, "1:carol", 2)).isNotNull();
        isFull(book, "1:dave", 1, TurnErrorCode.SOURCE_QUOTA_REACHED);
    }

    @Test
    void whoMovesToASourceThatIsFullGoesOnThereAndOnlyNewOnesAreRefused() {
        QuotaBook book = book(new Quota(Share.allocations(10), Share.allocations(1), Share.allocations(100)));
        Quotas.Meter alice = open(book, "1:alice", 1);
        Quotas.Meter bob = open(book, "1:bob", 2);
        alice.moved(new Client(0, TransportAddress.ipv4(0xc0000202, 4000), 0));
        assertThat(alice.mayRelay(1, NOW)).isTrue();
        alice.end(NOW);
        isFull(book, "1:carol", 2, TurnErrorCode.SOURCE_QUOTA_REACHED);
        bob.end(NOW);
        assertThat(open(book, "1:carol", 2)).isNotNull();
    }

    @Test
    void packetsOfAllHaveARateThatCanBeChanged() {
        Share person = new Share(10, FREE, FREE);
        QuotaBook book = book(new Quota(person, Share.allocations(100), new Share(100, FREE, 2)));
        Quotas.Meter alice = open(book, "1:alice", 1);
        Quotas.Meter bob = open(book, "1:bob", 1);
        assertThat(alice.mayRelay(1, NOW)).isTrue();
        assertThat(bob.mayRelay(1, NOW)).isTrue();
        assertThat(bob.mayRelay(1, NOW)).isFalse();
        book.use(new Quota(person, Share.allocations(100), new Share(100, FREE, FREE)));
        assertThat(bob.mayRelay(1, NOW)).isTrue();
    }

    @Test
    void theBusiestAreThoseThatHaveRelayedMostTheFirstOneMost() {
        QuotaBook book = book(Quota.DEFAULTS);
        Quotas.Meter alice = open(book, "1:alice", 1);
        Quotas.Meter bob = open(book, "1:bob", 2);
        open(book, "1:carol", 3);
        assertThat(alice.mayRelay(100, NOW)).isTrue();
        assertThat(bob.mayRelay(60, NOW)).isTrue();
        assertThat(bob.mayRelay(60, NOW)).isTrue();
        assertThat(book.busiest(2))
                .extracting(use -> use.owner().person() + " " + use.packets() + " " + use.bytes())
                .containsExactly("bob 2 120", "alice 1 100");
        assertThat(book.busiest(10)).hasSize(3);
        bob.end(NOW);
        assertThat(book.busiest(1)).extracting(use -> use.owner().person()).containsExactly("alice");
    }

    @Test
    void pastTheQuotaThereIs486AndDataIsDropped() throws Exception {
        AvEdgeSettings settings = Rig.settings(2)
                .withQuotas(new Quota(new Share(1, 1_000, FREE), Share.allocations(100), new Share(100, FREE, FREE)));
        try (Rig rig = new Rig(sockets, settings)) {
            TurnClient alice = rig.client("1:alice");
            DatagramSocket peer = rig.peer();
            alice.relayed();
            assertThat(TurnClient.error(rig.client("2:alice").allocate())).isEqualTo(486);
            alice.bind(0x4001, Rig.address(peer));
            alice.channel(0x4001, "x".repeat(900));
            assertThat(Rig.received(peer).getLength()).isEqualTo(900);
            for (int i = 0; i < 5; i++) {
                alice.channel(0x4001, "y".repeat(1_000)); // as much as comes back in a second
            }
            Rig.eventually(
                    "most of it is dropped", () -> rig.count("av_edge_drops", "code", "turn-rate-exceeded") >= 1);
            Rig.eventually("it is counted", () -> rig.count("av_edge_refusals", "code", "turn-quota-reached") == 1);
        }
    }
}
