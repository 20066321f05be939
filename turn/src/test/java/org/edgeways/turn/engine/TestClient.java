package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.PasswordAlgorithm;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;

/** A client that speaks to an engine, as far as the tests need it. */
final class TestClient {

    final TurnWorld world;
    final int listener;
    TransportAddress address;
    String user;
    Integrity integrity = Integrity.SHA1;
    String realm = "";
    String nonce = "";
    byte[] algorithms = {};
    private int transactions;

    TestClient(TurnWorld world, int listener, TransportAddress address, String user) {
        this.world = world;
        this.listener = listener;
        this.address = address;
        this.user = user;
    }

    byte[] transaction() {
        return ByteBuffer.allocate(12)
                .putInt(0x7e570000 + transactions++)
                .putLong(address.low() + address.port())
                .array();
    }

    StunWriter request(int method) {
        return new StunWriter(StunClass.REQUEST, method, transaction());
    }

    /** Asks without credentials, and remembers the challenge. */
    StunMessage challenged(int method) {
        StunMessage answer = ask(
                request(method).add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24).toBytes());
        realm = answer.text(StunAttribute.REALM);
        nonce = answer.text(StunAttribute.NONCE);
        byte[] offered = answer.valueOf(StunAttribute.PASSWORD_ALGORITHMS);
        algorithms = offered == null ? new byte[0] : offered;
        return answer;
    }

    byte[] key() {
        PasswordAlgorithm algorithm = integrity == Integrity.SHA256 ? PasswordAlgorithm.SHA256 : PasswordAlgorithm.MD5;
        return algorithm.key(user, realm, world.passwords.getOrDefault(user, "nothing"));
    }

    byte[] signed(StunWriter writer) {
        writer.add(StunAttribute.USERNAME, user).add(StunAttribute.REALM, realm).add(StunAttribute.NONCE, nonce);
        if (integrity == Integrity.SHA256) {
            writer.add(StunAttribute.PASSWORD_ALGORITHM, 2 << 16).add(StunAttribute.PASSWORD_ALGORITHMS, algorithms);
        }
        return writer.addIntegrity(integrity, key()).toBytes();
    }

    /** Asks with credentials, and gets a challenge first if there was none yet. */
    StunMessage ask(int method, UnaryOperator<StunWriter> attributes) {
        if (nonce.isEmpty()) {
            challenged(method);
        }
        return ask(signed(attributes.apply(request(method))));
    }

    StunMessage ask(byte[] packet) {
        List<byte[]> answers = send(packet);
        assertThat(answers).as("one answer").hasSize(1);
        return StunMessage.parse(answers.getFirst()).orThrow();
    }

    List<byte[]> send(byte[] packet) {
        world.fromClient(listener, address, packet);
        return world.responses(address);
    }

    StunMessage allocate() {
        return allocate(writer -> writer);
    }

    StunMessage allocate(UnaryOperator<StunWriter> attributes) {
        return ask(
                StunMethod.ALLOCATE,
                writer -> attributes.apply(writer.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24)));
    }

    /** Allocates, and gives the relayed address. */
    TransportAddress relayed() {
        return relayedIn(allocate());
    }

    static TransportAddress relayedIn(StunMessage answer) {
        assertThat(answer.messageClass()).as("%s", error(answer)).isEqualTo(StunClass.SUCCESS);
        return answer.xorAddress(answer.find(StunAttribute.XOR_RELAYED_ADDRESS));
    }

    StunMessage permit(TransportAddress... peers) {
        return ask(StunMethod.CREATE_PERMISSION, writer -> {
            for (TransportAddress peer : peers) {
                writer.addXor(StunAttribute.XOR_PEER_ADDRESS, peer);
            }
            return writer;
        });
    }

    StunMessage bind(int number, TransportAddress peer) {
        return ask(
                StunMethod.CHANNEL_BIND,
                writer -> writer.add(StunAttribute.CHANNEL_NUMBER, number << 16)
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, peer));
    }

    StunMessage refresh(int seconds) {
        return ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.LIFETIME, seconds));
    }

    static byte[] channelData(int number, String text) {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + data.length)
                .putShort((short) number)
                .putShort((short) data.length)
                .put(data)
                .array();
    }

    byte[] sendIndication(TransportAddress peer, String text) {
        return new StunWriter(StunClass.INDICATION, StunMethod.SEND, transaction())
                .addXor(StunAttribute.XOR_PEER_ADDRESS, peer)
                .add(StunAttribute.DATA, text)
                .toBytes();
    }

    Forward channel(int number, String text) {
        return world.fromClient(listener, address, channelData(number, text));
    }

    Forward send(TransportAddress peer, String text) {
        return world.fromClient(listener, address, sendIndication(peer, text));
    }

    /** The status of an error response; 0 for a success. */
    static int error(StunMessage answer) {
        byte[] value = answer.valueOf(StunAttribute.ERROR_CODE);
        return value == null ? 0 : value[2] * 100 + value[3];
    }

    static void succeeded(StunMessage answer) {
        assertThat(error(answer)).isZero();
        assertThat(answer.messageClass()).isEqualTo(StunClass.SUCCESS);
    }

    void refused(StunMessage answer, TurnErrorCode code) {
        assertThat(answer.messageClass()).isEqualTo(StunClass.ERROR);
        assertThat(error(answer)).isEqualTo(code.status());
        assertThat(world.engine.count(code)).as(code.code()).isPositive();
    }
}
