package org.edgeways.avedge;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a ClientHello (RFC 6347, 4.2.1) before anything is kept of its client. Of one that comes in pieces the first
 * piece is enough if the cookie and what it is made of are in it.
 */
final class DtlsHello {

    /** DTLS 1.2; the numbers go down. */
    private static final int DTLS_12 = 0xfefd;

    private static final int MAJOR = 0xfe00;
    private static final int CLIENT_HELLO = 1;
    private static final int HANDSHAKE_HEAD = 12;
    private static final int VERSION_AND_RANDOM = 34;
    private static final int PROTOCOL_VERSION = 70;

    private final long number;
    private final int version;
    private final byte[] cookie;
    private final byte[] first;

    private DtlsHello(long number, int version, byte[] cookie, byte[] first) {
        this.number = number;
        this.version = version;
        this.cookie = cookie;
        this.first = first;
    }

    /** Reads it; null if that is none, or one that says too little. */
    static @Nullable DtlsHello of(DtlsRecord record) {
        if (record.type() != DtlsRecord.HANDSHAKE || record.epoch() != 0) {
            return null;
        }
        ByteBuffer from = record.bytes().duplicate();
        try {
            from.position(DtlsRecord.HEAD);
            boolean begins = from.getInt() >>> 24 == CLIENT_HELLO;
            from.getShort(); // the number of the message
            int offset = from.getShort() << 8 | Byte.toUnsignedInt(from.get());
            from.position(DtlsRecord.HEAD + HANDSHAKE_HEAD);
            int version = Short.toUnsignedInt(from.getShort());
            if (!begins || offset != 0 || (version & MAJOR) != MAJOR) {
                return null;
            }
            from.position(from.position() + VERSION_AND_RANDOM - Short.BYTES);
            skip(from, Byte.toUnsignedInt(from.get())); // the session
            int beforeCookie = from.position();
            byte[] cookie = new byte[Byte.toUnsignedInt(from.get())];
            from.get(cookie);
            int behindCookie = from.position();
            skip(from, Short.toUnsignedInt(from.getShort())); // cipher suites
            skip(from, Byte.toUnsignedInt(from.get())); // compression methods
            return new DtlsHello(
                    record.number(),
                    version,
                    cookie,
                    first(record.bytes(), beforeCookie, behindCookie, from.position()));
        } catch (BufferUnderflowException | IllegalArgumentException e) { // shorter than it says
            return null;
        }
    }

    private static void skip(ByteBuffer from, int bytes) {
        from.position(from.position() + bytes);
    }

    private static byte[] first(ByteBuffer record, int beforeCookie, int behindCookie, int end) {
        int body = end - behindCookie + 1 + beforeCookie - DtlsRecord.HEAD - HANDSHAKE_HEAD;
        ByteBuffer to = ByteBuffer.allocate(DtlsRecord.HEAD + HANDSHAKE_HEAD + body);
        to.put(record.slice(0, 3)); // type and version
        to.putLong(0); // epoch and number
        to.putShort((short) (HANDSHAKE_HEAD + body));
        to.putInt(CLIENT_HELLO << 24 | body);
        to.putInt(0); // the first message, from its beginning
        to.put((byte) 0);
        to.put((byte) (body >> 16));
        to.putShort((short) body);
        int head = DtlsRecord.HEAD + HANDSHAKE_HEAD;
        to.put(record.slice(head, beforeCookie - head));
        to.put((byte) 0); // no cookie
        to.put(record.slice(behindCookie, end - behindCookie));
        return to.array();
    }

    /** The number of its record. */
    long number() {
        return number;
    }

    /** Whether the client offers DTLS 1.2. */
    boolean offersVersion12() {
        return version <= DTLS_12;
    }

    /** What the client brings back of what it was asked for; empty if nothing. */
    byte[] cookie() {
        return cookie;
    }

    /** The record with which this client must have begun: the same without a cookie, and without extensions. */
    byte[] first() {
        return first;
    }

    /**
     * What a client is told that does not offer DTLS 1.2 (RFC 8996, 3): an alert. It is shorter than any ClientHello, and needs no
     * memory of its client. The Java runtime makes it, but never sends it: an alert before its first message waits for that one.
     */
    static byte[] versionRefused() {
        return new byte[] {DtlsRecord.ALERT, (byte) 0xfe, (byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, PROTOCOL_VERSION
        };
    }
}
