package org.edgeways.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgeways.interop.OutsideReading.Sent;

/**
 * Reads the datagrams that the edge sends outside and that {@code wire} lets pass: what its relay says on its own port, whole
 * but for what clients have written in it; questions to the DNS; and what the system says of a port that is closed (ICMP). Of
 * those from relayed ports only the addresses are read: the rest, all of it, was written by a client.
 *
 * <p>What it does not understand is not {@linkplain #read counted as read}.
 */
final class DatagramReading implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final int IP_HEADER_BYTES = 20;
    private static final int UDP_HEADER_BYTES = 8;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int ICMP_HEADER_BYTES = 8;
    private static final int UNREACHABLE = 3;
    private static final int DNS_PORT = 53;
    private static final int DNS_HEADER_BYTES = 12;
    private static final int LONGEST_LABEL = 63;

    /** The second half of a fragment, and that more follow (RFC 791 section 3.1). */
    private static final int FRAGMENT = 0x3fff;

    static final int FIRST_RELAYED_PORT = 49_152;

    private final PacketSocket socket;
    private final Thread thread;
    private final List<Sent> sent = new ArrayList<>();
    private volatile boolean closing;

    private DatagramReading(PacketSocket socket) {
        this.socket = socket;
        // not a virtual one: it waits in a system call
        this.thread = Thread.ofPlatform().daemon().name("datagrams of the edge").start(this::work);
    }

    /** Begins to read. */
    static DatagramReading start(Place at, String device) throws IOException {
        return new DatagramReading(at.here(() -> PacketSocket.open(device, PATIENCE)));
    }

    private void work() {
        while (!closing) {
            byte[] packet = socket.receive();
            packet(packet).ifPresent(this::add);
        }
    }

    private synchronized void add(Sent each) {
        sent.add(each);
    }

    /** All that was read so far, in its order. */
    synchronized List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** How many datagrams were read so far. */
    synchronized int read() {
        return sent.size();
    }

    /**
     * Reads a packet.
     *
     * @param bytes from its IP header on
     * @return nothing if it is of no kind that passes {@code wire} as a datagram, or cannot be read
     */
    static Optional<Sent> packet(byte[] bytes) {
        ByteBuffer ip = ByteBuffer.wrap(bytes);
        int header = bytes.length < IP_HEADER_BYTES ? 0 : (bytes[0] & 0x0f) * 4;
        int length = header == 0 ? 0 : ip.getShort(2) & 0xffff;
        if (header < IP_HEADER_BYTES
                || length > bytes.length
                || length < header + UDP_HEADER_BYTES // of ICMP as many
                || (ip.getShort(6) & FRAGMENT) != 0) {
            return Optional.empty();
        }
        ByteBuffer inner = ip.slice(header, length - header);
        return switch (bytes[9]) {
            case UDP -> datagram(address(ip, 12), address(ip, 16), inner);
            case ICMP -> unreachable(address(ip, 12), address(ip, 16), inner);
            default -> Optional.empty();
        };
    }

    private static Optional<Sent> datagram(String source, String destination, ByteBuffer udp) {
        int sourcePort = udp.getShort(0) & 0xffff;
        int destinationPort = udp.getShort(2) & 0xffff;
        ByteBuffer payload = udp.slice(UDP_HEADER_BYTES, udp.remaining() - UDP_HEADER_BYTES);
        String name = "datagram from " + sourcePort + " to " + destination + ":" + destinationPort;
        List<String> about = List.of("from: " + source);
        if (destinationPort == DNS_PORT && destination.equals(Networks.NAME_SERVER)) {
            return question(name, payload, about);
        }
        if (!source.equals(Networks.EDGE_OUTSIDE)) {
            return Optional.empty();
        }
        if (sourcePort == Networks.RELAY_PORT) {
            return RelayReading.message(name, payload, about);
        }
        return sourcePort >= FIRST_RELAYED_PORT
                ? Optional.of(new Sent(name, "relayed datagram", about, "", false))
                : Optional.empty();
    }

    /** The names asked for (RFC 1035 section 4.1.2), as they are written. */
    private static Optional<Sent> question(String name, ByteBuffer message, List<String> about) {
        StringBuilder asked = new StringBuilder("asked: ");
        int at = DNS_HEADER_BYTES;
        while (at < message.limit() && message.get(at) != 0) {
            int length = message.get(at);
            if (length < 0 || length > LONGEST_LABEL || at + 1 + length >= message.limit()) {
                return Optional.empty();
            }
            byte[] label = new byte[length];
            message.get(at + 1, label);
            asked.append(new String(label, StandardCharsets.ISO_8859_1)).append('.');
            at += 1 + length;
        }
        if (at >= message.limit()) {
            return Optional.empty();
        }
        byte[] all = new byte[message.remaining()];
        message.get(0, all);
        List<String> lines = new ArrayList<>(about);
        lines.add(asked.toString());
        return Optional.of(new Sent(name, "DNS", lines, new String(all, StandardCharsets.ISO_8859_1), false));
    }

    /** It quotes the datagram that it answers (RFC 792); of that the addresses are read. */
    private static Optional<Sent> unreachable(String source, String destination, ByteBuffer icmp) {
        if (icmp.get(0) != UNREACHABLE || icmp.remaining() < ICMP_HEADER_BYTES + IP_HEADER_BYTES) {
            return Optional.empty();
        }
        List<String> lines = List.of(
                "from: " + source,
                "quoted from: " + address(icmp, ICMP_HEADER_BYTES + 12),
                "quoted to: " + address(icmp, ICMP_HEADER_BYTES + 16));
        return Optional.of(new Sent("ICMP to " + destination, "unreachable", lines, "", false));
    }

    private static String address(ByteBuffer bytes, int at) {
        byte[] address = new byte[4];
        bytes.get(at, address);
        return RelayReading.text(address);
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return; // it still uses the socket
        }
        socket.close();
    }
}
