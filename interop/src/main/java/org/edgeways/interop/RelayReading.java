package org.edgeways.interop;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.edgeways.interop.OutsideReading.Sent;

/**
 * What the edge's relay has written to somebody outside, as text, by a reader that shares no code with the product: STUN and
 * TURN messages (RFC 8489, 8656), each attribute a line, addresses in clear whether XORed or not. What clients have written to
 * each other is not read: the payload of ChannelData and of the attribute DATA. A message that cannot be read to its end, or has
 * an attribute that the reader does not know, is none.
 */
final class RelayReading {
    private static final int HEADER_BYTES = 20;
    private static final int COOKIE = 0x2112a442;
    private static final int COOKIE_AT = 4;
    private static final int FAMILY_IPV4 = 1;
    private static final int FAMILY_IPV6 = 2;
    private static final int DATA = 0x0013;

    private static final Map<Integer, String> ADDRESSES = Map.of(
            0x0001, "MAPPED-ADDRESS",
            0x0002, "RESPONSE-ADDRESS",
            0x0004, "SOURCE-ADDRESS",
            0x0005, "CHANGED-ADDRESS",
            0x000b, "REFLECTED-FROM",
            0x8023, "ALTERNATE-SERVER",
            0x802b, "RESPONSE-ORIGIN",
            0x802c, "OTHER-ADDRESS");

    private static final Map<Integer, String> XORED_ADDRESSES = Map.of(
            0x0012, "XOR-PEER-ADDRESS",
            0x0016, "XOR-RELAYED-ADDRESS",
            0x0020, "XOR-MAPPED-ADDRESS",
            0x8020, "XOR-MAPPED-ADDRESS");

    private static final Map<Integer, String> TEXTS = Map.of(
            0x0006, "USERNAME",
            0x0009, "ERROR-CODE",
            0x0014, "REALM",
            0x0015, "NONCE",
            0x8001, "ADDRESS-ERROR-CODE",
            0x8003, "ALTERNATE-DOMAIN",
            0x8022, "SOFTWARE");

    /** Numbers and keyed hashes, in which no name can stand and no address but by chance. */
    private static final Set<Integer> NUMBERS = Set.of(
            0x0008, 0x000a, 0x000c, 0x000d, 0x0017, 0x0018, 0x0019, 0x001a, 0x001c, 0x001d, 0x0022, 0x002a, 0x8000,
            0x8002, 0x8004, 0x8028);

    private RelayReading() {}

    /** Whether the relay has opened a connection: its first answer is a STUN message. */
    static boolean isStream(byte[] bytes) {
        return bytes.length >= HEADER_BYTES && isStun(ByteBuffer.wrap(bytes));
    }

    private static boolean isStun(ByteBuffer message) {
        return message.remaining() >= HEADER_BYTES
                && (message.get(0) & 0xc0) == 0
                && message.getInt(COOKIE_AT) == COOKIE;
    }

    /** Cuts what the relay has said over TCP or TLS (RFC 8489 section 6.2.2, RFC 8656 section 12.5). */
    static List<Sent> stream(String connection, byte[] bytes) {
        List<Sent> sent = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            ByteBuffer message = rest.slice();
            message.limit(Math.min(message.capacity(), lengthInStream(message)));
            sent.add(message(connection, message, List.of())
                    .orElseThrow(() -> new AssertionError(connection + ": what the relay says at byte "
                            + (bytes.length - rest.remaining()) + " cannot be read")));
            rest.position(rest.position() + message.limit());
        }
        return sent;
    }

    private static int lengthInStream(ByteBuffer message) {
        if (message.remaining() < COOKIE_AT) {
            return message.remaining();
        }
        int length = message.getShort(2) & 0xffff;
        return isStun(message) ? HEADER_BYTES + length : padded(COOKIE_AT + length);
    }

    private static int padded(int length) {
        return (length + 3) & ~3;
    }

    /**
     * One message.
     *
     * @param about lines that stand before its own
     * @return nothing if it cannot be read
     */
    static Optional<Sent> message(String connection, ByteBuffer message, List<String> about) {
        List<String> lines = new ArrayList<>(about);
        if (isStun(message)) {
            boolean read = message.getShort(2) == message.remaining() - HEADER_BYTES && attributes(message, lines);
            String startLine = "STUN 0x%04x".formatted(message.getShort(0));
            return read ? Optional.of(new Sent(connection, startLine, lines, "", false)) : Optional.empty();
        }
        boolean channelData = message.remaining() >= COOKIE_AT
                && (message.get(0) & 0xc0) == 0x40
                && COOKIE_AT + (message.getShort(2) & 0xffff) <= message.remaining();
        return channelData ? Optional.of(new Sent(connection, "ChannelData", lines, "", false)) : Optional.empty();
    }

    private static boolean attributes(ByteBuffer message, List<String> lines) {
        byte[] mask = new byte[16]; // the cookie and the transaction's number (RFC 8489 section 14.2)
        message.get(COOKIE_AT, mask);
        int at = HEADER_BYTES;
        while (at < message.limit()) {
            if (at + 4 > message.limit()) {
                return false;
            }
            int type = message.getShort(at) & 0xffff;
            int length = message.getShort(at + 2) & 0xffff;
            if (at + 4 + length > message.limit()) {
                return false;
            }
            byte[] value = new byte[length];
            message.get(at + 4, value);
            Optional<String> line = attribute(type, value, mask);
            if (line.isEmpty()) {
                return false;
            }
            lines.add(line.get());
            at += 4 + padded(length);
        }
        return true;
    }

    private static Optional<String> attribute(int type, byte[] value, byte[] mask) {
        if (TEXTS.containsKey(type)) {
            return Optional.of(TEXTS.get(type) + ": " + new String(value, StandardCharsets.ISO_8859_1));
        }
        if (ADDRESSES.containsKey(type)) {
            return address(ADDRESSES.get(type), value, new byte[16]);
        }
        if (XORED_ADDRESSES.containsKey(type)) {
            return address(XORED_ADDRESSES.get(type), value, mask);
        }
        if (type == DATA) {
            return Optional.of("DATA: written by a client");
        }
        return NUMBERS.contains(type)
                ? Optional.of("0x%04x: %s".formatted(type, HexFormat.of().formatHex(value)))
                : Optional.empty();
    }

    /** RFC 8489 sections 14.1 and 14.2. */
    private static Optional<String> address(String name, byte[] value, byte[] mask) {
        int bytes = value.length - 4;
        int family = bytes < 0 ? 0 : value[1];
        if (!(family == FAMILY_IPV4 && bytes == 4 || family == FAMILY_IPV6 && bytes == 16)) {
            return Optional.empty();
        }
        byte[] address = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            address[i] = (byte) (value[4 + i] ^ mask[i]);
        }
        return Optional.of(name + ": " + text(address));
    }

    /** An address as it is written, an IPv4 address also where it is in its mapped form (RFC 4291 section 2.5.5.2). */
    static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four or sixteen bytes are always an address
        }
    }
}
