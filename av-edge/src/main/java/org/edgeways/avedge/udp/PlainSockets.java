package org.edgeways.avedge.udp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.net.ExtendedSocketOptions;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * On every platform: one system call for each datagram, through {@link DatagramChannel}. Sends at once. A channel makes an
 * object for each sender that is not the one before; nothing else is allocated for a datagram.
 */
public final class PlainSockets implements DatagramSockets {

    /** Datagrams of one socket before the next one has its turn. */
    private static final int BATCH = 64;

    private static final int LISTENER_BUFFER_BYTES = 4 << 20;

    /** Destinations that are remembered, a power of two: else each datagram would make an object. */
    private static final int REMEMBERED = 4096;

    private final Selector selector;

    private final boolean whole;

    /** The selector forgets that it was woken when a socket is closed. */
    private final AtomicBoolean woken = new AtomicBoolean();

    private final Counts counts = new Counts();
    private final SocketNumbers numbers = new SocketNumbers();
    private final List<@Nullable DatagramChannel> channels = new ArrayList<>();
    private final List<Boolean> ipv6 = new ArrayList<>();
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(Forward.HEADROOM + LONGEST_DATAGRAM + Forward.TAILROOM);
    private final MemorySegment buffer = MemorySegment.ofBuffer(bytes);
    private final @Nullable InetSocketAddress[] destinations = new @Nullable InetSocketAddress[REMEMBERED];
    private final TransportAddress[] destinationKeys = new TransportAddress[REMEMBERED];
    private @Nullable SocketAddress lastSender;
    private TransportAddress lastAddress = new TransportAddress(0, 0, 0);

    /**
     * None yet.
     *
     * @throws IOException if the system has no descriptors left
     */
    public PlainSockets() throws IOException {
        selector = Selector.open();
        try (DatagramChannel any = DatagramChannel.open()) {
            whole = any.supportedOptions().contains(ExtendedSocketOptions.IP_DONTFRAGMENT);
        }
    }

    // ---- opening and closing

