package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** TCP allocations (RFC 6062). */
class TcpRelayTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client(TurnWorld.TLS, "203.0.113.50:4000", "alice");
    private final TestClient second = world.client(TurnWorld.TLS, "203.0.113.50:4001", "alice");

    private static StunMessage allocate(TestClient client) {
        return client.ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24));
    }

    private List<byte[]> connect(TransportAddress peer) {
        return alice.send(alice.signed(alice.request(StunMethod.CONNECT).addXor(StunAttribute.XOR_PEER_ADDRESS, peer)));
    }

    /** Connects, and gives the id that the driver was told. */
    private int connecting(TransportAddress peer) {
        assertThat(connect(peer)).as("no answer yet").isEmpty();
        return world.seen(Output.ConnectPeer.class).getLast().connection();
    }

    private static StunMessage bind(TestClient client, int id) {
        return client.ask(StunMethod.CONNECTION_BIND, writer -> writer.add(StunAttribute.CONNECTION_ID, id));
    }

    private StunMessage answer() {
        world.drive();
        return StunMessage.parse(world.responses(alice.address).getFirst()).orThrow();
    }

    @Test
    void aPeerIsConnectedToAndJoinedToASecondConnection() {
        TransportAddress relayed = TestClient.relayedIn(allocate(alice));
        assertThat(world.seen(Output.OpenRelay.class))
                .containsExactly(new Output.OpenRelay(false, relayed.port(), true));
        int id = connecting(PEER);
        assertThat(world.seen(Output.ConnectPeer.class))
                .containsExactly(new Output.ConnectPeer(id, false, relayed.port(), PEER));
        world.engine.peerConnected(world.now, id);
        StunMessage connected = answer();
        TestClient.succeeded(connected);
        assertThat(connected.numberOf(StunAttribute.CONNECTION_ID)).hasValue(id);
        TestClient.succeeded(bind(second, id));
        assertThat(world.seen(Output.Join.class)).singleElement().satisfies(join -> {
            assertThat(join.connection()).isEqualTo(id);
            assertThat(join.client().address()).isEqualTo(second.address);
        });
        world.pass(Duration.ofMinutes(5));
        assertThat(world.engine.connectionCount())
                .as("no time limit once joined")
                .isEqualTo(1);
        world.engine.peerClosed(id);
        assertThat(world.engine.connectionCount()).isZero();
        assertThat(world.engine.allocationCount()).isEqualTo(1);
    }

    @Test
    void connectionsThatTheMeterDoesNotGrantAreAnswered508() {
        int[] left = {2};
        world.quotas = (username, client, at) -> new Quotas.Meter() {
            @Override
            public boolean mayRelay(int bytes, long when) {
                return true;
            }

            @Override
            public boolean mayConnect(long when) {
                return left[0]-- > 0;
            }

            @Override
            public void end(long when) {}
        };
        allocate(alice);
        for (int port = 1; port <= 2; port++) {
            world.engine.peerClosed(connecting(PEER.withPort(port)));
            alice.refused(answer(), TurnErrorCode.CONNECTION_FAILED);
        }
        StunMessage refused =
                StunMessage.parse(connect(PEER.withPort(3)).getFirst()).orThrow();
        alice.refused(refused, TurnErrorCode.CONNECTS_TOO_MANY);
        assertThat(TestClient.error(refused)).isEqualTo(508);
        assertThat(world.seen(Output.ConnectPeer.class)).hasSize(2);
    }

    @Test
    void aPeerThatCannotBeReachedIsAnswered447() {
        allocate(alice);
        int id = connecting(PEER);
        world.engine.peerClosed(id);
        alice.refused(answer(), TurnErrorCode.CONNECTION_FAILED);
        int late = connecting(PEER);
        world.pass(Duration.ofSeconds(30));
        alice.refused(answer(), TurnErrorCode.CONNECTION_FAILED);
        assertThat(world.seen(Output.ClosePeer.class)).containsExactly(new Output.ClosePeer(late));
        world.engine.peerConnected(world.now, late);
        world.drive();
        assertThat(world.responses(alice.address)).isEmpty();
        assertThat(world.engine.connectionCount()).isZero();
    }

    @Test
    void aConnectionThatNobodyTakesOverIsClosed() {
        allocate(alice);
        int id = connecting(PEER);
        world.engine.peerConnected(world.now, id);
        answer();
        world.pass(Duration.ofSeconds(30));
        assertThat(world.seen(Output.ClosePeer.class)).containsExactly(new Output.ClosePeer(id));
        second.refused(bind(second, id), TurnErrorCode.BAD_REQUEST);
    }

    @Test
    void thereIsOneConnectionToAPeer() {
        allocate(alice);
        connecting(PEER);
        alice.refused(StunMessage.parse(connect(PEER).getFirst()).orThrow(), TurnErrorCode.CONNECTION_EXISTS);
        connecting(PEER.withPort(1));
    }

    @Test
    void aPeerWithPermissionMayComeByItself() {
        TransportAddress relayed = TestClient.relayedIn(allocate(alice));
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER))
                .isZero();
        alice.permit(PEER);
        int id = world.engine.peerAccepted(world.now, false, relayed.port(), PEER);
        assertThat(id).isNotZero();
        StunMessage attempt = answer();
        assertThat(attempt.messageClass()).isEqualTo(StunClass.INDICATION);
        assertThat(attempt.method()).isEqualTo(StunMethod.CONNECTION_ATTEMPT);
        assertThat(attempt.numberOf(StunAttribute.CONNECTION_ID)).hasValue(id);
        assertThat(attempt.xorAddress(attempt.find(StunAttribute.XOR_PEER_ADDRESS)))
                .isEqualTo(PEER);
        TestClient.succeeded(bind(second, id));
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER))
                .as("twice")
                .isZero();
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port() ^ 1, PEER))
                .isZero();
    }

    @Test
    void aPeerThatIsClosedAtOnceIsCountedByTheReason() {
        TransportAddress relayed = TestClient.relayedIn(allocate(alice));
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER))
                .isZero();
        assertThat(world.engine.count(TurnErrorCode.NO_PERMISSION)).isEqualTo(1);
        world.drive();
        assertThat(world.seen(Output.Dropping.class))
                .singleElement()
                .satisfies(told -> assertThat(told.code()).isEqualTo(TurnErrorCode.NO_PERMISSION));
        alice.permit(PEER);
        for (int i = 0; i < TurnLimits.DEFAULTS.connections(); i++) {
            assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER.withPort(8_000 + i)))
                    .isNotZero();
        }
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER))
                .isZero();
        assertThat(world.engine.count(TurnErrorCode.NO_CAPACITY)).isEqualTo(1);
        world.pass(Duration.ofSeconds(30)); // nobody has taken them over
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER))
                .isNotZero();
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER))
                .as("twice")
                .isZero();
        assertThat(world.engine.count(TurnErrorCode.CONNECTION_EXISTS)).isEqualTo(1);
        world.pass(Duration.ofMinutes(5));
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port(), PEER.withPort(1)))
                .isZero();
        assertThat(world.engine.count(TurnErrorCode.PERMISSION_OVER)).isEqualTo(1);
        assertThat(world.engine.peerAccepted(world.now, false, relayed.port() ^ 1, PEER))
                .isZero();
        assertThat(world.engine.count(TurnErrorCode.RELAY_UNKNOWN)).isEqualTo(1);
    }

    @Test
    void anotherUserCannotTakeAConnectionOver() {
        allocate(alice);
        int id = connecting(PEER);
        world.engine.peerConnected(world.now, id);
        TestClient bob = world.client(TurnWorld.TLS, "203.0.113.51:1", "bob");
        bob.refused(bind(bob, id), TurnErrorCode.OTHER_USER);
        bob.refused(bind(bob, id + 1), TurnErrorCode.BAD_REQUEST);
        TestClient plain = world.client("203.0.113.50:4009", "alice");
        plain.refused(bind(plain, id), TurnErrorCode.BAD_REQUEST);
        TestClient.succeeded(bind(second, id));
        TestClient third = world.client(TurnWorld.TCP, "203.0.113.50:4002", "alice");
        third.refused(bind(third, id), TurnErrorCode.BAD_REQUEST);
    }

    @Test
    void connectionsEndWithTheirAllocation() {
        allocate(alice);
        int first = connecting(PEER);
        int other = connecting(PEER.withPort(1));
        world.engine.clientClosed(
                world.now, TurnWorld.TLS, alice.address.high(), alice.address.low(), alice.address.port());
        world.drive();
        assertThat(world.seen(Output.ClosePeer.class))
                .containsExactlyInAnyOrder(new Output.ClosePeer(first), new Output.ClosePeer(other));
        assertThat(world.engine.connectionCount()).isZero();
        assertThat(world.engine.nextDeadline()).isEqualTo(org.edgeways.base.TimerQueue.NEVER);
    }

    @Test
    void forbiddenPeersAreNotConnectedTo() {
        allocate(alice);
        for (String text : List.of("127.0.0.1:22", "10.0.0.1:80", "169.254.169.254:80")) {
            alice.refused(
                    StunMessage.parse(connect(TurnWorld.address(text)).getFirst())
                            .orThrow(),
                    TurnErrorCode.PEER_FORBIDDEN);
        }
        alice.refused(
                StunMessage.parse(connect(TurnWorld.RELAY4.withPort(443)).getFirst())
                        .orThrow(),
                TurnErrorCode.PEER_FORBIDDEN);
        alice.refused(
                StunMessage.parse(connect(TurnWorld.RELAY4.withPort(50_500)).getFirst())
                        .orThrow(),
                TurnErrorCode.PEER_FORBIDDEN);
        assertThat(world.seen(Output.ConnectPeer.class)).isEmpty();
    }

    @Test
    void aStricterPolicyClosesConnections() {
        allocate(alice);
        int id = connecting(PEER);
        world.engine.policy((high, low) -> false);
        world.drive();
        assertThat(world.seen(Output.ClosePeer.class)).containsExactly(new Output.ClosePeer(id));
    }

    @Test
    void theMostConnectionsAreMadeAndOneMoreIsRefused() {
        allocate(alice);
        for (int i = 0; i < TurnLimits.DEFAULTS.connections(); i++) {
            connecting(PEER.withPort(100 + i));
        }
        alice.refused(StunMessage.parse(connect(PEER).getFirst()).orThrow(), TurnErrorCode.NO_CAPACITY);
    }

    /** Lets so many packets pass. */
    private static final class Purse implements Quotas.Meter {
        int left = 3;

        @Override
        public boolean mayRelay(int bytes, long now) {
            return left-- > 0;
        }

        @Override
        public void end(long now) {}
    }

    @Test
    void whatPassesIsMeteredInPiecesAndCounted() {
        Purse purse = new Purse();
        world.quotas = (username, client, at) -> purse;
        allocate(alice);
        int id = connecting(PEER);
        world.engine.peerConnected(world.now, id);
        TestClient.succeeded(answer());
        TestClient.succeeded(bind(second, id));
        assertThat(world.engine.passed(world.now, id, true, 1_500)).isEqualTo(1_500);
        assertThat(world.engine.passed(world.now, id, false, 3_000))
                .as("a piece more")
                .isEqualTo(1_024);
        purse.left = 2;
        assertThat(world.engine.passed(world.now, id, false, 1_976)).isEqualTo(1_976);
        alice.refresh(0);
        assertThat(world.engine.passed(world.now, id, false, 1_976))
                .as("of nobody any more")
                .isEqualTo(1_976);
        assertThat(world.seen(Output.Ended.class)).singleElement().satisfies(ended -> {
            assertThat(ended.bytesFromClient()).isEqualTo(1_500);
            assertThat(ended.packetsFromClient()).isEqualTo(2);
            assertThat(ended.bytesToClient()).isEqualTo(3_000);
            assertThat(ended.packetsToClient()).isEqualTo(3);
        });
    }

    @Test
    void whetherAPortOfAnotherShardTakesConnectionsIsLeftToTheDriver() {
        RelaySettings first = new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_999, true, true, true, 0, 2);
        TurnWorld shard = new TurnWorld(TurnWorld.with(first));
        TestClient bob = shard.client(TurnWorld.TCP, "203.0.113.51:1", "bob");
        allocate(bob);
        TransportAddress others = TurnWorld.RELAY4.withPort(50_002);
        assertThat(first.shardOf(others.port())).isEqualTo(1);
        assertThat(bob.send(bob.signed(bob.request(StunMethod.CONNECT).addXor(StunAttribute.XOR_PEER_ADDRESS, others))))
                .isEmpty();
        assertThat(shard.seen(Output.ConnectPeer.class))
                .singleElement()
                .satisfies(wanted -> assertThat(wanted.peer()).isEqualTo(others));
        assertThat(shard.engine.allows(others.high(), others.low())).isTrue();
        assertThat(shard.engine.allows(0, TurnWorld.address("10.0.0.1:1").low()))
                .isFalse();
    }

    @Test
    void whatDoesNotGoWithTcpIsABadRequest() {
        TestClient datagrams = world.client("203.0.113.50:4000", "alice");
        datagrams.refused(allocate(datagrams), TurnErrorCode.BAD_REQUEST);
        for (int attribute : new int[] {StunAttribute.DONT_FRAGMENT, StunAttribute.EVEN_PORT}) {
            byte[] value = new byte[attribute == StunAttribute.EVEN_PORT ? 1 : 0];
            alice.refused(
                    alice.ask(
                            StunMethod.ALLOCATE,
                            writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24)
                                    .add(attribute, value)),
                    TurnErrorCode.BAD_REQUEST);
        }
        TestClient.succeeded(alice.allocate());
        alice.refused(StunMessage.parse(connect(PEER).getFirst()).orThrow(), TurnErrorCode.BAD_REQUEST);
    }

    @Test
    void aTcpAllocationRelaysNoDatagrams() {
        TransportAddress relayed = TestClient.relayedIn(allocate(alice));
        alice.permit(PEER);
        alice.send(PEER, "x");
        world.dropped(TurnErrorCode.UNEXPECTED);
        alice.refused(alice.bind(0x4000, PEER), TurnErrorCode.BAD_REQUEST);
        world.fromPeer(relayed, PEER, new byte[1]);
        world.dropped(TurnErrorCode.RELAY_UNKNOWN);
    }

    @Test
    void withClosedPortsTcpIsRefusedWithAReasonThatNamesTheSetting() {
        TurnWorld closed = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_999, false, false, true, 0, 1)));
        TestClient bob = closed.client(TurnWorld.TCP, "203.0.113.51:1", "bob");
        StunMessage answer = allocate(bob);
        bob.refused(answer, TurnErrorCode.TCP_NEEDS_RELAY_PORTS);
        assertThat(answer.text(StunAttribute.ERROR_CODE)).endsWith("relayPorts: none");
        assertThat(closed.engine.allocationCount()).isZero();
        TestClient.succeeded(bob.allocate());
    }

    @Test
    void withoutTcpTheTransportIsUnsupported() {
        TurnWorld plain = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_999, true, false, true, 0, 1)));
        TestClient bob = plain.client(TurnWorld.TCP, "203.0.113.51:1", "bob");
        bob.refused(allocate(bob), TurnErrorCode.TCP_PEERS_OFF);
        StunWriter nothing = bob.request(StunMethod.CONNECT);
        bob.refused(bob.ask(bob.signed(nothing)), TurnErrorCode.NO_ALLOCATION);
    }
}
