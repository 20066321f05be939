package org.edgeways.avedge;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.edgeways.turn.stun.TransportAddress;

/** A client over DTLS without sockets: what it sends is given to {@link DtlsClients}, and what it receives is taken from {@link Network}. */
final class DtlsPeer {

    /** All that the server does, in order. */
    static final class Network implements DtlsClients.Server {
        final Deque<byte[]> sent = new ArrayDeque<>();
        final List<String> decrypted = new ArrayList<>();
        final List<TransportAddress> ended = new ArrayList<>();
        final List<AvEdgeErrorCode> dropped = new ArrayList<>();
        int session;

        @Override
        public void decrypted(
                int number, int listener, TransportAddress client, MemorySegment buffer, long offset, int length) {
            session = number;
            decrypted.add(
                    new String(buffer.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
        }

        @Override
        public void send(int listener, TransportAddress to, byte[] datagram) {
            sent.add(datagram);
        }

        @Override
        public boolean hasAllocation(int listener, TransportAddress client) {
            return false;
        }

        @Override
        public void ended(int listener, TransportAddress client) {
            ended.add(client);
        }

        @Override
        public void dropped(AvEdgeErrorCode code) {
            dropped.add(code);
        }

        /** What was sent since the last time. */
        List<byte[]> takeSent() {
            List<byte[]> taken = List.copyOf(sent);
            sent.clear();
            return taken;
        }
    }

    private static final int LARGEST = 20_000;

    final SSLEngine engine;

    DtlsPeer(SSLContext context) {
        engine = context.createSSLEngine();
        engine.setUseClientMode(true);
    }

    /** What it has to say next; what it said last, if it waits for an answer. */
    List<byte[]> says() throws SSLException {
        List<byte[]> datagrams = new ArrayList<>();
        HandshakeStatus status = HandshakeStatus.NEED_WRAP;
        while (status == HandshakeStatus.NEED_WRAP || status == HandshakeStatus.NEED_TASK) {
            if (status == HandshakeStatus.NEED_TASK) {
                DtlsCookies.runTasks(engine);
                status = engine.getHandshakeStatus();
                continue;
            }
            ByteBuffer packet = ByteBuffer.allocate(LARGEST);
            status = engine.wrap(ByteBuffer.allocate(0), packet).getHandshakeStatus();
            if (packet.position() > 0) {
                datagrams.add(Arrays.copyOf(packet.array(), packet.position()));
            }
        }
        return datagrams;
    }

    /** Hears datagrams; true when its handshake is over. */
    boolean hears(List<byte[]> datagrams) throws SSLException {
        boolean finished = false;
        for (byte[] datagram : datagrams) {
            ByteBuffer in = ByteBuffer.wrap(datagram);
            HandshakeStatus status = HandshakeStatus.NEED_UNWRAP;
            while (in.hasRemaining() || status == HandshakeStatus.NEED_UNWRAP_AGAIN) {
                SSLEngineResult result = engine.unwrap(in, ByteBuffer.allocate(LARGEST));
                status = result.getHandshakeStatus();
                finished |= status == HandshakeStatus.FINISHED;
                if (status == HandshakeStatus.NEED_TASK) {
                    DtlsCookies.runTasks(engine);
                    status = engine.getHandshakeStatus();
                }
                if (status == HandshakeStatus.NEED_WRAP || result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    break;
                }
            }
        }
        return finished;
    }

    /** Application data, encrypted. */
    byte[] encrypts(String text) throws SSLException {
        ByteBuffer packet = ByteBuffer.allocate(LARGEST);
        engine.wrap(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), packet);
        return Arrays.copyOf(packet.array(), packet.position());
    }
}