    @Override
    public int open(InetSocketAddress address, boolean shared) throws IOException {
        boolean six = !(address.getAddress() instanceof Inet4Address);
        DatagramChannel channel = channel(six);
        int number = numbers.take();
        boolean opened = false;
        try {
            if (shared) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                channel.setOption(StandardSocketOptions.SO_RCVBUF, LISTENER_BUFFER_BYTES);
                channel.setOption(StandardSocketOptions.SO_SNDBUF, LISTENER_BUFFER_BYTES);
            }
            if (whole) {
                channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, false); // RFC 8656 section 14.2
            }
            channel.configureBlocking(false);
            channel.bind(address);
            channel.register(selector, SelectionKey.OP_READ, number);
            opened = true;
        } catch (UnsupportedOperationException e) {
            throw new SocketException("sockets cannot share an address here", e);
        } finally {
            if (!opened) {
                numbers.giveBack(number);
                channel.close();
            }
        }
        while (channels.size() <= number) {
            channels.add(null);
            ipv6.add(false);
        }
        channels.set(number, channel);
        ipv6.set(number, six);
        return number;
    }

    private static DatagramChannel channel(boolean six) throws IOException {
        try {
            return DatagramChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        } catch (UnsupportedOperationException e) {
            throw new SocketException("no IPv6 here", e);
        }
    }

    private @Nullable DatagramChannel find(int socket) {
        return socket >= 0 && socket < channels.size() ? channels.get(socket) : null;
    }

    @Override
    public InetSocketAddress localAddress(int socket) {
        DatagramChannel channel = find(socket);
        try {
            if (channel != null && channel.getLocalAddress() instanceof InetSocketAddress address) {
                return address;
            }
        } catch (IOException e) {
            throw new IllegalStateException("socket " + socket + " is closed", e);
        }
        throw new IllegalStateException("socket " + socket + " is closed");
    }

    @Override
    public void close(int socket) {
        DatagramChannel channel = find(socket);
        if (channel == null) {
            return;
        }
        channels.set(socket, null);
        numbers.release(socket);
        try {
            channel.close();
            selector.selectNow(); // the selector holds the port until it looks the next time
        } catch (IOException e) {
            throw new IllegalStateException("a socket does not close", e);
        }
    }

    @Override
    public void close() {
        for (int socket = 0; socket < channels.size() && selector.isOpen(); socket++) {
            close(socket);
        }
        try {
            selector.close();
        } catch (IOException e) {
            throw new IllegalStateException("a selector does not close", e);
        }
    }

    // ---- receiving and sending

    @Override
    public void receive(long timeoutNanos, Receiver receiver) throws IOException {
        numbers.recycle();
        if (timeoutNanos > 0 && !woken.get()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + (timeoutNanos % 1_000_000 > 0 ? 1 : 0);
            selector.select(millis);
        } else {
            selector.selectNow();
        }
        woken.set(false);
        List<SelectionKey> ready = List.copyOf(selector.selectedKeys());
        selector.selectedKeys().clear();
        for (SelectionKey key : ready) {
            drain((int) key.attachment(), (DatagramChannel) key.channel(), receiver);
        }
    }

    private void drain(int socket, DatagramChannel channel, Receiver receiver) {
        boolean six = ipv6.get(socket);
        for (int i = 0; i < BATCH && channel.isOpen(); i++) {
            bytes.clear().position(Forward.HEADROOM).limit(Forward.HEADROOM + LONGEST_DATAGRAM);
            SocketAddress sender;
            counts.add(Count.RECEIVE_CALLS, 1);
            try {
                sender = channel.receive(bytes);
            } catch (IOException e) {
                counts.add(count(e), 1); // what an earlier datagram met with; the next is another
                continue;
            }
            if (sender == null) {
                return;
            }
            if (!sender.equals(lastSender)) {
                lastSender = sender;
                lastAddress = TransportAddress.of((InetSocketAddress) sender);
            }
            if (six == lastAddress.isIpv4()) {
                continue; // a channel for IPv6 takes IPv4 too
            }
            counts.add(Count.RECEIVED, 1);
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
    public void send(int socket, MemorySegment from, long offset, int length, long high, long low, int port) {
        ByteBuffer packet = from.isNative() && from.address() == buffer.address()
                ? bytes.clear().position((int) offset).limit((int) offset + length)
                : from.asSlice(offset, length).asByteBuffer();
        send(socket, packet, high, low, port);
    }

    @Override
    public boolean canSendWhole() {
        return whole;
    }

    @Override
    public void sendWhole(int socket, MemorySegment from, long offset, int length, long high, long low, int port) {
        DatagramChannel channel = find(socket);
        try {
            if (channel != null) {
                channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
            }
            send(socket, from, offset, length, high, low, port);
            if (channel != null) {
                channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, false);
            }
        } catch (IOException e) {
            throw new IllegalStateException("an option that could be set before", e);
        }
    }

    @Override
    public void send(int socket, byte[] message, long high, long low, int port) {
        send(socket, ByteBuffer.wrap(message), high, low, port);
    }

    private void send(int socket, ByteBuffer packet, long high, long low, int port) {
        DatagramChannel channel = find(socket);
        if (channel == null) {
            counts.add(Count.CLOSED, 1);
            return;
        }
        if (port == 0 || ipv6.get(socket) == TransportAddress.isIpv4(high, low)) {
            counts.add(Count.UNREACHABLE, 1);
            return;
        }
        boolean empty = !packet.hasRemaining();
        counts.add(Count.SEND_CALLS, 1);
        try {
            boolean sent = channel.send(packet, destination(high, low, port)) > 0 || empty;
            counts.add(sent ? Count.SENT : Count.BUFFER_FULL, 1);
        } catch (IOException e) {
            counts.add(count(e), 1);
        }
    }

    /** A channel has only words for what went wrong. */
    private static Count count(IOException e) {
        String words = String.valueOf(e.getMessage());
        if (e instanceof PortUnreachableException || words.contains("Connection refused")) {
            return Count.REFUSED;
        }
        if (e instanceof NoRouteToHostException
                || words.contains("unreachable")
                || words.contains("Invalid argument")) {
            return Count.UNREACHABLE;
        }
        if (words.contains("too long")) {
            return Count.TOO_LONG;
        }
        if (words.contains("not permitted") || words.contains("denied")) {
            return Count.FORBIDDEN;
        }
        return words.contains("No buffer space") ? Count.BUFFER_FULL : Count.OTHER;
    }

    private InetSocketAddress destination(long high, long low, int port) {
        long mixed = (high ^ low ^ (long) port << 32) * 0x9e37_79b9_7f4a_7c15L;
        int at = (int) (mixed >>> 40) & REMEMBERED - 1;
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
        woken.set(true);
        selector.wakeup();
    }

    @Override
    public long count(Count which) {
        return counts.get(which);
    }

    @Override
    public long unsent() {
        return counts.unsent();
    }

    @Override
    public String toString() {
        return "datagram channels";
    }
}
