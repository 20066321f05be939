package org.edgeways.avedge.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Datagrams to and from one server. */
public final class UdpWire implements Wire {

    private static final int LONGEST = 65_535;

    private final DatagramSocket socket; // not connected: a server that is not there loses packets, and is no failure
    private final InetSocketAddress server;
    private final DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);

    /**
     * One of a port of its own.
     *
     * @throws IOException if there is no socket to be had
     */
    public UdpWire(InetSocketAddress server) throws IOException {
        this.socket = new DatagramSocket();
        this.server = server;
    }

    @Override
    public void send(byte[] packet) throws IOException {
        socket.send(new DatagramPacket(packet, packet.length, server));
    }

    @Override
    public byte @Nullable [] receive(Duration within) throws IOException {
        socket.setSoTimeout((int) Math.max(1, within.toMillis()));
        packet.setLength(LONGEST);
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            return null;
        }
        boolean ofServer = server.equals(packet.getSocketAddress());
        return ofServer ? Arrays.copyOf(packet.getData(), packet.getLength()) : null;
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
