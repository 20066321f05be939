package org.edgeways.avedge.client;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.edgeways.turn.stun.Frames;
import org.jspecify.annotations.Nullable;

/**
 * Frames over one connection, in the clear or over TLS. No more is read than what belongs to a frame: what follows may be a
 * peer's (RFC 6062).
 */
public final class StreamWire implements Wire {

    private final Socket socket;
    private byte[] begun = {};

    /** Frames over that connection, which is closed with this. */
    public StreamWire(Socket socket) {
        this.socket = socket;
    }

    /** The connection. */
    public Socket socket() {
        return socket;
    }

    @Override
    public void send(byte[] packet) throws IOException {
        int padded = Frames.isChannelData(packet[0]) ? packet.length + 3 & ~3 : packet.length;
        socket.getOutputStream().write(Arrays.copyOf(packet, padded)); // RFC 8656 section 12.5
    }

    @Override
    public byte @Nullable [] receive(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        while (true) {
            int length = Frames.length(MemorySegment.ofArray(begun), 0, begun.length);
            if (length == Frames.BROKEN) {
                throw new IOException("what came on the connection is no TURN");
            }
            if (length != Frames.INCOMPLETE && length == begun.length) {
                byte[] packet = begun;
                begun = new byte[0];
                return packet;
            }
            int wanted = length == Frames.INCOMPLETE ? Frames.CHANNEL_HEADER_BYTES : length;
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0 || !readMore(wanted - begun.length, (int) left)) {
                return null;
            }
        }
    }

    private boolean readMore(int most, int millis) throws IOException {
        socket.setSoTimeout(millis);
        byte[] more = new byte[most];
        int read;
        try {
            read = socket.getInputStream().read(more);
        } catch (SocketTimeoutException e) {
            return false;
        }
        if (read < 0) {
            throw new EOFException("the relay has closed the connection");
        }
        int before = begun.length;
        begun = Arrays.copyOf(begun, before + read);
        System.arraycopy(more, 0, begun, before, read);
        return true;
    }

    @Override
    public boolean isLossy() {
        return false;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
