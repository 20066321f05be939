package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** What one shard has given out names it, whichever other one it comes to. */
class ShardHintTest {

    private static final int SHARDS = 3;
    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");

    private static RelaySettings relaying(int shard) {
        return new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_999, true, true, true, shard, SHARDS);
    }

    /** Which shard a request with that attribute names, where the first one gets it. */
    private static int named(int method, int attribute, byte[] value) {
        byte[] packet = new StunWriter(StunClass.REQUEST, method, new byte[12])
                .add(StunAttribute.SOFTWARE, "odd")
                .add(attribute, value)
                .toBytes();
        return ShardHint.of(relaying(0), MemorySegment.ofArray(packet), 0, packet.length);
    }

    @Test
    void tokensTicketsAndConnectionsNameTheShardThatHasGivenThem() {
        for (int shard = 0; shard < SHARDS; shard++) {
            TurnWorld world = new TurnWorld(TurnWorld.with(relaying(shard)), shard);
            for (int i = 0; i < 10; i++) {
                TestClient client = world.client("203.0.113.50:" + (4000 + i), "alice");
                StunMessage answer = client.allocate(writer -> writer.add(StunAttribute.EVEN_PORT, new byte[] {-128})
                        .add(StunAttribute.MOBILITY_TICKET, new byte[0]));
                byte[] token = answer.valueOf(StunAttribute.RESERVATION_TOKEN);
                byte[] ticket = answer.valueOf(StunAttribute.MOBILITY_TICKET);
                assertThat(named(StunMethod.ALLOCATE, StunAttribute.RESERVATION_TOKEN, token))
                        .isEqualTo(shard);
                assertThat(named(StunMethod.REFRESH, StunAttribute.MOBILITY_TICKET, ticket))
                        .isEqualTo(shard);

                TestClient streamed = world.client(TurnWorld.TCP, "203.0.113.50:" + (4000 + i), "alice");
                streamed.ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24));
                streamed.send(streamed.signed(
                        streamed.request(StunMethod.CONNECT).addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)));
                int id = world.seen(Output.ConnectPeer.class).getLast().connection();
                byte[] bytes = java.nio.ByteBuffer.allocate(4).putInt(id).array();
                assertThat(named(StunMethod.CONNECTION_BIND, StunAttribute.CONNECTION_ID, bytes))
                        .isEqualTo(shard);
            }
        }
    }

    @Test
    void anythingElseIsForTheShardThatItCameTo() {
        byte[] eight = {0, 0, 0, 0, 0, 0, 0, 1};
        assertThat(named(StunMethod.ALLOCATE, StunAttribute.RESERVATION_TOKEN, eight))
                .isEqualTo(1);
        assertThat(named(StunMethod.REFRESH, StunAttribute.RESERVATION_TOKEN, eight))
                .isZero();
        assertThat(named(StunMethod.ALLOCATE, StunAttribute.MOBILITY_TICKET, eight))
                .isZero();
        assertThat(named(StunMethod.CREATE_PERMISSION, StunAttribute.CONNECTION_ID, eight))
                .isZero();
        assertThat(named(StunMethod.REFRESH, StunAttribute.MOBILITY_TICKET, new byte[0]))
                .isZero();
        assertThat(named(StunMethod.REFRESH, StunAttribute.MOBILITY_TICKET, new byte[3]))
                .isZero();
        byte[] packet = new StunWriter(StunClass.REQUEST, StunMethod.ALLOCATE, new byte[12])
                .add(StunAttribute.RESERVATION_TOKEN, eight)
                .toBytes();
        for (int length = 0; length < packet.length; length++) {
            assertThat(ShardHint.of(relaying(0), MemorySegment.ofArray(packet).asSlice(0, length), 0, length))
                    .as("cut after %d", length)
                    .isZero();
        }
    }
}
