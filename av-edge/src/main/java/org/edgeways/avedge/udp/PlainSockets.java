package org.edgeways.avedge.udp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/** On every platform: one system call for each datagram, through {@link DatagramChannel}. */
public final class PlainSockets implements DatagramSockets {

    /** Datagrams of one socket before the next one has its turn. */
    private static final int BATCH = 64;

    private static final int SOCKET_BUFFER_BYTES = 1 << 20;
    private static final int REMEMBERED = 4096;

    private final Selector selector;
    private final List<@Nullable DatagramChannel> sockets = new ArrayList<>();
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(Forward.HEADROOM + LONGEST_DATAGRAM + Forward.TAILROOM);
    private final MemorySegment buffer = MemorySegment.ofBuffer(bytes);
    private final @Nullable InetSocketAddress[] destinations = new @Nullable InetSocketAddress[REMEMBERED];
    private final TransportAddress[] destinationKeys = new TransportAddress[REMEMBERED];
    private @Nullable SocketAddress lastSender;
    private TransportAddress lastAddress = new TransportAddress(0, 0, 0);
    private volatile long unsent;

    /** @throws IOException if the system has no selector left */
    public PlainSockets() throws IOException {
        selector = Selector.open();
    }

    @Override
    public int open(InetSocketAddress address, boolean shared) throws IOException {
        DatagramChannel channel = DatagramChannel.open(
                address.getAddress() instanceof Inet4Address
                        ? StandardProtocolFamily.INET
                        : StandardProtocolFamily.INET6);
        boolean opened = false;
        try {
            if (shared) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            channel.configureBlocking(false);
            channel.bind(address);
            int number = sockets.indexOf(null);
            if (number < 0) {
                number = sockets.size();
                sockets.add(channel);
            } else {
                sockets.set(number, channel);
            }
            channel.register(selector, SelectionKey.OP_READ, number);
            opened = true;
            return number;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    @Override
    public InetSocketAddress localAddress(int socket) {
        try {
            return (InetSocketAddress) channel(socket).getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException("socket " + socket + " is closed", e);
        }
    }

    private DatagramChannel channel(int socket) {
        DatagramChannel channel = sockets.get(socket);
        if (channel == null) {
            throw new IllegalStateException("socket " + socket + " is closed");
        }
        return channel;
    }

    @Override
    public void close(int socket) {
        DatagramChannel channel = sockets.get(socket);
        if (channel == null) {
            return;
        }
        sockets.set(socket, null);
        close(channel);
    }

    private static void close(AutoCloseable what) {
        try {
            what.close();
        } catch (Exception e) {
            throw new IllegalStateException("a socket does not close", e);
        }
    }

    @Override
    public void receive(long timeoutNanos, Receiver receiver) throws IOException {
        if (timeoutNanos > 0) {
            // upwards: a wait that is too short ends before what is due is due
            long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos + TimeUnit.MILLISECONDS.toNanos(1) - 1);
            selector.select(key -> drain(key, receiver), Math.max(1, millis));
        } else {
            selector.selectNow(key -> drain(key, receiver));
        }
    }

    private void drain(SelectionKey key, Receiver receiver) {
        int socket = (int) key.attachment();
        DatagramChannel channel = (DatagramChannel) key.channel();
        for (int i = 0; i < BATCH && channel.isOpen(); i++) {
            bytes.clear().position(Forward.HEADROOM).limit(Forward.HEADROOM + LONGEST_DATAGRAM);
            SocketAddress sender;
            try {
                sender = channel.receive(bytes);
            } catch (IOException e) {
                continue; // what an earlier datagram met with; the next is another
            }
            if (sender == null) {
                return;
            }
            if (!sender.equals(lastSender)) {
                lastSender = sender;
                lastAddress = TransportAddress.of((InetSocketAddress) sender);
            }
            receiver.received(
                    socket,
                    lastAddress.high(),
                    lastAddress.low(),
                    lastAddress.port(),
                    buffer,
                    Forward.HEADROOM,
                    bytes.position() - Forward.HEADROOM);
        }
    }

    @Override
    public void send(int socket, Forward forward, MemorySegment from) {
        long at = forward.wrap(from);
        ByteBuffer packet;
        if (from == buffer) {
            packet = bytes.clear().position((int) at).limit((int) at + forward.packetLength());
        } else {
            packet = from.asSlice(at, forward.packetLength()).asByteBuffer();
        }
        send(channel(socket), packet, forward.high(), forward.low(), forward.port());
    }

    @Override
    public void send(int socket, byte[] message, long high, long low, int port) {
        send(channel(socket), ByteBuffer.wrap(message), high, low, port);
    }

    private void send(DatagramChannel channel, ByteBuffer packet, long high, long low, int port) {
        try {
            if (channel.send(packet, destination(high, low, port)) > 0 || !packet.hasRemaining()) {
                return;
            }
        } catch (IOException e) {
            // such as no way to it, or too long: a network loses it too
        }
        unsent++;
    }

    private InetSocketAddress destination(long high, long low, int port) {
        int at = (int) ((high ^ high >>> 32 ^ low ^ low >>> 32 ^ port * 0x9e37_79b1L) & REMEMBERED - 1);
        TransportAddress key = destinationKeys[at];
        InetSocketAddress known = destinations[at];
        if (known != null && key.port() == port && key.low() == low && key.high() == high) {
            return known;
        }
        destinationKeys[at] = new TransportAddress(high, low, port);
        known = destinationKeys[at].toSocketAddress();
        destinations[at] = known;
        return known;
    }

    @Override
    public void flush() {
        // everything is sent at once
    }

    @Override
    public void wakeUp() {
        selector.wakeup();
    }

    @Override
    public long unsent() {
        return unsent;
    }

    @Override
    public void close() {
        for (DatagramChannel channel : sockets) {
            if (channel != null) {
                close(channel);
            }
        }
        sockets.clear();
        close(selector);
    }
}
