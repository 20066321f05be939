package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Send indications that are not as they should be: relayed or dropped, never answered, never an exception. */
class SendMutationTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");

    @BeforeEach
    void permit() {
        alice.relayed();
        alice.permit(PEER);
    }

    private StunWriter indication() {
        return new StunWriter(StunClass.INDICATION, StunMethod.SEND, alice.transaction());
    }

    private Forward.Kind send(byte[] packet) {
        assertThat(alice.send(packet)).as("answers").isEmpty();
        Forward forward = world.forward;
        if (forward.kind() != Forward.Kind.NOTHING) {
            assertThat(forward.offset()).isGreaterThanOrEqualTo(Forward.HEADROOM);
            assertThat(forward.offset() + forward.length()).isLessThanOrEqualTo(Forward.HEADROOM + packet.length);
        }
        return forward.kind();
    }

    @Test
    void bothAttributesAreNeeded() {
        send(indication().add(StunAttribute.DATA, "x").toBytes());
        world.dropped(TurnErrorCode.UNEXPECTED);
        send(indication().addXor(StunAttribute.XOR_PEER_ADDRESS, PEER).toBytes());
        world.dropped(TurnErrorCode.UNEXPECTED);
        send(indication().toBytes());
        world.dropped(TurnErrorCode.UNEXPECTED);
    }

    @Test
    void theOrderDoesNotMatterAndTheFirstOfTwoCounts() {
        TransportAddress other = TurnWorld.address("203.0.113.9:1");
        assertThat(send(indication()
                        .add(StunAttribute.DATA, "first")
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)
                        .add(StunAttribute.DATA, "second")
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, other)
                        .add(StunAttribute.SOFTWARE, "x")
                        .addFingerprint()
                        .toBytes()))
                .isEqualTo(Forward.Kind.TO_PEER);
        assertThat(world.destination()).isEqualTo(PEER);
        assertThat(world.payload()).isEqualTo("first".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Test
    void anAddressOfAnotherLengthOrFamilyIsDropped() {
        for (int length = 0; length < 30; length++) {
            for (int family = 0; family < 4; family++) {
                byte[] value = new byte[length];
                if (length > 1) {
                    value[1] = (byte) family;
                }
                send(indication()
                        .add(StunAttribute.XOR_PEER_ADDRESS, value)
                        .add(StunAttribute.DATA, "x")
                        .toBytes());
                assertThat(world.forward.kind()).isEqualTo(Forward.Kind.NOTHING);
            }
        }
    }

    @Test
    void anAddressThatIsCutOffAtTheEndOfTheBufferIsDropped() {
        for (int length = 0; length < 8; length++) {
            send(indication()
                    .add(StunAttribute.DATA, "x")
                    .add(StunAttribute.XOR_PEER_ADDRESS, new byte[length])
                    .toBytes());
            world.dropped(TurnErrorCode.UNEXPECTED);
        }
    }

    @Test
    void anAttributeThatMustBeUnderstoodAndIsNotDropsTheIndication() {
        send(indication()
                .addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)
                .add(StunAttribute.DATA, "x")
                .add(0x7123, "")
                .toBytes());
        world.dropped(TurnErrorCode.UNEXPECTED);
    }

    @Test
    void everyCutAndEveryLengthIsSurvived() {
        byte[] whole = indication()
                .add(StunAttribute.SOFTWARE, "test")
                .addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)
                .add(StunAttribute.DATA, "some data")
                .toBytes();
        for (int length = 0; length < whole.length; length++) {
            assertThat(send(Arrays.copyOf(whole, length)))
                    .as("%d bytes", length)
                    .isEqualTo(Forward.Kind.NOTHING);
        }
        for (int at = 0; at + 1 < whole.length; at++) {
            for (int value = 0; value < 0x10000; value += value < 300 ? 1 : 1021) {
                byte[] bent = whole.clone();
                bent[at] = (byte) (value >> 8);
                bent[at + 1] = (byte) value;
                world.fromClient(TurnWorld.UDP, alice.address, bent);
                Forward forward = world.forward;
                if (forward.kind() == Forward.Kind.TO_PEER) {
                    assertThat(world.destination().withPort(0)).isEqualTo(PEER.withPort(0));
                    assertThat(forward.offset() + forward.length()).isLessThanOrEqualTo(Forward.HEADROOM + bent.length);
                }
            }
        }
    }
}
