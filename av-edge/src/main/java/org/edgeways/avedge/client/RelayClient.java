package org.edgeways.avedge.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.PasswordAlgorithm;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * One client of a TURN server (RFC 8656): at most one allocation, one request at a time, each of which blocks until its answer is
 * there. Data that comes meanwhile is kept. Not safe for use by several threads.
 */
public final class RelayClient implements AutoCloseable {

    /** RFC 8489 section 6.2.1: when a request is sent again for the first time; then after twice as long each time. */
    private static final Duration AGAIN = Duration.ofMillis(500);

    private static final int UDP = 17 << 24;
    private static final int STALE_NONCE = 438;

    /**
     * Who the client says that it is; the text form hides the password.
     *
     * @param username as the inside has made it
     */
    public record Login(String username, String password) {
        @Override
        public String toString() {
            return "Login[" + username + ", ***]";
        }
    }

    /**
     * What the server says to a request.
     *
     * @param status 0 for success, or the status of the error, 300 to 699
     * @param reason the reason phrase of an error; may be empty
     * @param relayed the relayed address, if one was asked for and given
     */
    public record Answer(
            int status, String reason, @Nullable TransportAddress relayed) {

        /** Whether it was done. */
        public boolean isOk() {
            return status == 0;
        }
    }

    /**
     * Data of a peer.
     *
     * @param channel by which it came; 0 if it came as an indication
     * @param peer whose it is; null if it came by a channel
     * @param text the payload, as UTF-8
     */
    public record Data(int channel, @Nullable TransportAddress peer, String text) {}

    private final Wire wire;
    private final Login login;
    private final Duration patience;
    private final RandomGenerator random;
    private final Deque<Data> data = new ArrayDeque<>();
    private String realm = "";
    private String nonce = "";

    private RelayClient(Wire wire, Login login, Duration patience, RandomGenerator random) {
        this.wire = wire;
        this.login = login;
        this.patience = patience;
        this.random = random;
    }

    /**
     * A client over UDP.
     *
     * @param patience how long it waits for an answer
     * @param random for transaction ids
     * @throws IOException if there is no socket to be had
     */
    public static RelayClient udp(InetSocketAddress server, Login login, Duration patience, RandomGenerator random)
            throws IOException {
        return new RelayClient(new UdpWire(server), login, patience, random);
    }

    /**
     * A client over TCP or TLS.
     *
     * @param connected to the server; closed with this client
     * @param patience how long it waits for an answer
     * @param random for transaction ids
     */
    public static RelayClient over(Socket connected, Login login, Duration patience, RandomGenerator random) {
        return new RelayClient(new StreamWire(connected), login, patience, random);
    }

