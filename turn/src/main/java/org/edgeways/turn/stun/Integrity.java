package org.edgeways.turn.stun;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two keyed hashes over a message (RFC 8489 sections 14.5 and 14.6). */
public enum Integrity {
    /** MESSAGE-INTEGRITY. */
    SHA1(StunAttribute.MESSAGE_INTEGRITY, "HmacSHA1", 20, 20),
    /** MESSAGE-INTEGRITY-SHA256, which may be cut to a multiple of four bytes, but not below 16. */
    SHA256(StunAttribute.MESSAGE_INTEGRITY_SHA256, "HmacSHA256", 16, 32);

    private static final int ATTRIBUTE_HEADER = 4;

    private final int attribute;
    private final String algorithm;
    private final int shortest;
    private final int longest;

    Integrity(int attribute, String algorithm, int shortest, int longest) {
        this.attribute = attribute;
        this.algorithm = algorithm;
        this.shortest = shortest;
        this.longest = longest;
    }

    /** The attribute's type. */
    public int attribute() {
        return attribute;
    }

    /** The hash over {@code message} up to {@code end}, as if the attribute ended the message. */
    byte[] over(byte[] key, byte[] message, int end, int length) {
        byte[] head = Arrays.copyOf(message, StunMessage.HEADER_BYTES);
        int counted = end - StunMessage.HEADER_BYTES + ATTRIBUTE_HEADER + length;
        head[2] = (byte) (counted >> 8);
        head[3] = (byte) counted;
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            mac.update(head);
            mac.update(message, StunMessage.HEADER_BYTES, end - StunMessage.HEADER_BYTES);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java platform has both
        }
    }

    /** Bytes of the whole hash. */
    int bytes() {
        return longest;
    }

    boolean fits(byte[] key, byte[] message, int value, int length) {
        if (length < shortest || length > longest || length % 4 != 0) {
            return false;
        }
        byte[] expected = Arrays.copyOf(over(key, message, value - ATTRIBUTE_HEADER, length), length);
        return MessageDigest.isEqual(expected, Arrays.copyOfRange(message, value, value + length));
    }
}
