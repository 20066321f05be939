package org.edgeways.turn.stun;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes one STUN message (RFC 8489 section 5); its length is true after every step. */
public final class StunWriter {

    private byte[] bytes = new byte[128];
    private int length = StunMessage.HEADER_BYTES;

    /** A message without attributes; {@code transactionId} has {@link StunMessage#TRANSACTION_BYTES} bytes. */
    public StunWriter(StunClass messageClass, int method, byte[] transactionId) {
        ByteBuffer.wrap(bytes)
                .putShort((short) messageClass.type(method))
                .putShort((short) 0)
                .putInt(StunMessage.MAGIC_COOKIE)
                .put(transactionId, 0, StunMessage.TRANSACTION_BYTES);
    }

    /** Adds an attribute, padded with zeros. */
    public StunWriter add(int type, byte[] value) {
        int end = length + 4 + (value.length + 3 & ~3);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
        }
        ByteBuffer.wrap(bytes, length, 4).putShort((short) type).putShort((short) value.length);
        System.arraycopy(value, 0, bytes, length + 4, value.length);
        length = end;
        ByteBuffer.wrap(bytes).putShort(2, (short) (length - StunMessage.HEADER_BYTES));
        return this;
    }

    /** Adds a number of 32 bits. */
    public StunWriter add(int type, int value) {
        return add(type, ByteBuffer.allocate(4).putInt(value).array());
    }

    /** Adds a text. */
    public StunWriter add(int type, String value) {
        return add(type, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds an address, covered by the cookie (RFC 8489 section 14.2). */
    public StunWriter addXor(int type, TransportAddress address) {
        short port = (short) (address.port() ^ StunMessage.MAGIC_COOKIE >>> 16);
        if (address.isIpv4()) {
            return add(
                    type,
                    ByteBuffer.allocate(8)
                            .putShort((short) AddressFamily.IPV4)
                            .putShort(port)
                            .putInt((int) address.low() ^ StunMessage.MAGIC_COOKIE)
                            .array());
        }
        ByteBuffer head = ByteBuffer.wrap(bytes);
        return add(
                type,
                ByteBuffer.allocate(20)
                        .putShort((short) AddressFamily.IPV6)
                        .putShort(port)
                        .putLong(address.high() ^ head.getLong(4))
                        .putLong(address.low() ^ head.getLong(12))
                        .array());
    }

    /** Adds an address as it is (RFC 8489 section 14.1). */
    public StunWriter addPlain(int type, TransportAddress address) {
        ByteBuffer value = ByteBuffer.allocate(address.isIpv4() ? 8 : 20)
                .putShort((short) (address.isIpv4() ? AddressFamily.IPV4 : AddressFamily.IPV6))
                .putShort((short) address.port());
        return add(
                type,
                (address.isIpv4()
                                ? value.putInt((int) address.low())
                                : value.putLong(address.high()).putLong(address.low()))
                        .array());
    }

    /** Adds ERROR-CODE (RFC 8489 section 14.8). */
    public StunWriter addError(int status, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return add(
                StunAttribute.ERROR_CODE,
                ByteBuffer.allocate(4 + text.length)
                        .putShort((short) 0)
                        .put((byte) (status / 100))
                        .put((byte) (status % 100))
                        .put(text)
                        .array());
    }

    /** Adds UNKNOWN-ATTRIBUTES (RFC 8489 section 14.13). */
    public StunWriter addUnknown(List<Integer> types) {
        ByteBuffer value = ByteBuffer.allocate(types.size() * 2);
        types.forEach(type -> value.putShort(type.shortValue()));
        return add(StunAttribute.UNKNOWN_ATTRIBUTES, value.array());
    }

    /** Adds the integrity over all that was written. */
    public StunWriter addIntegrity(Integrity integrity, byte[] key) {
        return add(integrity.attribute(), integrity.over(key, bytes, length, integrity.bytes()));
    }

    /** Adds the fingerprint; nothing may be added after it. */
    public StunWriter addFingerprint() {
        int at = length;
        add(StunAttribute.FINGERPRINT, 0);
        ByteBuffer.wrap(bytes).putInt(at + 4, Fingerprint.of(bytes, at));
        return this;
    }

    /** The message. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
