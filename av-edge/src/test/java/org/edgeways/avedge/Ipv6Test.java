package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.avedge.StreamRig.Way;
import org.edgeways.avedge.TurnClient.Came;
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
 * Relayed addresses of IPv6, alone and beside one of IPv4. Loopback has one address of IPv6, so nobody but the relay can be a peer there:
 * that packets reach peers of IPv6 is in {@code interop} ({@code Ipv6RelayTest}), which makes addresses.
 */
@Timeout(60)
class Ipv6Test extends OnBothPaths {

    private static final InetAddress ONE = InetAddress.ofLiteral("::1");
    private static final int IPV6 = StunAttribute.REQUESTED_ADDRESS_FAMILY;
    private static final int BOTH = StunAttribute.ADDITIONAL_ADDRESS_FAMILY;

    private static AvEdgeSettings settings(int shards) {
        return AvEdgeSettings.of(
                        "example.org",
                        shards,
                        List.of(new InetSocketAddress(ONE, 0)),
                        new AvEdgeSettings.Relay(Rig.RELAY, ONE))
                .withPeers(new AvEdgeSettings.Peers(
                        List.of(AddressPrefix.of("127.0.0.0/8"), AddressPrefix.of("::1/128")), List.of()));
    }

    /** The relayed addresses of a new allocation, for which IPv6 is asked by that attribute. */
    private static List<TransportAddress> relayed(TurnClient client, int protocol, int attribute) throws Exception {
        StunMessage answer = client.ask(
                StunMethod.ALLOCATE,
                writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, protocol << 24)
                        .add(attribute, 2 << 24));
        assertThat(TurnClient.error(answer)).as("error of Allocate").isZero();
        List<TransportAddress> all = new ArrayList<>();
        for (int i = 0; i < answer.count(); i++) {
            if (answer.type(i) == StunAttribute.XOR_RELAYED_ADDRESS) {
                all.add(answer.xorAddress(i));
            }
        }
        return all;
    }

    private static InetAddress host(TransportAddress address) {
        return address.toSocketAddress().getAddress();
    }

    @Test
    void aClientOverIpv6GetsAnAddressOfEachFamilyAndReachesPeersByTheOneOfTheirs() throws Exception {
        try (Rig rig = new Rig(sockets, settings(2))) {
            TurnClient alice = rig.client("1:alice");
            List<TransportAddress> both = relayed(alice, 17, BOTH);
            assertThat(both).hasSize(2);
            TransportAddress four = both.getFirst();
            assertThat(host(four)).isEqualTo(Rig.RELAY);
            assertThat(host(both.getLast())).isEqualTo(ONE);
            assertThat(rig.counters.value("av_edge_relay_ports")).isEqualTo(2);

            DatagramSocket peer = rig.peer();
            assertThat(TurnClient.error(alice.bind(0x4001, Rig.address(peer)))).isZero();
            alice.channel(0x4001, "over IPv4");
            var packet = Rig.received(peer);
            assertThat(Rig.text(packet)).isEqualTo("over IPv4");
            assertThat(packet.getSocketAddress()).isEqualTo(four.toSocketAddress());
            Rig.send(peer, four, "back");
            assertThat(alice.data()).isEqualTo(new Came(0x4001, null, "back"));

            TurnClient bob = rig.client("1:bob");
            TransportAddress bobAt = relayed(bob, 17, IPV6).getFirst();
            assertThat(TurnClient.error(bob.permit(both.getLast()))).isZero();
            assertThat(TurnClient.error(alice.permit(bobAt))).isZero();
            alice.send(bobAt, "over IPv6");
            assertThat(bob.data()).isEqualTo(new Came(0, both.getLast(), "over IPv6"));

            assertThat(TurnClient.error(alice.refresh(0))).isZero();
            Rig.eventually("both ports are closed", () -> rig.counters.value("av_edge_relay_ports") == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void clientsWithAnAddressOfIpv6ReachEachOtherAndNobodyOfIpv4(int shards) throws Exception {
        try (Rig rig = new Rig(sockets, settings(shards))) {
            DatagramSocket peer = rig.peer();
            for (int i = 0; i < 6; i++) {
                TurnClient alice = rig.client(i + ":alice");
                TurnClient bob = rig.client(i + ":bob");
                TransportAddress aliceAt = relayed(alice, 17, IPV6).getFirst();
                TransportAddress bobAt = relayed(bob, 17, IPV6).getFirst();
                assertThat(host(aliceAt)).isEqualTo(ONE);
                assertThat(TurnClient.error(alice.bind(0x4001, bobAt))).isZero();
                assertThat(TurnClient.error(bob.permit(aliceAt))).isZero();
                alice.channel(0x4001, "to Bob");
                assertThat(bob.data()).isEqualTo(new Came(0, aliceAt, "to Bob"));
                bob.send(aliceAt, "to Alice");
                assertThat(alice.data()).isEqualTo(new Came(0x4001, null, "to Alice"));
                assertThat(TurnClient.error(alice.permit(Rig.address(peer)))).isEqualTo(443);
            }
        }
    }

    @Test
    void theRelayedSocketOfIpv6HearsAndWhatItsOwnAddressSendsIsNotBelieved() throws Exception {
        try (Rig rig = new Rig(sockets, settings(1))) {
            TurnClient alice = rig.client("1:alice");
            TransportAddress aliceAt = relayed(alice, 17, IPV6).getFirst();
            DatagramSocket neighbour = rig.peer(ONE);
            assertThat(TurnClient.error(alice.permit(Rig.address(neighbour).withPort(aliceAt.port()))))
                    .isZero();
            Rig.send(neighbour, aliceAt, "from the relay's own address");
            Rig.eventually("it is dropped", () -> rig.count("av_edge_drops", "code", "turn-no-permission") == 1);
        }
    }

    @Test
    void overTcpClientsConnectToEachOtherThroughSocketsOfIpv6() throws Exception {
        try (StreamRig streams = new StreamRig(sockets, settings(2));
                TurnClient alice = streams.client(Way.CLEAR, "1:alice");
                TurnClient bob = streams.client(Way.CLEAR, "1:bob")) {
            TransportAddress aliceAt = relayed(alice, 6, IPV6).getFirst();
            TransportAddress bobAt = relayed(bob, 6, IPV6).getFirst();
            assertThat(host(bobAt)).isEqualTo(ONE);
            assertThat(TurnClient.error(alice.permit(bobAt))).isZero();
            int bobs = StaticTranslationTest.id(bob.connect(aliceAt));
            StunMessage attempt = alice.indication();
            assertThat(attempt.xorAddress(attempt.find(StunAttribute.XOR_PEER_ADDRESS)))
                    .isEqualTo(bobAt);
            try (Socket ofAlice = StaticTranslationTest.bound(streams, "1:alice", StaticTranslationTest.id(attempt));
                    Socket ofBob = StaticTranslationTest.bound(streams, "1:bob", bobs)) {
                StaticTranslationTest.bothWays(ofAlice, ofBob);
            }
        }
    }
}
