package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.edgeways.avedge.StreamRig.Way;
import org.edgeways.avedge.TurnClient.Came;
import org.edgeways.avedge.client.StreamWire;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Behind static address translation: relayed ports are on an address that nobody outside knows, and everybody is told another one, which
 * this host does not have. What a translator does, the tests' peers do: they send to the one where they were told of the other.
 */
@Timeout(60)
class StaticTranslationTest extends OnBothPaths {

    /** Of nobody (RFC 5737): what would be sent there by a socket would not come back. */
    private static final InetAddress ADVERTISED = InetAddress.ofLiteral("198.51.100.9");

    private static AvEdgeSettings settings(int shards) {
        return Rig.settings(shards)
                .withRelay(new AvEdgeSettings.Relay(
                        Rig.RELAY,
                        null,
                        ADVERTISED,
                        AvEdgeSettings.Relay.FIRST_PORT,
                        AvEdgeSettings.Relay.LAST_PORT,
                        true,
                        true))
                .withPeers(new AvEdgeSettings.Peers(
                        List.of(AddressPrefix.of("127.0.0.0/8"), AddressPrefix.of("198.51.100.0/24")), List.of()));
    }

    private static void isAdvertised(TransportAddress relayed) {
        assertThat(relayed.toSocketAddress().getAddress()).isEqualTo(ADVERTISED);
    }

    /** Where that relayed address really is. */
    private static TransportAddress behind(TransportAddress relayed) {
        return TransportAddress.of(Rig.RELAY, relayed.port());
    }

