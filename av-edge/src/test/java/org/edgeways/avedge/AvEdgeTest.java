package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real datagrams on loopback. */
class AvEdgeTest extends OnBothPaths {

    private static final int QUIET_MILLIS = 200;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void dataGoesBothWaysBetweenAClientAndAPeer(int shards) throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(shards))) {
            TurnClient alice = rig.client("1:alice");
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            assertThat(relayed.toSocketAddress().getAddress()).isEqualTo(Rig.RELAY);
            assertThat(TurnClient.error(alice.permit(Rig.address(peer)))).isZero();

            alice.send(Rig.address(peer), "hello");
            DatagramPacket packet = Rig.received(peer);
            assertThat(Rig.text(packet)).isEqualTo("hello");
            assertThat(packet.getSocketAddress()).isEqualTo(relayed.toSocketAddress());
            Rig.send(peer, relayed, "hello yourself");
            assertThat(alice.data()).isEqualTo(new TurnClient.Came(0, Rig.address(peer), "hello yourself"));

            assertThat(TurnClient.error(alice.bind(0x4001, Rig.address(peer)))).isZero();
            alice.channel(0x4001, "by channel");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("by channel");
            Rig.send(peer, relayed, "the same way");
            assertThat(alice.data()).isEqualTo(new TurnClient.Came(0x4001, null, "the same way"));

            Rig.eventually(
                    "four packets are counted",
                    () -> rig.count("av_edge_packets", "direction", "to-peer") == 2
                            && rig.count("av_edge_packets", "direction", "to-client") == 2);
            assertThat(rig.count("av_edge_bytes", "direction", "to-peer")).isEqualTo(15);
            assertThat(rig.counters.value("av_edge_allocations")).isEqualTo(1);
            assertThat(rig.counters.value("av_edge_relay_ports")).isEqualTo(1);
            AllocationUse use = rig.edge.busiest(10).getFirst();
            assertThat(use.owner().username()).isEqualTo("1:alice");
            assertThat(use.owner().person()).isEqualTo("alice");
            assertThat(use.packets()).isEqualTo(4);

            alice.refresh(0);
            Rig.eventually("the port is closed", () -> rig.counters.value("av_edge_relay_ports") == 0);
            assertThat(rig.edge.busiest(10)).isEmpty();
            Rig.eventually(
                    "its end is counted", () -> rig.count("av_edge_allocations_ended", "reason", "by-client") == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void twoClientsReachEachOtherWithoutARelayedSocket(int shards) throws Exception {
        // with four shards some of the eight pairs are on two of them, whatever the system chooses, or all on one
        try (Rig rig = new Rig(sockets, Rig.settings(shards))) {
            for (int i = 0; i < 8; i++) {
                TurnClient alice = rig.client(i + ":alice");
                TurnClient bob = rig.client(i + ":bob");
                TransportAddress aliceAt = alice.relayed();
                TransportAddress bobAt = bob.relayed();
                alice.bind(0x4001, bobAt);
                bob.permit(aliceAt);
                alice.channel(0x4001, "to Bob " + i);
                assertThat(bob.data()).isEqualTo(new TurnClient.Came(0, aliceAt, "to Bob " + i));
                bob.send(aliceAt, "to Alice");
                assertThat(alice.data()).isEqualTo(new TurnClient.Came(0x4001, null, "to Alice"));
            }
            Rig.eventually(
                    "all packets are counted",
                    () -> rig.count("av_edge_packets", "direction", "between-clients") == 16);
            assertThat(rig.count("av_edge_packets", "direction", "to-peer")).isZero();
        }
    }

    @Test
    void withoutRelayPortsOnlyClientsOfTheNodeReachEachOther() throws Exception {
        AvEdgeSettings open = Rig.settings(2);
        try (Rig rig = new Rig(sockets, open.withRelay(open.relay().closed()))) {
            TurnClient alice = rig.client("1:alice");
            TurnClient bob = rig.client("1:bob");
            TransportAddress aliceAt = alice.relayed();
            TransportAddress bobAt = bob.relayed();
            DatagramSocket peer = rig.peer();
            var refused = alice.permit(Rig.address(peer));
            assertThat(TurnClient.error(refused)).isEqualTo(403);
            assertThat(TurnClient.reason(refused)).isEqualTo("relayPorts: none");
            var tcp = rig.client("1:carol")
                    .ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24));
            assertThat(TurnClient.error(tcp)).isEqualTo(442);
            assertThat(TurnClient.reason(tcp)).isEqualTo("relayPorts: none");
            alice.bind(0x4001, bobAt);
            bob.bind(0x4002, aliceAt);
            alice.channel(0x4001, "in the house");
            assertThat(bob.data().text()).isEqualTo("in the house");
            assertThat(rig.counters.value("av_edge_relay_ports")).isZero();
            Rig.eventually(
                    "the refusal is counted",
                    () -> rig.count("av_edge_refusals", "code", "turn-relay-ports-closed") == 1);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aClientLearnsThatNobodyReceivesAndMayKeepItsPacketsWhole() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(1))) {
            TurnClient alice = rig.client("1:alice");
            var allocated = alice.ask(
                    StunMethod.ALLOCATE,
                    writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24)
                            .add(StunAttribute.DONT_FRAGMENT, new byte[0]));
            assertThat(TurnClient.error(allocated)).isZero();
            DatagramSocket peer = rig.peer();
            alice.permit(Rig.address(peer));
            alice.sendWhole(Rig.address(peer), "whole");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("whole");
            TransportAddress nobody = Rig.address(peer);
            peer.close();
            alice.send(nobody, "is there anybody?");
            if (sockets == Sockets.PLAIN) { // they hear of no ICMP
                assertThat(alice.data(QUIET_MILLIS)).isNull();
                return;
            }
            assertThat(alice.data())
                    .as("ICMP type 3 code 3, as RFC 8656 section 18.13 writes it")
                    .isEqualTo(new TurnClient.Came(0, nobody, "\0\0\6\3\0\0\0\0"));
        }
    }

    @Test
    void nothingIsRelayedToLoopbackNorToItself() throws Exception {
        AvEdgeSettings settings = Rig.settings(1);
        try (Rig rig = new Rig(sockets, settings.withPeers(AvEdgeSettings.Peers.PUBLIC))) {
            TurnClient alice = rig.client("1:alice");
            alice.relayed();
            for (String peer : List.of("127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.1.1", "224.0.0.1", "0.0.0.0")) {
                TransportAddress at = TransportAddress.of(InetAddress.ofLiteral(peer), 5000);
                assertThat(TurnClient.error(alice.permit(at))).as(peer).isEqualTo(403);
                assertThat(TurnClient.error(alice.bind(0x4001, at))).as(peer).isEqualTo(403);
            }
        }
        // even where loopback is allowed
        try (Rig rig = new Rig(sockets, settings)) {
            TurnClient alice = rig.client("1:alice");
            alice.relayed();
            TransportAddress own = TransportAddress.of(rig.edge.outside().getFirst());
            assertThat(TurnClient.error(alice.permit(own))).as("the listener").isEqualTo(403);
            assertThat(TurnClient.error(alice.permit(own.withPort(443))))
                    .as("its host")
                    .isEqualTo(403);
        }
    }

    @Test
    void aNetworkThatIsInsideThoughItsAddressesAreGlobalIsReachedOnlyIfAllowed() throws Exception {
        TransportAddress global = TransportAddress.of(InetAddress.ofLiteral("9.1.2.3"), 5_000);
        try (Rig rig = new Rig(sockets, Rig.settings(2))) {
            TurnClient alice = rig.client("1:alice");
            alice.relayed();
            assertThat(TurnClient.error(alice.permit(global))).isZero();
            List<AddressPrefix> inside = List.of(AddressPrefix.of("9.1.2.0/24"));
            rig.edge.use(Rig.settings(2)
                    .withPeers(new AvEdgeSettings.Peers(List.of(), List.of(), List.of(), inside, List.of())));
            assertThat(TurnClient.error(alice.permit(global))).isEqualTo(403);
            rig.edge.use(Rig.settings(2)
                    .withPeers(new AvEdgeSettings.Peers(inside, List.of(), List.of(), inside, List.of())));
            assertThat(TurnClient.error(alice.permit(global))).isZero();
            List<AddressPrefix> other = List.of(AddressPrefix.ofOne("9.1.2.3"));
            rig.edge.use(Rig.settings(2)
                    .withPeers(new AvEdgeSettings.Peers(List.of(), List.of(), List.of(), inside, other)));
            assertThat(TurnClient.error(alice.permit(global)))
                    .as("another relay")
                    .isZero();
            assertThat(TurnClient.error(alice.permit(TransportAddress.of(InetAddress.ofLiteral("9.1.2.4"), 5_000))))
                    .isEqualTo(403);
        }
    }

    @Test
    void whatIsDeniedWhileItRunsIsReachedNoMore() throws Exception {
        AvEdgeSettings settings = Rig.settings(2);
        try (Rig rig = new Rig(sockets, settings)) {
            TurnClient alice = rig.client("1:alice");
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            alice.bind(0x4001, Rig.address(peer));
            alice.channel(0x4001, "before");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("before");

            rig.edge.use(settings.withPeers(
                    new AvEdgeSettings.Peers(Rig.LOOPBACK, List.of(AddressPrefix.of("127.0.0.4/32")))));
            alice.channel(0x4001, "after");
            Rig.send(peer, relayed, "after");
            assertThat(alice.data(QUIET_MILLIS)).isNull();
            assertThat(TurnClient.error(alice.permit(Rig.address(peer)))).isEqualTo(403);
            Rig.eventually("both are dropped", () -> rig.count("av_edge_drops", "code", "turn-no-permission") == 2);
            peer.setSoTimeout(QUIET_MILLIS);
            assertThatThrownBy(() -> Rig.received(peer)).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void aPeerWithoutPermissionIsNotHeard() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(1))) {
            TurnClient alice = rig.client("1:alice");
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            Rig.send(peer, relayed, "unasked");
            Rig.eventually("it is dropped", () -> rig.count("av_edge_drops", "code", "turn-no-permission") == 1);
            assertThat(alice.data(QUIET_MILLIS)).isNull();
        }
    }

    @Test
    void whoDrainsTakesNobodyNewAndGoesOn() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(2))) {
            TurnClient alice = rig.client("1:alice");
            DatagramSocket peer = rig.peer();
            alice.relayed();
            alice.bind(0x4001, Rig.address(peer));
            rig.edge.drain();
            assertThat(rig.counters.value("av_edge_draining")).isEqualTo(1);
            assertThat(TurnClient.error(rig.client("1:bob").allocate())).isEqualTo(508);
            alice.channel(0x4001, "goes on");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("goes on");
            assertThat(TurnClient.error(alice.refresh(600))).isZero();
            rig.edge.resume();
            assertThat(TurnClient.error(rig.client("1:carol").allocate())).isZero();
        }
    }

    @Test
    void theAllocationOfAPersonWhoIsWithdrawnEnds() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(2))) {
            TurnClient alice = rig.client("1:alice");
            TurnClient bob = rig.client("1:bob");
            alice.relayed();
            bob.relayed();
            rig.passwords.remove("1:alice");
            rig.edge.end(holder -> holder.username().endsWith(":alice"));
            assertThat(rig.edge.allocations()).isEqualTo(1);
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(401);
            assertThat(TurnClient.error(bob.refresh(600))).isZero();
            assertThat(rig.count("av_edge_allocations_ended", "reason", "withdrawn"))
                    .isEqualTo(1);
        }
    }

    @Test
    void anAddressThatCannotBeHadFailsTheStartAndLeavesNothingOpen() throws Exception {
        InetSocketAddress nowhere = new InetSocketAddress(InetAddress.ofLiteral("198.51.100.77"), 3478);
        AvEdgeSettings settings = Rig.settings(2).withInside(List.of(nowhere));
        assertThatThrownBy(() -> new Rig(sockets, settings)).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsClosedListensNoMoreAndItsPortCanBeHadAgain() throws Exception {
        InetSocketAddress address;
        try (Rig rig = new Rig(sockets, Rig.settings(2))) {
            address = rig.edge.outside().getFirst();
            rig.client("1:alice").relayed();
        }
        AvEdgeSettings again = Rig.settings(2);
        try (Rig rig = new Rig(
                sockets,
                new AvEdgeSettings(
                        again.realm(),
                        2,
                        List.of(address),
                        List.of(),
                        again.relay(),
                        again.peers(),
                        again.quotas(),
                        again.limits(),
                        again.elsewhere(),
                        again.streamIdle()))) {
            rig.client("1:alice").relayed();
        }
    }
}
