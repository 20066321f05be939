package org.edgeways.turn.stun;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** How a password becomes a key (RFC 8489 sections 9.2.2 and 18.5.1). */
public enum PasswordAlgorithm {
    /** As in RFC 5389. */
    MD5(1, "MD5"),
    /** The better one. */
    SHA256(2, "SHA-256");

    private final int number;
    private final String digest;

    PasswordAlgorithm(int number, String digest) {
        this.number = number;
        this.digest = digest;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The key of the long-term mechanism. Nothing is prepared: the texts are taken as they are, in UTF-8. */
    public byte[] key(String username, String realm, String password) {
        return digest((username + ":" + realm + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance(digest).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has both
        }
    }

    /** Reads the value of PASSWORD-ALGORITHM; null if it is malformed, has parameters or is not known. */
    public static @Nullable PasswordAlgorithm read(byte[] value) {
        if (value.length != 4 || value[0] != 0 || value[2] != 0 || value[3] != 0) {
            return null;
        }
        for (PasswordAlgorithm algorithm : values()) {
            if (algorithm.number == value[1]) {
                return algorithm;
            }
        }
        return null;
    }

    /** The value of PASSWORD-ALGORITHMS that offers all of them, the best first. */
    public static byte[] offer() {
        return new byte[] {0, (byte) SHA256.number, 0, 0, 0, (byte) MD5.number, 0, 0};
    }

    /** The value of USERHASH (RFC 8489 section 14.4). */
    public static byte[] userHash(String username, String realm) {
        return SHA256.digest((username + ":" + realm).getBytes(StandardCharsets.UTF_8));
    }
}
