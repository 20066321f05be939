package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.AddressFamily;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/**
 * A forbidden address is refused in every form that an IPv6 address can hide it in (mapped, compatible, translated, 6to4, NAT64,
 * Teredo, ISATAP), whichever operation names it. The clients have addresses of both families, so nothing else refuses it.
 */
class PeerFormsTest {

    private static final int[] FORBIDDEN = {0x7f000001, 0x0a000001, 0xc0a80101, 0xa9fea9fe, 0xe0000001, 0, -1};
    private static final int PORT = 7_000;

    private final TurnWorld world = new TurnWorld();

    private static void eachForm(Consumer<byte[]> check) {
        for (int address : FORBIDDEN) {
            PeerRulesTest.formsOf(address).forEach(check);
        }
    }

    /** Of 16 bytes always: {@link StunWriter#addXor} would write a mapped address as IPv4. */
    private static StunWriter addPeer(StunWriter writer, byte[] address) {
        ByteBuffer head = ByteBuffer.wrap(writer.toBytes());
        ByteBuffer bits = ByteBuffer.wrap(address);
        return writer.add(
                StunAttribute.XOR_PEER_ADDRESS,
                ByteBuffer.allocate(20)
                        .putShort((short) AddressFamily.IPV6)
                        .putShort((short) (PORT ^ StunMessage.MAGIC_COOKIE >>> 16))
                        .putLong(bits.getLong() ^ head.getLong(4))
                        .putLong(bits.getLong() ^ head.getLong(12))
                        .array());
    }

    private TestClient client(int listener, int transport) {
        TestClient client = world.client(listener, "203.0.113.50:4000", "alice");
        StunMessage answer = client.ask(
                StunMethod.ALLOCATE,
                writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, transport << 24)
                        .add(StunAttribute.ADDITIONAL_ADDRESS_FAMILY, AddressFamily.IPV6 << 24));
        TestClient.succeeded(answer);
        assertThat(answer.has(StunAttribute.ADDRESS_ERROR_CODE)).isFalse();
        return client;
    }

    private static void isForbidden(StunMessage answer, byte[] form) {
        assertThat(TestClient.error(answer)).as(HexFormat.of().formatHex(form)).isEqualTo(403);
    }

    private static byte[] sending(TestClient client, byte[] peer) {
        StunWriter writer = new StunWriter(StunClass.INDICATION, StunMethod.SEND, client.transaction());
        return addPeer(writer, peer).add(StunAttribute.DATA, "x").toBytes();
    }

    @Test
    void byPermissionChannelAndSend() {
        TestClient alice = client(TurnWorld.UDP, 17);
        eachForm(form -> {
            isForbidden(alice.ask(StunMethod.CREATE_PERMISSION, writer -> addPeer(writer, form)), form);
            isForbidden(
                    alice.ask(
                            StunMethod.CHANNEL_BIND,
                            writer -> addPeer(writer.add(StunAttribute.CHANNEL_NUMBER, 0x4001 << 16), form)),
                    form);
            world.fromClient(TurnWorld.UDP, alice.address, sending(alice, form));
            world.dropped(TurnErrorCode.NO_PERMISSION);
        });
    }

    @Test
    void byConnectAndAgainWhereItIsConnectedTo() {
        TestClient alice = client(TurnWorld.TLS, 6);
        eachForm(form -> {
            isForbidden(alice.ask(StunMethod.CONNECT, writer -> addPeer(writer, form)), form);
            ByteBuffer bits = ByteBuffer.wrap(form);
            assertThat(world.engine.allows(bits.getLong(), bits.getLong()))
                    .as(HexFormat.of().formatHex(form))
                    .isFalse();
        });
        assertThat(world.seen(Output.ConnectPeer.class)).isEmpty();
    }

    @Test
    void aMappedAddressIsTheSamePeerAsItsIpv4Address() {
        TestClient alice = client(TurnWorld.UDP, 17);
        TransportAddress peer = TurnWorld.address("203.0.113.1:" + PORT);
        byte[] mapped = HexFormat.of().parseHex("00000000000000000000ffffcb007101");
        TestClient.succeeded(alice.ask(StunMethod.CREATE_PERMISSION, writer -> addPeer(writer, mapped)));
        for (byte[] packet : List.of(sending(alice, mapped), alice.sendIndication(peer, "x"))) {
            world.fromClient(TurnWorld.UDP, alice.address, packet);
            assertThat(world.forward.kind()).isEqualTo(Forward.Kind.TO_PEER);
            assertThat(world.forward.ipv6()).isFalse();
            assertThat(world.destination()).isEqualTo(peer);
        }
    }
}
