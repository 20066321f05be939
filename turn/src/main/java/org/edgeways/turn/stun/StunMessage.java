package org.edgeways.turn.stun;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.turn.TurnErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A STUN message that was read (RFC 8489 section 5). Only its frame is checked: an attribute's value is judged when it is
 * asked for. Of an attribute that comes more than once the first counts; what comes behind the integrity, but for stronger
 * integrity and the fingerprint, does not count at all (section 14.5).
 */
public final class StunMessage {

    /** Bytes before the attributes. */
    public static final int HEADER_BYTES = 20;

    /** What stands in bytes 4 to 7. */
    public static final int MAGIC_COOKIE = 0x2112a442;

    /** Bytes of a transaction id. */
    public static final int TRANSACTION_BYTES = 12;

    /** Most attributes of a message; one with more is malformed. */
    public static final int MAX_ATTRIBUTES = 64;

    private static final int ATTRIBUTE_HEADER = 4;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int[] types = new int[MAX_ATTRIBUTES];
    private final int[] offsets = new int[MAX_ATTRIBUTES];
    private final int[] lengths = new int[MAX_ATTRIBUTES];
    private int count;

    private StunMessage(byte[] bytes) {
        this.bytes = bytes;
    }

    /** True if the bytes have the cookie of STUN and are as long as they say: a cheap look before they are read. */
    public static boolean looksLikeOne(MemorySegment packet, long offset, int length) {
        return length >= HEADER_BYTES
                && packet.get(INT, offset + 4) == MAGIC_COOKIE
                && (packet.get(INT, offset) & 0xffff) == length - HEADER_BYTES;
    }

    /** Reads a message that fills {@code bytes}, which belong to it from now on. */
    public static Result<StunMessage> parse(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            return bad(bytes.length, "shorter than a header");
        }
        if ((bytes[0] & 0xc0) != 0) {
            return bad(0, "the first two bits are not zero");
        }
        StunMessage message = new StunMessage(bytes);
        if (message.number(4) != MAGIC_COOKIE) {
            return bad(4, "no magic cookie");
        }
        int length = message.unsignedShort(2);
        if (length % 4 != 0 || HEADER_BYTES + length != bytes.length) {
            return bad(2, "the length is not that of the message");
        }
        return message.readAttributes();
    }

    private Result<StunMessage> readAttributes() {
        int integrity = 0; // the strongest so far, as its attribute
        int at = HEADER_BYTES;
        while (at < bytes.length) {
            int type = unsignedShort(at);
            int length = unsignedShort(at + 2);
            int value = at + ATTRIBUTE_HEADER;
            int end = value + (length + 3 & ~3);
            if (end > bytes.length) {
                return bad(at, "an attribute is cut off");
            }
            if (type == StunAttribute.FINGERPRINT) {
                if (length != 4 || end != bytes.length) {
                    return bad(at, "a fingerprint that is not the last attribute");
                }
                if (number(value) != Fingerprint.of(bytes, at)) {
                    return bad(at, "the fingerprint does not fit");
                }
            }
            boolean counts = integrity == 0
                    || type == StunAttribute.FINGERPRINT
                    || integrity == StunAttribute.MESSAGE_INTEGRITY && type == StunAttribute.MESSAGE_INTEGRITY_SHA256;
            if (counts) {
                if (count == MAX_ATTRIBUTES) {
                    return bad(at, "more than " + MAX_ATTRIBUTES + " attributes");
                }
                types[count] = type;
                offsets[count] = value;
                lengths[count++] = length;
                if (type == StunAttribute.MESSAGE_INTEGRITY || type == StunAttribute.MESSAGE_INTEGRITY_SHA256) {
                    integrity = type;
                }
            }
            at = end;
        }
        return Result.ok(this);
    }

    private static Result<StunMessage> bad(int offset, String reason) {
        return Result.bad(TurnErrorCode.MALFORMED, offset, reason);
    }

    /** The class. */
    public StunClass messageClass() {
        return StunClass.of(unsignedShort(0));
    }

    /** The method, 0 to 0xfff. */
    public int method() {
        return StunClass.method(unsignedShort(0));
    }

    /** The transaction id, {@link #TRANSACTION_BYTES} bytes. */
    public byte[] transactionId() {
        return Arrays.copyOfRange(bytes, 8, HEADER_BYTES);
    }

    /** How many attributes count. */
    public int count() {
        return count;
    }

    /** The type of attribute {@code i}. */
    public int type(int i) {
        return types[i];
    }

    /** The value of attribute {@code i}, without padding. */
    public byte[] value(int i) {
        return Arrays.copyOfRange(bytes, offsets[i], offsets[i] + lengths[i]);
    }

    /** Where the first attribute of that type is; -1 if there is none. */
    public int find(int type) {
        for (int i = 0; i < count; i++) {
            if (types[i] == type) {
                return i;
            }
        }
        return -1;
    }

    /** True if there is such an attribute. */
    public boolean has(int type) {
        return find(type) >= 0;
    }

    /** The value of the first attribute of that type; null if there is none. */
    public byte @Nullable [] valueOf(int type) {
        int i = find(type);
        return i < 0 ? null : value(i);
    }

    /** The value of the first attribute of that type as UTF-8; null if there is none. Anything can be read so. */
    public @Nullable String text(int type) {
        int i = find(type);
        return i < 0 ? null : new String(bytes, offsets[i], lengths[i], StandardCharsets.UTF_8);
    }

    /** The first attribute of that type as a number of 32 bits; empty if it has another length or is not there. */
    public java.util.OptionalInt numberOf(int type) {
        int i = find(type);
        return i < 0 || lengths[i] != 4 ? java.util.OptionalInt.empty() : java.util.OptionalInt.of(number(offsets[i]));
    }

    /** Attribute {@code i} as an address that is covered by the cookie (RFC 8489 section 14.2); null if it is none. */
    public @Nullable TransportAddress xorAddress(int i) {
        int at = offsets[i];
        int length = lengths[i];
        if (length < 8) {
            return null;
        }
        int port = unsignedShort(at + 2) ^ MAGIC_COOKIE >>> 16;
        int family = bytes[at + 1];
        if (family == AddressFamily.IPV4 && length == 8) {
            return TransportAddress.ipv4(number(at + 4) ^ MAGIC_COOKIE, port);
        }
        if (family == AddressFamily.IPV6 && length == 20) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new TransportAddress(
                    buffer.getLong(at + 4) ^ buffer.getLong(4), buffer.getLong(at + 12) ^ buffer.getLong(12), port);
        }
        return null;
    }

    /** The attributes that must be understood and are not known here, in their order, each once. */
    public List<Integer> unknownAttributes() {
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int type = types[i];
            if (StunAttribute.mustBeUnderstood(type) && !StunAttribute.isKnown(type) && !unknown.contains(type)) {
                unknown.add(type);
            }
        }
        return unknown;
    }

    /** True if the message has the integrity attribute of {@code integrity} and it fits {@code key}. */
    public boolean isIntact(Integrity integrity, byte[] key) {
        int i = find(integrity.attribute());
        return i >= 0 && integrity.fits(key, bytes, offsets[i], lengths[i]);
    }

    private int unsignedShort(int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private int number(int at) {
        return unsignedShort(at) << 16 | unsignedShort(at + 2);
    }
}
