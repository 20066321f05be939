package org.edgeways.bench.turn;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.edgeways.avedge.udp.DatagramSockets;
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

/** One client of a relay: a socket, an allocation, a channel. */
final class RelayUser {

    /** Everybody's channel. */
    static final int CHANNEL = 0x4000;

    private static final int UDP = 17 << 24;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Clients come from several addresses, as limits per source want it. */
    private static final int SOURCES = 200;

    final int socket;
    private final DatagramSockets sockets;
    private final TransportAddress server;
    private final String name;
    private final String password;
    private String realm = "";
    private String nonce = "";
    private int transactions;
    private @Nullable StunMessage answer;
    private @Nullable TransportAddress peer;

    RelayUser(DatagramSockets sockets, TransportAddress server, int number, String password) throws IOException {
        this.sockets = sockets;
        this.server = server;
        this.name = "u" + number;
        this.password = password;
        InetAddress source = InetAddress.ofLiteral("127.0.8." + (1 + number % SOURCES));
        socket = sockets.open(new InetSocketAddress(source, 0), false);
    }

    /** Allocates, and says the relayed address. */
    TransportAddress allocate() throws IOException {
        StunMessage message = ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, UDP));
        return Objects.requireNonNull(
                message.xorAddress(message.find(StunAttribute.XOR_RELAYED_ADDRESS)), "no relayed address");
    }

    /** Binds the channel to a peer. */
    void bind(TransportAddress to) throws IOException {
        peer = to;
        var _ = ask(StunMethod.CHANNEL_BIND, channel(to));
    }

    private static UnaryOperator<StunWriter> channel(TransportAddress to) {
        return writer ->
                writer.add(StunAttribute.CHANNEL_NUMBER, CHANNEL << 16).addXor(StunAttribute.XOR_PEER_ADDRESS, to);
    }

    /** Asks for allocation and channel to go on, and does not wait for the answers. */
    void refresh() {
        if (peer != null) {
            send(signed(StunMethod.CHANNEL_BIND, channel(peer)));
            send(signed(StunMethod.REFRESH, writer -> writer));
        }
    }

    /** The answer to {@link #refresh}: if the nonce was too old, asks once more with the one that is in it. */
    void answered(MemorySegment buffer, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        if (StunMessage.parse(bytes) instanceof Result.Ok<StunMessage>(StunMessage message)
                && message.messageClass() == StunClass.ERROR) {
            if (hasAnotherNonce(message)) {
                refresh();
            }
        }
    }

    /** Whether an error came with a nonce that was not known, which is taken from now on (RFC 8489 section 9.2.5). */
    private boolean hasAnotherNonce(StunMessage error) {
        String fresh = error.text(StunAttribute.NONCE);
        if (fresh == null || fresh.equals(nonce)) {
            return false;
        }
        nonce = fresh;
        return true;
    }

    private void send(StunWriter request) {
        sockets.send(socket, request.toBytes(), server.high(), server.low(), server.port());
    }

    private StunWriter signed(int method, UnaryOperator<StunWriter> attributes) {
        return attributes
                .apply(new StunWriter(StunClass.REQUEST, method, transaction()))
                .add(StunAttribute.USERNAME, name)
                .add(StunAttribute.REALM, realm)
                .add(StunAttribute.NONCE, nonce)
                .addIntegrity(Integrity.SHA1, PasswordAlgorithm.MD5.key(name, realm, password));
    }

    /** Ends the allocation and closes the socket. */
    void end() throws IOException {
        var _ = ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.LIFETIME, 0));
        sockets.close(socket);
    }

    private StunMessage ask(int method, UnaryOperator<StunWriter> attributes) throws IOException {
        if (nonce.isEmpty()) {
            StunMessage challenge =
                    exchange(attributes.apply(new StunWriter(StunClass.REQUEST, method, transaction())));
            realm = String.valueOf(challenge.text(StunAttribute.REALM));
            nonce = String.valueOf(challenge.text(StunAttribute.NONCE));
        }
        StunMessage message = exchange(signed(method, attributes));
        if (message.messageClass() == StunClass.ERROR && hasAnotherNonce(message)) {
            message = exchange(signed(method, attributes));
        }
        if (message.messageClass() != StunClass.SUCCESS) {
            throw new IOException(name + " was refused by " + server + ": method " + method + ", error "
                    + Arrays.toString(message.valueOf(StunAttribute.ERROR_CODE)));
        }
        return message;
    }

    private byte[] transaction() {
        return ByteBuffer.allocate(12)
                .putInt(++transactions)
                .putLong(System.nanoTime())
                .array();
    }

    private StunMessage exchange(StunWriter writer) throws IOException {
        byte[] request = writer.toBytes();
        byte[] transaction = Arrays.copyOfRange(request, 8, 20);
        answer = null;
        long began = System.nanoTime();
        while (System.nanoTime() - began < PATIENCE_NANOS) {
            sockets.send(socket, request, server.high(), server.low(), server.port());
            long sent = System.nanoTime();
            while (System.nanoTime() - sent < AGAIN_NANOS) {
                sockets.receive(
                        AGAIN_NANOS,
                        (from, high, low, port, buffer, offset, length) ->
                                take(from, transaction, buffer, offset, length));
                if (answer != null) {
                    return answer;
                }
            }
        }
        throw new IOException("no answer from " + server);
    }

    private void take(int from, byte[] transaction, MemorySegment buffer, long offset, int length) {
        if (from != socket || length < 20 || Frames.isChannelData(buffer.get(ValueLayout.JAVA_BYTE, offset))) {
            return;
        }
        byte[] bytes = new byte[length];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        if (StunMessage.parse(bytes) instanceof Result.Ok<StunMessage>(StunMessage message)
                && Arrays.equals(message.transactionId(), transaction)) {
            answer = message;
        }
    }
}
