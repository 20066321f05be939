package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody gets to what listens on this host by way of the relay, also on an address that it has got while it runs. */
@Timeout(60)
class OwnAddressesTest extends OnBothPaths {

    private static final InetAddress GLOBAL = InetAddress.ofLiteral("192.0.2.7");
    private static final OnLink.Leg BEFORE =
            new OnLink.Leg(false, List.of(InetAddress.ofLiteral("10.1.2.3")), List.of());
    private static final OnLink.Leg AFTER = new OnLink.Leg(false, List.of(GLOBAL), List.of());
    private static final AvEdgeSettings SETTINGS = Rig.settings(2)
            .withPeers(new AvEdgeSettings.Peers(
                    List.of(AddressPrefix.of("127.0.0.0/8"), AddressPrefix.of("192.0.2.0/24")), List.of()));

    private final AtomicReference<List<OnLink.Leg>> legs = new AtomicReference<>(List.of(BEFORE));

    private static int permit(TurnClient client, InetAddress address) throws Exception {
        return TurnClient.error(client.permit(TransportAddress.of(address, 443)));
    }

    @Test
    void anAddressThatTheHostHasGotIsNobodysPeerAfterTheNextLook() throws Exception {
        try (Rig rig = new Rig(sockets, SETTINGS, legs::get)) {
            TurnClient alice = rig.client("1:alice");
            alice.relayed();
            assertThat(permit(alice, GLOBAL)).as("somebody else's").isZero();
            legs.set(List.of(BEFORE, AFTER));
            assertThat(permit(alice, GLOBAL)).as("nobody has looked").isZero();
            rig.edge.lookAtAddresses();
            assertThat(permit(alice, GLOBAL)).isEqualTo(403);
            alice.send(TransportAddress.of(GLOBAL, 443), "by the permission of before");
            Rig.eventually("it is gone", () -> rig.count("av_edge_drops", "code", "turn-no-permission") == 1);
            legs.set(List.of(BEFORE));
            rig.edge.lookAtAddresses();
            assertThat(permit(alice, GLOBAL)).as("it has it no more").isZero();
        }
    }

    @Test
    void otherSettingsLookToo() throws Exception {
        try (Rig rig = new Rig(sockets, SETTINGS, legs::get)) {
            TurnClient alice = rig.client("1:alice");
            alice.relayed();
            legs.set(List.of(AFTER));
            rig.edge.use(SETTINGS);
            assertThat(permit(alice, GLOBAL)).isEqualTo(403);
        }
    }

    @Test
    void aLookThatFindsNothingNewTakesNothingAway() throws Exception {
        try (Rig rig = new Rig(sockets, SETTINGS, legs::get)) {
            TurnClient alice = rig.client("1:alice");
            DatagramSocket peer = rig.peer();
            alice.relayed();
            assertThat(TurnClient.error(alice.permit(Rig.address(peer)))).isZero();
            rig.edge.lookAtAddresses();
            legs.set(List.of(AFTER));
            rig.edge.lookAtAddresses();
            alice.send(Rig.address(peer), "goes on");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("goes on");
        }
    }
}
