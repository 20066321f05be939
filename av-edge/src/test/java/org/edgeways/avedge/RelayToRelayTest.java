package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.edgeways.avedge.TurnClient.Came;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two clients that are both relayed: inside the process, by one shard or by two, and by two nodes through their relayed sockets.
 * What passes, what does not, and what each allocation is charged is the same.
 */
class RelayToRelayTest extends OnBothPaths {

    enum Way {
        ONE_SHARD,
        TWO_SHARDS,
        SOCKETS
    }

    private static final InetAddress OTHER_RELAY = InetAddress.ofLiteral("127.0.0.5");
    private static final int FREE = AvEdgeSettings.Share.UNLIMITED;
    private static final int TO_BOB = 0x4001;
    private static final int TO_ALICE = 0x4777;

    /** Alice's node and Bob's, which is the same but for the last way. */
    private final class Pair implements AutoCloseable {
        private final SecureRandom random = new SecureRandom();
        private final RelayKey key = new RelayKey(RelayKey.newKeys(random));
        private final TestTime time = new TestTime(Instant.parse("2026-11-26T12:00:00Z"));
        private final Way way;
        private final Rig first;
        private final Rig second;
        private final TurnClient alice;
        private final TurnClient bob;
        private final TransportAddress aliceAt;
        private final TransportAddress bobAt;

        Pair(Way way, int bytesPerSecond) throws IOException {
            this.way = way;
            AvEdgeSettings.Quota usual = AvEdgeSettings.Quota.DEFAULTS;
            AvEdgeSettings settings = Rig.settings(way == Way.TWO_SHARDS ? 2 : 1)
                    .withQuotas(new AvEdgeSettings.Quota(
                            new AvEdgeSettings.Share(64, bytesPerSecond, FREE), usual.source(), usual.all()));
            first = rig(settings);
            second = way == Way.SOCKETS ? rig(settings.withRelay(new AvEdgeSettings.Relay(OTHER_RELAY, null))) : first;
            alice = client(first, 1);
            aliceAt = alice.relayed();
            TurnClient other = client(second, 2);
            TransportAddress at = other.relayed();
            while (way == Way.TWO_SHARDS && shardOf(at) == shardOf(aliceAt)) {
                other.refresh(0);
                other = client(second, 2); // from another port, until the system gives it to the other shard
                at = other.relayed();
            }
            bob = other;
            bobAt = at;
        }

        private Rig rig(AvEdgeSettings settings) throws IOException {
            return new Rig(sockets, settings, new RelayVerifier(List.of(key.check()), Set.of()), time);
        }

        private TurnClient client(Rig rig, long person) throws IOException {
            long end = time.host().plus(Duration.ofHours(8)).getEpochSecond();
            return rig.client(key.mint(new RelayUser(person, person), end, random));
        }

        /** Ports go to shards in pairs. */
        private static int shardOf(TransportAddress relayed) {
            return relayed.port() / 2 % 2;
        }

        void pass(Duration by) {
            time.pass(by);
            for (Rig rig : List.of(first, second)) {
                rig.pass(time, Duration.ZERO);
            }
        }

        void dropped(String code, int times) {
            Rig.eventually(
                    code + " " + times,
                    () -> first.count("av_edge_drops", "code", code)
                                    + (first == second ? 0 : second.count("av_edge_drops", "code", code))
                            == times);
        }

        AllocationUse useOf(Rig rig, TurnClient client) {
            return rig.edge.busiest(10).stream()
                    .filter(use -> use.owner().username().equals(client.user))
                    .findFirst()
                    .orElseThrow();
        }

        /** What comes next to Bob is that, so nothing before it has come. */
        void bobHears(Came came) throws IOException {
            assertThat(bob.data()).isEqualTo(came);
        }

        @Override
        public void close() {
            first.close();
            if (first != second) {
                second.close();
            }
        }
    }

