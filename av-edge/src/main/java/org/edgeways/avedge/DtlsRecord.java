package org.edgeways.avedge;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One record of a datagram (RFC 6347, 4.1).
 *
 * @param type its content type
 * @param epoch 0 in the clear, 1 encrypted: sessions have no second handshake here
 * @param bytes all of it, from its head on
 */
record DtlsRecord(int type, int epoch, ByteBuffer bytes) {

    static final int ALERT = 21;
    static final int HANDSHAKE = 22;
    static final int APPLICATION_DATA = 23;

    /** Bytes of a record's head. */
    static final int HEAD = 13;

    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 63;
    private static final int EPOCH = 3;
    private static final int LENGTH = 11;
    private static final long LARGEST_NUMBER = (1L << 48) - 1;

    /** Whether a datagram is DTLS, by its first byte (RFC 7983). */
    static boolean isDtls(byte first) {
        return first >= FIRST_TYPE && first <= LAST_TYPE;
    }

    /** Takes the next record out of a datagram; null if what is left is none, which is passed over (RFC 6347, 4.1.2.7). */
    static @Nullable DtlsRecord next(ByteBuffer datagram) {
        int at = datagram.position();
        if (datagram.remaining() < HEAD) {
            return null;
        }
        int length = HEAD + Short.toUnsignedInt(datagram.getShort(at + LENGTH));
        if (length > datagram.remaining()) {
            return null;
        }
        datagram.position(at + length);
        return new DtlsRecord(
                datagram.get(at), Short.toUnsignedInt(datagram.getShort(at + EPOCH)), datagram.slice(at, length));
    }

    /** Adds to the numbers of those records of a datagram that are in the clear. */
    static void renumber(byte[] datagram, long by) {
        ByteBuffer left = ByteBuffer.wrap(datagram);
        for (DtlsRecord next = next(left); next != null; next = next(left)) {
            if (next.epoch == 0) { // so the number is all of those 64 bits
                next.bytes.putLong(EPOCH, next.number() + by & LARGEST_NUMBER);
            }
        }
    }

    /** Which record of its epoch it is. */
    long number() {
        return bytes.getLong(EPOCH) & LARGEST_NUMBER;
    }

    /** Whether it is of what an established session brings: no handshake, since those are told by their clear beginning. */
    boolean isOfSession() {
        return epoch == 1 && (type == APPLICATION_DATA || type == ALERT);
    }

    /** Whether it is of a handshake. */
    boolean isOfHandshake() {
        return epoch == 0 && type < APPLICATION_DATA || isEncryptedHandshake();
    }

    /** Whether it is a Finished, as far as one can tell. */
    boolean isEncryptedHandshake() {
        return epoch == 1 && type == HANDSHAKE;
    }
}
