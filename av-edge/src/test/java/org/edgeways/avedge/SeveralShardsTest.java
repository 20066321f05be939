package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import org.edgeways.avedge.StreamRig.Way;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients whose packets the system gives to one shard while another has what they come for. Of so many clients some do, whatever it
 * chooses.
 */
@Timeout(60)
class SeveralShardsTest extends OnBothPaths {

    private static final int SHARDS = 4;
    private static final int CLIENTS = 10;

    private static StunMessage allocate(TurnClient client, int attribute, byte[] value) throws Exception {
        StunMessage answer = client.ask(
                StunMethod.ALLOCATE,
                writer ->
                        writer.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24).add(attribute, value));
        assertThat(TurnClient.error(answer)).as("error of Allocate").isZero();
        return answer;
    }

    private static TransportAddress relayed(StunMessage answer) {
        return answer.xorAddress(answer.find(StunAttribute.XOR_RELAYED_ADDRESS));
    }

    /** Data both ways, by indications and by a channel. */
    private static void relays(TurnClient client, TransportAddress relayed, DatagramSocket peer, int channel)
            throws Exception {
        TransportAddress at = Rig.address(peer);
        assertThat(TurnClient.error(client.permit(at))).isZero();
        client.send(at, "by indication");
        assertThat(Rig.text(Rig.received(peer))).isEqualTo("by indication");
        assertThat(TurnClient.error(client.bind(channel, at))).isZero();
        client.channel(channel, "by channel");
        var packet = Rig.received(peer);
        assertThat(Rig.text(packet)).isEqualTo("by channel");
        assertThat(packet.getSocketAddress()).isEqualTo(relayed.toSocketAddress());
        Rig.send(peer, relayed, "back");
        assertThat(client.data()).isEqualTo(new TurnClient.Came(channel, null, "back"));
    }

    @Test
    void aReservedPortIsTheirsWhoeverComesWithTheToken() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(SHARDS))) {
            DatagramSocket peer = rig.peer();
            int elsewhere = 0;
            for (int i = 0; i < CLIENTS; i++) {
                TurnClient first = rig.client("1:alice");
                StunMessage even = allocate(first, StunAttribute.EVEN_PORT, new byte[] {-128});
                TurnClient second = rig.client("1:alice");
                byte[] token = even.valueOf(StunAttribute.RESERVATION_TOKEN);
                TransportAddress odd = relayed(allocate(second, StunAttribute.RESERVATION_TOKEN, token));
                assertThat(odd.port()).isEqualTo(relayed(even).port() + 1);
                relays(second, odd, peer, 0x4001);
                relays(first, relayed(even), peer, 0x4001);
                assertThat(TurnClient.error(second.refresh(600))).isZero();
                assertThat(TurnClient.error(first.refresh(0))).isZero();
                elsewhere += rig.edge.foreignClients();
                if (i % 2 == 0) {
                    assertThat(TurnClient.error(second.refresh(0))).isZero();
                    second.relayed(); // another one, wherever its packets come to
                }
            }
            assertThat(elsewhere).as("clients of other shards").isPositive();
            rig.edge.end(user -> true);
            Rig.eventually("all are forgotten", () -> rig.edge.foreignClients() == 0);
        }
    }

    @Test
    void anAllocationMovesFromPlaceToPlace() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(SHARDS))) {
            DatagramSocket peer = rig.peer();
            TurnClient client = rig.client("1:alice");
            StunMessage answer = allocate(client, StunAttribute.MOBILITY_TICKET, new byte[0]);
            TransportAddress relayed = relayed(answer);
            int most = 0;
            for (int i = 0; i < CLIENTS; i++) {
                relays(client, relayed, peer, 0x4001);
                TurnClient before = client;
                byte[] ticket = answer.valueOf(StunAttribute.MOBILITY_TICKET);
                client = rig.client("1:alice");
                answer = client.ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.MOBILITY_TICKET, ticket));
                assertThat(TurnClient.error(answer)).isZero();
                assertThat(TurnClient.error(before.refresh(600)))
                        .as("it is there no more")
                        .isEqualTo(437);
                most = Math.max(most, rig.edge.foreignClients());
            }
            assertThat(most).as("at once there is one place").isEqualTo(1);
            assertThat(TurnClient.error(client.refresh(0))).isZero();
            Rig.eventually("it is forgotten", () -> rig.edge.foreignClients() == 0);
        }
    }

    @Test
    void anAllocationMovesBetweenConnectionsAndDatagrams() throws Exception {
        try (StreamRig streams = new StreamRig(sockets, Rig.settings(SHARDS))) {
            Rig rig = streams.rig;
            DatagramSocket peer = rig.peer();
            TurnClient client = streams.client(Way.CLEAR, "1:alice");
            StunMessage answer = allocate(client, StunAttribute.MOBILITY_TICKET, new byte[0]);
            TransportAddress relayed = relayed(answer);
            for (int i = 0; i < 2 * SHARDS; i++) {
                relays(client, relayed, peer, 0x4001);
                byte[] ticket = answer.valueOf(StunAttribute.MOBILITY_TICKET);
                TurnClient before = client;
                client = i % 3 == 2 ? rig.client("1:alice") : streams.client(Way.TLS, "1:alice");
                answer = client.ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.MOBILITY_TICKET, ticket));
                assertThat(TurnClient.error(answer)).as("move %d", i).isZero();
                before.close();
            }
            relays(client, relayed, peer, 0x4001);
            client.close();
        }
    }

    @Test
    void aTokenThatNobodyHasIsRefusedWhicheverShardItNames() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(SHARDS))) {
            for (int i = 0; i < SHARDS; i++) {
                byte[] token = ByteBuffer.allocate(8).putLong(1_000 + i).array();
                TurnClient client = rig.client("1:alice");
                StunMessage answer = client.ask(
                        StunMethod.ALLOCATE,
                        writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24)
                                .add(StunAttribute.RESERVATION_TOKEN, token));
                assertThat(TurnClient.error(answer)).isEqualTo(508);
                client.relayed();
            }
            assertThat(rig.edge.foreignClients()).isZero();
        }
    }
}
