package org.edgeways.avedge;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** Datagrams to one server. */
final class UdpWire implements TurnClient.Wire {

    private final DatagramSocket socket;
    private final InetSocketAddress server;
    private final DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);

    UdpWire(InetSocketAddress server) throws IOException {
        this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        this.server = server;
    }

    @Override
    public void send(byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, server));
    }

    @Override
    public byte[] receive(int millis) throws IOException {
        socket.setSoTimeout(Math.max(1, millis));
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            return null;
        }
        byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
        packet.setLength(packet.getData().length);
        return bytes;
    }

    @Override
    public boolean isLossy() {
        return true;
    }

    @Override
    public void close() {
        socket.close();
    }
}
