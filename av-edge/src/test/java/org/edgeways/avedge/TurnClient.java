package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.edgeways.avedge.client.Wire;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.PasswordAlgorithm;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;

/** A client over a real socket, as far as the tests need it. */
final class TurnClient implements AutoCloseable {

    /** Data that came through the relay. */
    record Came(int channel, TransportAddress peer, String text) {}

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Wire wire;
    private final String password;
    private final Deque<Came> data = new ArrayDeque<>();
    final String user;
    private String realm = "";
    String nonce = "";
    private int transactions;

    TurnClient(Wire wire, String user, String password) {
        this.wire = wire;
        this.user = user;
        this.password = password;
    }

    private byte[] transaction() {
        return ByteBuffer.allocate(12)
                .putInt(System.identityHashCode(this))
                .putLong(++transactions)
                .array();
    }

    StunMessage ask(int method, UnaryOperator<StunWriter> attributes) throws IOException {
        if (nonce.isEmpty()) {
            challenged(exchange(attributes
                    .apply(new StunWriter(StunClass.REQUEST, method, transaction()))
                    .toBytes()));
        }
        StunMessage answer = exchange(signed(method, attributes));
        if (error(answer) == 438) {
            challenged(answer);
            answer = exchange(signed(method, attributes));
        }
        return answer;
    }

    private void challenged(StunMessage answer) {
        realm = answer.text(StunAttribute.REALM);
        nonce = answer.text(StunAttribute.NONCE);
        assertThat(nonce).as("error %d", error(answer)).isNotNull();
    }

    byte[] signed(int method, UnaryOperator<StunWriter> attributes) {
        return attributes
                .apply(new StunWriter(StunClass.REQUEST, method, transaction()))
                .add(StunAttribute.USERNAME, user)
                .add(StunAttribute.REALM, realm)
                .add(StunAttribute.NONCE, nonce)
                .addIntegrity(Integrity.SHA1, PasswordAlgorithm.MD5.key(user, realm, password))
                .toBytes();
    }

    StunMessage exchange(byte[] request) throws IOException {
        byte[] transaction = Arrays.copyOfRange(request, 8, 20);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        wire.send(request);
        while (System.nanoTime() < deadline) {
            byte[] packet = wire.receive(AGAIN);
            if (packet == null) {
                if (wire.isLossy()) {
                    wire.send(request);
                }
            } else if (!isData(packet)) {
                StunMessage message = StunMessage.parse(packet).orThrow();
                if (Arrays.equals(message.transactionId(), transaction)) {
                    return message;
                }
            }
        }
        throw new AssertionError("no answer came");
    }

    private boolean isData(byte[] packet) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        if ((packet[0] & 0xc0) == 0x40) {
            int number = bytes.getShort();
            data.add(new Came(number, null, text(Arrays.copyOfRange(packet, 4, 4 + bytes.getShort()))));
            return true;
        }
        StunMessage message = StunMessage.parse(packet).orThrow();
        if (message.messageClass() == StunClass.INDICATION && message.method() == StunMethod.DATA) {
            byte[] value = message.valueOf(message.has(StunAttribute.ICMP) ? StunAttribute.ICMP : StunAttribute.DATA);
            data.add(new Came(0, message.xorAddress(message.find(StunAttribute.XOR_PEER_ADDRESS)), text(value)));
            return true;
        }
        return false;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The next data; null if none comes in that time. */
    Came data(int millis) throws IOException {
        long deadline = System.nanoTime() + millis * 1_000_000L;
        while (data.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            byte[] packet = wire.receive(Duration.ofNanos(left));
            if (packet != null) {
                isData(packet);
            }
        }
        return data.poll();
    }

    Came data() throws IOException {
        Came came = data((int) PATIENCE.toMillis());
        assertThat(came).as("data").isNotNull();
        return came;
    }

    StunMessage allocate() throws IOException {
        return ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24));
    }

    TransportAddress relayed() throws IOException {
        StunMessage answer = allocate();
        assertThat(error(answer)).as("error of Allocate").isZero();
        return answer.xorAddress(answer.find(StunAttribute.XOR_RELAYED_ADDRESS));
    }

    StunMessage permit(TransportAddress peer) throws IOException {
        return ask(StunMethod.CREATE_PERMISSION, writer -> writer.addXor(StunAttribute.XOR_PEER_ADDRESS, peer));
    }

    StunMessage bind(int channel, TransportAddress peer) throws IOException {
        return ask(
                StunMethod.CHANNEL_BIND,
                writer -> writer.add(StunAttribute.CHANNEL_NUMBER, channel << 16)
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, peer));
    }

    /** A TCP allocation (RFC 6062); its relayed address. */
    TransportAddress relayedTcp() throws IOException {
        StunMessage answer = ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24));
        assertThat(error(answer)).as("error of Allocate").isZero();
        return answer.xorAddress(answer.find(StunAttribute.XOR_RELAYED_ADDRESS));
    }

    StunMessage connect(TransportAddress peer) throws IOException {
        return ask(StunMethod.CONNECT, writer -> writer.addXor(StunAttribute.XOR_PEER_ADDRESS, peer));
    }

    StunMessage connectionBind(int connection) throws IOException {
        return ask(StunMethod.CONNECTION_BIND, writer -> writer.add(StunAttribute.CONNECTION_ID, connection));
    }

    /** What comes next and is no answer. */
    StunMessage indication() throws IOException {
        byte[] packet = wire.receive(PATIENCE);
        assertThat(packet).as("an indication").isNotNull();
        return StunMessage.parse(packet).orThrow();
    }

    StunMessage refresh(int seconds) throws IOException {
        return ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.LIFETIME, seconds));
    }

    void channel(int number, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        wire.send(ByteBuffer.allocate(4 + (bytes.length + 3 & ~3))
                .putShort((short) number)
                .putShort((short) bytes.length)
                .put(bytes)
                .array());
    }

    void send(TransportAddress peer, String text) throws IOException {
        wire.send(new StunWriter(StunClass.INDICATION, StunMethod.SEND, transaction())
                .addXor(StunAttribute.XOR_PEER_ADDRESS, peer)
                .add(StunAttribute.DATA, text)
                .toBytes());
    }

    /** A Send indication with DONT-FRAGMENT. */
    void sendWhole(TransportAddress peer, String text) throws IOException {
        wire.send(new StunWriter(StunClass.INDICATION, StunMethod.SEND, transaction())
                .addXor(StunAttribute.XOR_PEER_ADDRESS, peer)
                .add(StunAttribute.DONT_FRAGMENT, new byte[0])
                .add(StunAttribute.DATA, text)
                .toBytes());
    }

    /** The status of an error response; 0 for a success. */
    static int error(StunMessage answer) {
        byte[] value = answer.valueOf(StunAttribute.ERROR_CODE);
        return value == null ? 0 : value[2] * 100 + value[3];
    }

    /** The reason phrase of an error response. */
    static String reason(StunMessage answer) {
        byte[] value = answer.valueOf(StunAttribute.ERROR_CODE);
        return new String(value, 4, value.length - 4, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
