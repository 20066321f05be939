package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Both ends are relayed: by one engine, by two shards of a node, or by two nodes through their relayed sockets. What passes
 * and what does not is the same.
 */
class RelayedPairTest {

    enum Way {
        ONE_ENGINE,
        TWO_SHARDS,
        SOCKETS
    }

    private static final TransportAddress SECOND_NODE = TurnWorld.address("203.0.113.99:0");

    /** Alice's world and Bob's, and the way between. */
    private static final class Pair {
        private final TurnWorld first;
        private final TurnWorld second;
        private final TestClient alice;
        private final TestClient bob;
        private final TransportAddress aliceRelayed;
        private final TransportAddress bobRelayed;

        Pair(Way way) {
            int shards = way == Way.TWO_SHARDS ? 2 : 1;
            first = new TurnWorld(TurnWorld.with(
                    relaying(way == Way.SOCKETS ? TurnWorld.address("203.0.113.98:0") : TurnWorld.RELAY4, 0, shards)));
            second = switch (way) {
                case ONE_ENGINE -> first;
                case TWO_SHARDS -> new TurnWorld(TurnWorld.with(relaying(TurnWorld.RELAY4, 1, shards)), 2);
                case SOCKETS -> new TurnWorld(TurnWorld.with(relaying(SECOND_NODE, 0, shards)), 2);
            };
            alice = first.client("203.0.113.50:4000", "alice");
            bob = second.client("203.0.113.51:4000", "bob");
            aliceRelayed = alice.relayed();
            bobRelayed = bob.relayed();
        }

        private static RelaySettings relaying(TransportAddress address, int shard, int shards) {
            return new RelaySettings(address, null, 50_000, 50_999, true, false, true, shard, shards);
        }

        /** Brings what Alice has sent to where Bob would get it. */
        Forward carry() {
            Forward forward = first.forward;
            byte[] payload = Arrays.copyOf(first.payload(), forward.length());
            switch (forward.kind()) {
                case NOTHING, TO_CLIENT -> {
                    return forward;
                }
                case TO_PEER -> {
                    TransportAddress from = aliceRelayed;
                    assertThat(forward.relayPort()).isEqualTo(from.port());
                    second.fromPeer(first.destination(), from, payload);
                }
                case TO_SHARD -> {
                    assertThat(forward.shard()).isEqualTo(1);
                    java.lang.foreign.MemorySegment.copy(
                            payload,
                            0,
                            second.buffer,
                            java.lang.foreign.ValueLayout.JAVA_BYTE,
                            Forward.HEADROOM,
                            payload.length);
                    second.engine.fromShard(
                            second.now,
                            forward.ipv6(),
                            forward.port(),
                            forward.high(),
                            forward.low(),
                            forward.relayPort(),
                            Forward.HEADROOM,
                            payload.length,
                            second.forward);
                }
            }
            return second.forward;
        }

        void pass(Duration time) {
            first.now += time.toNanos();
            second.now = first.now;
        }

        void dropped(TurnErrorCode code) {
            assertThat(carry().kind()).isEqualTo(Forward.Kind.NOTHING);
            assertThat((first.forward.dropped() == null ? second : first).forward.dropped())
                    .isEqualTo(code);
        }

        void reachesBob() {
            assertThat(carry().kind()).as("%s", second.forward.dropped()).isEqualTo(Forward.Kind.TO_CLIENT);
            assertThat(second.destination()).isEqualTo(bob.address);
        }
    }

    @ParameterizedTest
    @EnumSource
    void dataPassesWithPermissionsOnBothSides(Way way) {
        Pair pair = new Pair(way);
        pair.alice.permit(pair.bobRelayed);
        pair.bob.permit(pair.aliceRelayed);
        pair.alice.send(pair.bobRelayed, "hello");
        pair.reachesBob();
        StunMessage data = StunMessage.parse(pair.second.wrapped()).orThrow();
        assertThat(data.method()).isEqualTo(StunMethod.DATA);
        assertThat(data.xorAddress(data.find(StunAttribute.XOR_PEER_ADDRESS))).isEqualTo(pair.aliceRelayed);
        assertThat(data.text(StunAttribute.DATA)).isEqualTo("hello");
    }

    @ParameterizedTest
    @EnumSource
    void channelsOfBothSidesAreUsed(Way way) {
        Pair pair = new Pair(way);
        TestClient.succeeded(pair.alice.bind(0x4001, pair.bobRelayed));
        TestClient.succeeded(pair.bob.bind(0x4777, pair.aliceRelayed));
        pair.alice.channel(0x4001, "hello");
        pair.reachesBob();
        assertThat(pair.second.wrapped()).isEqualTo(TestClient.channelData(0x4777, "hello"));
    }

    @ParameterizedTest
    @EnumSource
    void nothingPassesWithoutThePermissionOfEitherSide(Way way) {
        Pair pair = new Pair(way);
        pair.bob.permit(pair.aliceRelayed);
        pair.alice.send(pair.bobRelayed, "x");
        pair.dropped(TurnErrorCode.NO_PERMISSION);
        Pair other = new Pair(way);
        other.alice.bind(0x4001, other.bobRelayed);
        other.alice.channel(0x4001, "x");
        other.dropped(TurnErrorCode.NO_PERMISSION);
    }

