package org.edgeways.avedge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.edgeways.avedge.client.UdpWire;
import org.edgeways.avedge.client.Wire;

/** Datagrams to one server, in DTLS. */
final class DtlsWire implements Wire {

    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final int MOST = 30;

    private final UdpWire udp;
    private final SSLEngine engine;
    private final Deque<byte[]> came = new ArrayDeque<>();

    /** Shakes hands. */
    DtlsWire(UdpWire udp, SSLContext context) throws IOException {
        this.udp = udp;
        this.engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        engine.beginHandshake();
        for (int i = 0; i < MOST; i++) {
            if (finished(engine.getHandshakeStatus())) {
                return;
            }
            byte[] packet = udp.receive(AGAIN);
            if (packet == null) {
                wrap(new byte[0]); // again
            } else {
                take(packet);
            }
        }
        throw new IOException("no handshake: " + engine.getHandshakeStatus());
    }

    private boolean finished(HandshakeStatus first) throws IOException {
        HandshakeStatus status = first;
        while (true) {
            switch (status) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                    status = engine.getHandshakeStatus();
                }
                case NEED_WRAP -> status = wrap(new byte[0]);
                case NEED_UNWRAP_AGAIN ->
                    status = engine.unwrap(ByteBuffer.allocate(0), ByteBuffer.allocate(70_000))
                            .getHandshakeStatus();
                case NEED_UNWRAP -> {
                    return false;
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    return true;
                }
            }
        }
    }

    private HandshakeStatus wrap(byte[] message) throws IOException {
        ByteBuffer packet = ByteBuffer.allocate(70_000);
        SSLEngineResult result = engine.wrap(ByteBuffer.wrap(message), packet);
        if (packet.position() > 0) {
            udp.send(Arrays.copyOf(packet.array(), packet.position()));
        }
        return result.getHandshakeStatus();
    }

    private void take(byte[] packet) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(packet);
        while (in.hasRemaining()) {
            ByteBuffer plain = ByteBuffer.allocate(70_000);
            SSLEngineResult result = engine.unwrap(in, plain);
            if (plain.position() > 0) {
                came.add(Arrays.copyOf(plain.array(), plain.position()));
            }
            finished(result.getHandshakeStatus());
            if (result.bytesConsumed() == 0) {
                return;
            }
        }
    }

    @Override
    public void send(byte[] packet) throws IOException {
        wrap(packet);
    }

    @Override
    public byte[] receive(Duration within) throws IOException {
        if (came.isEmpty()) {
            byte[] packet = udp.receive(within);
            if (packet != null) {
                take(packet);
            }
        }
        return came.poll();
    }

    @Override
    public boolean isLossy() {
        return true;
    }

    @Override
    public void close() throws IOException {
        engine.closeOutbound();
        wrap(new byte[0]);
        udp.close();
    }
}
