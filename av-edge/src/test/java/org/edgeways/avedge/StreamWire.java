package org.edgeways.avedge;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** Frames over one connection. */
final class StreamWire implements TurnClient.Wire {

    final Socket socket;
    private final DataInputStream in;
    private byte[] begun = {};

    StreamWire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    @Override
    public void send(byte[] packet) throws IOException {
        socket.getOutputStream().write(packet);
    }

    @Override
    public byte[] receive(int millis) throws IOException {
        socket.setSoTimeout(Math.max(1, millis));
        try {
            fill(4);
            int length = (begun[2] & 0xff) << 8 | begun[3] & 0xff;
            fill((begun[0] & 0xc0) == 0x40 ? 4 + (length + 3 & ~3) : 20 + length);
        } catch (SocketTimeoutException e) {
            return null;
        }
        byte[] packet = begun;
        begun = new byte[0];
        return packet;
    }

    private void fill(int length) throws IOException {
        while (begun.length < length) {
            byte[] more = new byte[length - begun.length];
            int read = in.read(more);
            if (read < 0) {
                throw new EOFException("the server has closed the connection");
            }
            int before = begun.length;
            begun = Arrays.copyOf(begun, before + read);
            System.arraycopy(more, 0, begun, before, read);
        }
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