    private static void done(org.edgeways.turn.stun.StunMessage answer) {
        assertThat(TurnClient.error(answer)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void nothingPassesWithoutThePermissionsOfBoth(Way way) throws Exception {
        try (Pair pair = new Pair(way, FREE)) {
            done(pair.bob.permit(pair.aliceAt));
            pair.alice.send(pair.bobAt, "Alice has none");
            pair.dropped("turn-no-permission", 1);
            done(pair.alice.permit(pair.bobAt));
            pair.alice.send(pair.bobAt, "both have one");
            pair.bobHears(new Came(0, pair.aliceAt, "both have one"));

            pair.pass(Duration.ofMinutes(3));
            done(pair.alice.permit(pair.bobAt));
            pair.pass(Duration.ofMinutes(2));
            pair.alice.send(pair.bobAt, "Bob's is over");
            pair.dropped("turn-permission-over", 1);
            done(pair.bob.permit(pair.aliceAt));
            pair.pass(Duration.ofMinutes(3));
            pair.alice.send(pair.bobAt, "Alice's is over");
            pair.dropped("turn-permission-over", 2);
            done(pair.alice.permit(pair.bobAt));
            pair.alice.send(pair.bobAt, "again");
            pair.bobHears(new Came(0, pair.aliceAt, "again"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void channelsOfBothAreUsedAsLongAsTheyLast(Way way) throws Exception {
        try (Pair pair = new Pair(way, FREE)) {
            done(pair.alice.bind(TO_BOB, pair.bobAt));
            done(pair.bob.bind(TO_ALICE, pair.aliceAt));
            pair.alice.channel(TO_BOB, "by channels");
            pair.bobHears(new Came(TO_ALICE, null, "by channels"));
            pair.bob.channel(TO_ALICE, "and back");
            assertThat(pair.alice.data()).isEqualTo(new Came(TO_BOB, null, "and back"));

            for (int i = 0; i < 2; i++) {
                pair.pass(Duration.ofMinutes(4));
                done(pair.alice.bind(TO_BOB, pair.bobAt));
                done(pair.alice.refresh(600));
                done(pair.bob.refresh(600));
            }
            pair.pass(Duration.ofMinutes(2));
            done(pair.bob.permit(pair.aliceAt));
            pair.alice.channel(TO_BOB, "Bob's channel is over");
            pair.bobHears(new Came(0, pair.aliceAt, "Bob's channel is over"));
            pair.bob.channel(TO_ALICE, "on none");
            pair.dropped("turn-channel-unbound", 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRatesOfBothHold(Way way) throws Exception {
        try (Pair pair = new Pair(way, 1_000)) {
            DatagramSocket peer = pair.second.peer();
            done(pair.alice.bind(TO_BOB, pair.bobAt));
            done(pair.bob.bind(TO_ALICE, pair.aliceAt));
            done(pair.bob.permit(Rig.address(peer)));
            pair.bob.send(Rig.address(peer), "b".repeat(600));
            assertThat(Rig.received(peer).getLength()).isEqualTo(600);
            pair.alice.channel(TO_BOB, "a".repeat(600)); // for Alice it is the first, for Bob the second
            pair.dropped("turn-rate-exceeded", 1);
            pair.alice.channel(TO_BOB, "c".repeat(600));
            pair.dropped("turn-rate-exceeded", 2);

            pair.pass(Duration.ofSeconds(1));
            pair.alice.channel(TO_BOB, "a second later");
            pair.bobHears(new Came(TO_ALICE, null, "a second later"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachAllocationIsChargedWhatItSentAndGot(Way way) throws Exception {
        try (Pair pair = new Pair(way, FREE)) {
            done(pair.alice.bind(TO_BOB, pair.bobAt));
            done(pair.bob.bind(TO_ALICE, pair.aliceAt));
            for (int i = 0; i < 3; i++) {
                pair.alice.channel(TO_BOB, "1234567");
                pair.bobHears(new Came(TO_ALICE, null, "1234567"));
            }
            for (Rig rig : List.of(pair.first, pair.second)) {
                AllocationUse use = pair.useOf(rig, rig == pair.first ? pair.alice : pair.bob);
                assertThat(use.packets()).isEqualTo(3);
                assertThat(use.bytes()).isEqualTo(21);
            }
            assertThat(pair.useOf(pair.second, pair.bob).packets()).isEqualTo(3);
            boolean inside = pair.way != Way.SOCKETS;
            counted(pair.first, "between-clients", inside ? 3 : 0);
            counted(pair.first, "to-peer", inside ? 0 : 3);
            counted(pair.second, "to-client", inside ? 0 : 3);
        }
    }

    private static void counted(Rig rig, String direction, int packets) {
        Rig.eventually(
                direction + " " + packets,
                () -> rig.count("av_edge_packets", "direction", direction) == packets
                        && rig.count("av_edge_bytes", "direction", direction) == 7L * packets);
    }

    @ParameterizedTest
    @EnumSource
    void nothingPassesAfterTheOtherHasEnded(Way way) throws Exception {
        try (Pair pair = new Pair(way, FREE)) {
            done(pair.alice.bind(TO_BOB, pair.bobAt));
            done(pair.bob.bind(TO_ALICE, pair.aliceAt));
            done(pair.bob.refresh(0));
            pair.alice.channel(TO_BOB, "to nobody");
            if (way != Way.SOCKETS) {
                pair.dropped("turn-relay-unknown", 1); // where the socket is closed the system drops it
            }
            TransportAddress anew = pair.bob.relayed();
            done(pair.alice.permit(anew));
            done(pair.bob.permit(pair.aliceAt));
            pair.alice.send(anew, "to Bob again");
            pair.bobHears(new Came(0, pair.aliceAt, "to Bob again"));
        }
    }
}