    @ParameterizedTest
    @EnumSource
    void thePermissionOfTheOtherSideExpires(Way way) {
        Pair pair = new Pair(way);
        pair.bob.permit(pair.aliceRelayed);
        pair.pass(Duration.ofSeconds(150));
        pair.alice.bind(0x4001, pair.bobRelayed);
        pair.alice.channel(0x4001, "x");
        pair.reachesBob();
        pair.pass(Duration.ofSeconds(150));
        pair.alice.channel(0x4001, "x");
        pair.dropped(TurnErrorCode.PERMISSION_OVER);
    }

    @ParameterizedTest
    @EnumSource
    void whatPassesIsCountedOnBothSides(Way way) {
        Pair pair = new Pair(way);
        pair.alice.bind(0x4001, pair.bobRelayed);
        pair.bob.bind(0x4001, pair.aliceRelayed);
        for (int i = 0; i < 3; i++) {
            pair.alice.channel(0x4001, "1234567");
            pair.reachesBob();
        }
        pair.alice.refresh(0);
        pair.bob.refresh(0);
        Output.Ended alice = pair.first.seen(Output.Ended.class).getFirst();
        Output.Ended bob = pair.second.seen(Output.Ended.class).getLast();
        assertThat(alice.packetsFromClient()).isEqualTo(3);
        assertThat(alice.bytesFromClient()).isEqualTo(21);
        assertThat(alice.packetsToClient()).isZero();
        assertThat(bob.packetsToClient()).isEqualTo(3);
        assertThat(bob.bytesToClient()).isEqualTo(21);
        assertThat(bob.packetsFromClient()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theRateOfTheOtherSideCounts(Way way) {
        Pair pair = new Pair(way);
        boolean[] may = {true};
        pair.second.quotas = (username, client, now) -> new Quotas.Meter() {
            @Override
            public boolean mayRelay(int bytes, long at) {
                return may[0];
            }

            @Override
            public void end(long at) {}
        };
        TestClient carol = pair.second.client("203.0.113.52:1", "bob");
        TransportAddress relayed = carol.relayed();
        carol.bind(0x4001, pair.aliceRelayed);
        pair.alice.bind(0x4001, relayed);
        pair.alice.channel(0x4001, "x");
        assertThat(pair.carry().kind()).isEqualTo(Forward.Kind.TO_CLIENT);
        may[0] = false;
        pair.alice.channel(0x4001, "x");
        pair.dropped(TurnErrorCode.RATE_EXCEEDED);
    }

    @ParameterizedTest
    @EnumSource
    void nothingPassesAfterTheOtherSideHasEnded(Way way) {
        Pair pair = new Pair(way);
        pair.alice.bind(0x4001, pair.bobRelayed);
        pair.bob.bind(0x4001, pair.aliceRelayed);
        pair.bob.refresh(0);
        pair.alice.channel(0x4001, "x");
        pair.dropped(TurnErrorCode.RELAY_UNKNOWN);
    }

    @Test
    void ourOwnAddressIsNeverReachedThroughASocket() {
        TurnWorld world = new TurnWorld();
        TestClient alice = world.client("203.0.113.50:4000", "alice");
        TransportAddress relayed = alice.relayed();
        for (int port : new int[] {22, 443, 3478, 49_999, 51_000, 65_535}) {
            TransportAddress service = TurnWorld.RELAY4.withPort(port);
            TestClient.succeeded(alice.permit(service));
            alice.send(service, "x");
            world.dropped(TurnErrorCode.RELAY_UNKNOWN);
        }
        alice.send(relayed, "to myself");
        assertThat(world.forward.kind()).isEqualTo(Forward.Kind.TO_CLIENT);
        assertThat(world.payload()).isEqualTo("to myself".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whoComesThroughASocketWithOurOwnAddressIsNotBelieved() {
        TurnWorld world = new TurnWorld();
        TestClient alice = world.client("203.0.113.50:4000", "alice");
        TransportAddress relayed = alice.relayed();
        alice.permit(TurnWorld.RELAY4.withPort(1));
        world.fromPeer(relayed, TurnWorld.RELAY4.withPort(50_002), new byte[3]);
        world.dropped(TurnErrorCode.NO_PERMISSION);
    }

    @Test
    void withClosedPortsOnlyTheRelayedReachEachOther() {
        TurnWorld world = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_999, false, false, true, 0, 1)));
        TestClient alice = world.client("203.0.113.50:4000", "alice");
        TestClient bob = world.client("203.0.113.51:4000", "bob");
        TransportAddress aliceRelayed = alice.relayed();
        TransportAddress bobRelayed = bob.relayed();
        assertThat(world.seen(Output.OpenRelay.class)).isEmpty();
        StunMessage answer = alice.permit(TurnWorld.address("203.0.113.1:1"));
        alice.refused(answer, TurnErrorCode.RELAY_PORTS_CLOSED);
        assertThat(answer.text(StunAttribute.ERROR_CODE)).contains("relayPorts");
        alice.refused(alice.bind(0x4000, TurnWorld.address("203.0.113.1:1")), TurnErrorCode.RELAY_PORTS_CLOSED);
        TestClient.succeeded(alice.bind(0x4000, bobRelayed));
        TestClient.succeeded(bob.bind(0x4001, aliceRelayed));
        alice.channel(0x4000, "hello");
        assertThat(world.wrapped()).isEqualTo(TestClient.channelData(0x4001, "hello"));
        assertThat(world.destination()).isEqualTo(bob.address);
        alice.refresh(0);
        assertThat(world.seen(Output.CloseRelay.class)).isEmpty();
    }
}