    /** Asks for a relayed address of IPv4, for UDP. */
    public Answer allocate() throws IOException {
        return ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, UDP));
    }

    /** Asks that a peer, whatever its port, may send and be sent to; for five minutes. */
    public Answer permit(TransportAddress peer) throws IOException {
        return ask(StunMethod.CREATE_PERMISSION, writer -> writer.addXor(StunAttribute.XOR_PEER_ADDRESS, peer));
    }

    /**
     * Asks that a number stands for a peer, for ten minutes; permits it too.
     *
     * @param channel 0x4000 to 0x4fff
     */
    public Answer bind(int channel, TransportAddress peer) throws IOException {
        return ask(
                StunMethod.CHANNEL_BIND,
                writer -> writer.add(StunAttribute.CHANNEL_NUMBER, channel << 16)
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, peer));
    }

    /** Asks that the allocation lives on for so long, or ends if that is zero. */
    public Answer refresh(Duration life) throws IOException {
        return ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.LIFETIME, (int) life.toSeconds()));
    }

    /** Sends to the peer that the channel stands for; nothing says whether it arrives. */
    public void send(int channel, String text) throws IOException {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        wire.send(ByteBuffer.allocate(Frames.CHANNEL_HEADER_BYTES + payload.length)
                .putShort((short) channel)
                .putShort((short) payload.length)
                .put(payload)
                .array());
    }

    /** The next data; null if none comes in that time. */
    public @Nullable Data receive(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        while (data.isEmpty()) {
            byte[] packet = wire.receive(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            if (packet != null) {
                keepData(packet);
            } else if (System.nanoTime() - deadline >= 0) {
                return null;
            }
        }
        return data.poll();
    }

    private Answer ask(int method, UnaryOperator<StunWriter> attributes) throws IOException {
        if (nonce.isEmpty()) {
            challenged(exchange(attributes.apply(request(method))));
        }
        StunMessage answer = exchange(signed(method, attributes));
        if (status(answer) == STALE_NONCE) {
            challenged(answer);
            answer = exchange(signed(method, attributes));
        }
        return read(answer);
    }

    private StunWriter request(int method) {
        byte[] transaction = new byte[StunMessage.TRANSACTION_BYTES];
        random.nextBytes(transaction);
        return new StunWriter(StunClass.REQUEST, method, transaction);
    }

    private void challenged(StunMessage answer) throws IOException {
        String ofRealm = answer.text(StunAttribute.REALM);
        String good = answer.text(StunAttribute.NONCE);
        if (ofRealm == null || good == null) {
            throw new IOException("the relay does not ask for credentials but says " + read(answer));
        }
        realm = ofRealm;
        nonce = good;
    }

    private StunWriter signed(int method, UnaryOperator<StunWriter> attributes) {
        return attributes
                .apply(request(method))
                .add(StunAttribute.USERNAME, login.username())
                .add(StunAttribute.REALM, realm)
                .add(StunAttribute.NONCE, nonce)
                .addIntegrity(Integrity.SHA1, key());
    }

    private byte[] key() {
        return PasswordAlgorithm.MD5.key(login.username(), realm, login.password());
    }

    private StunMessage exchange(StunWriter writer) throws IOException {
        byte[] request = writer.toBytes();
        byte[] transaction = Arrays.copyOfRange(request, 8, StunMessage.HEADER_BYTES);
        long deadline = System.nanoTime() + patience.toNanos();
        Duration wait = wire.isLossy() ? AGAIN : patience;
        wire.send(request);
        long again = System.nanoTime() + wait.toNanos();
        while (System.nanoTime() - deadline < 0) {
            byte[] packet = wire.receive(Duration.ofNanos(Math.max(0, again - System.nanoTime())));
            if (packet == null) {
                if (wire.isLossy() && System.nanoTime() - again >= 0) {
                    wait = wait.multipliedBy(2);
                    again = System.nanoTime() + wait.toNanos();
                    wire.send(request);
                }
                continue;
            }
            StunMessage message = keepData(packet);
            if (message != null && Arrays.equals(message.transactionId(), transaction)) {
                return message;
            }
        }
        throw new IOException("the relay did not answer within " + patience.toSeconds() + " s");
    }

    /** Keeps what is data; gives back what is not, null if it is nothing at all. */
    private @Nullable StunMessage keepData(byte[] packet) {
        if (packet.length >= Frames.CHANNEL_HEADER_BYTES && Frames.isChannelData(packet[0])) {
            ByteBuffer frame = ByteBuffer.wrap(packet);
            int channel = frame.getShort();
            int length = Math.min(frame.getShort() & 0xffff, frame.remaining());
            data.add(new Data(channel, null, new String(packet, frame.position(), length, StandardCharsets.UTF_8)));
            return null;
        }
        if (!(StunMessage.parse(packet) instanceof Result.Ok<StunMessage>(StunMessage message))) {
            return null;
        }
        if (message.messageClass() != StunClass.INDICATION) {
            return message;
        }
        int peer = message.find(StunAttribute.XOR_PEER_ADDRESS);
        String text = message.text(StunAttribute.DATA);
        if (message.method() == StunMethod.DATA && peer >= 0 && text != null) {
            data.add(new Data(0, message.xorAddress(peer), text));
        }
        return null;
    }

    private Answer read(StunMessage answer) throws IOException {
        byte[] error = answer.valueOf(StunAttribute.ERROR_CODE);
        if (answer.messageClass() == StunClass.ERROR && error != null && error.length >= 4) {
            return new Answer(status(answer), new String(error, 4, error.length - 4, StandardCharsets.UTF_8), null);
        }
        if (answer.messageClass() != StunClass.SUCCESS || !answer.isIntact(Integrity.SHA1, key())) {
            throw new IOException("the relay's answer is neither an error nor signed with the password");
        }
        int relayed = answer.find(StunAttribute.XOR_RELAYED_ADDRESS);
        return new Answer(0, "", relayed < 0 ? null : answer.xorAddress(relayed));
    }

    /** The status of an error; 0 if it is none. */
    private static int status(StunMessage answer) {
        byte[] error = answer.valueOf(StunAttribute.ERROR_CODE);
        return error == null || error.length < 4 ? 0 : error[2] * 100 + error[3];
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