    @Test
    void dataGoesBothWaysBetweenAClientAndAPeer() throws Exception {
        try (Rig rig = new Rig(sockets, settings(2))) {
            TurnClient alice = rig.client("1:alice");
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            isAdvertised(relayed);
            assertThat(TurnClient.error(alice.bind(0x4001, Rig.address(peer)))).isZero();
            alice.channel(0x4001, "out");
            DatagramPacket packet = Rig.received(peer);
            assertThat(Rig.text(packet)).isEqualTo("out");
            assertThat(packet.getSocketAddress()).isEqualTo(behind(relayed).toSocketAddress());
            Rig.send(peer, behind(relayed), "in");
            assertThat(alice.data()).isEqualTo(new Came(0x4001, null, "in"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void clientsReachEachOtherByTheAdvertisedAddressAndNotByTheOtherOne(int shards) throws Exception {
        try (Rig rig = new Rig(sockets, settings(shards))) {
            for (int i = 0; i < 6; i++) { // of three shards some pairs are on two
                TurnClient alice = rig.client(i + ":alice");
                TurnClient bob = rig.client(i + ":bob");
                TransportAddress aliceAt = alice.relayed();
                TransportAddress bobAt = bob.relayed();
                isAdvertised(bobAt);
                assertThat(TurnClient.error(alice.permit(bobAt))).isZero();
                assertThat(TurnClient.error(bob.bind(0x4001, aliceAt))).isZero();
                alice.send(bobAt, "to Bob");
                assertThat(bob.data()).isEqualTo(new Came(0x4001, null, "to Bob"));
                bob.channel(0x4001, "to Alice");
                assertThat(alice.data()).isEqualTo(new Came(0, bobAt, "to Alice"));
                assertThat(TurnClient.error(alice.permit(behind(bobAt))))
                        .as("where it really is: an address of this host")
                        .isEqualTo(403);
                assertThat(TurnClient.error(alice.bind(0x4002, behind(bobAt)))).isEqualTo(403);
            }
            Rig.eventually(
                    "no packet has passed a relayed socket",
                    () -> rig.count("av_edge_packets", "direction", "between-clients") == 12);
            assertThat(rig.count("av_edge_packets", "direction", "to-peer")).isZero();
        }
    }

    @Test
    void whatComesFromOneOfItsOwnAddressesIsNotBelieved() throws Exception {
        try (Rig rig = new Rig(sockets, settings(1))) {
            TurnClient alice = rig.client("1:alice");
            TransportAddress aliceAt = alice.relayed();
            assertThat(TurnClient.error(alice.permit(aliceAt.withPort(aliceAt.port() ^ 1))))
                    .as("a relayed address that may be somebody's")
                    .isZero();
            DatagramSocket neighbour = rig.peer(Rig.RELAY);
            Rig.send(neighbour, behind(aliceAt), "from the relay's own address");
            Rig.eventually("it is dropped", () -> rig.count("av_edge_drops", "code", "turn-no-permission") == 1);
        }
    }

    @Test
    void overTcpAClientConnectsToAPeerAndAPeerToAClient() throws Exception {
        try (StreamRig streams = new StreamRig(sockets, settings(2));
                TurnClient alice = streams.client(Way.TLS, "1:alice");
                ServerSocket peer = new ServerSocket(0, 5, Rig.PEER)) {
            peer.setSoTimeout(10_000);
            TransportAddress relayed = alice.relayedTcp();
            isAdvertised(relayed);
            TransportAddress peerAt = TransportAddress.of((InetSocketAddress) peer.getLocalSocketAddress());
            int connection = id(alice.connect(peerAt));
            try (Socket atPeer = peer.accept();
                    Socket data = bound(streams, "1:alice", connection)) {
                assertThat(atPeer.getRemoteSocketAddress())
                        .isEqualTo(behind(relayed).toSocketAddress());
                bothWays(data, atPeer);
            }
            assertThat(TurnClient.error(alice.permit(peerAt))).isZero();
            try (Socket incoming = new Socket(Rig.RELAY, relayed.port(), Rig.PEER, 0)) {
                StunMessage attempt = alice.indication();
                assertThat(attempt.method()).isEqualTo(StunMethod.CONNECTION_ATTEMPT);
                assertThat(attempt.xorAddress(attempt.find(StunAttribute.XOR_PEER_ADDRESS)))
                        .isEqualTo(TransportAddress.of((InetSocketAddress) incoming.getLocalSocketAddress()));
                try (Socket data = bound(streams, "1:alice", id(attempt))) {
                    bothWays(data, incoming);
                }
            }
        }
    }

    @Test
    void overTcpClientsConnectToEachOtherByTheAdvertisedAddressAndSeeIt() throws Exception {
        try (StreamRig streams = new StreamRig(sockets, settings(2));
                TurnClient alice = streams.client(Way.CLEAR, "1:alice");
                TurnClient bob = streams.client(Way.CLEAR, "1:bob")) { // each connection is another shard's
            TransportAddress aliceAt = alice.relayedTcp();
            TransportAddress bobAt = bob.relayedTcp();
            isAdvertised(aliceAt);
            assertThat(TurnClient.error(alice.permit(bobAt))).isZero();
            int bobs = id(bob.connect(aliceAt));
            StunMessage attempt = alice.indication();
            assertThat(attempt.xorAddress(attempt.find(StunAttribute.XOR_PEER_ADDRESS)))
                    .as("not the address behind, which Alice could do nothing with")
                    .isEqualTo(bobAt);
            try (Socket ofAlice = bound(streams, "1:alice", id(attempt));
                    Socket ofBob = bound(streams, "1:bob", bobs)) {
                bothWays(ofAlice, ofBob);
            }
            assertThat(TurnClient.error(bob.connect(behind(aliceAt)))).isEqualTo(403);
        }
    }

    static int id(StunMessage answer) {
        assertThat(TurnClient.error(answer)).as("error of Connect").isZero();
        return answer.numberOf(StunAttribute.CONNECTION_ID).orElseThrow();
    }

    /** A connection that has taken over that one of the relay's. */
    static Socket bound(StreamRig streams, String user, int connection) throws Exception {
        StreamWire wire = streams.connect(Way.CLEAR);
        assertThat(TurnClient.error(streams.client(wire, user).connectionBind(connection)))
                .isZero();
        return wire.socket();
    }

    static void bothWays(Socket one, Socket other) throws Exception {
        passes(one, other);
        passes(other, one);
    }

    private static void passes(Socket from, Socket to) throws Exception {
        to.setSoTimeout(10_000);
        byte[] text = ("from " + from.getLocalSocketAddress()).getBytes(StandardCharsets.UTF_8);
        from.getOutputStream().write(text);
        from.getOutputStream().flush();
        assertThat(to.getInputStream().readNBytes(text.length)).isEqualTo(text);
    }
}
