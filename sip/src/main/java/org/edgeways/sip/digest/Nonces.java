package org.edgeways.sip.digest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces that carry their time of issue under a key, so that handing them out takes no memory: 8 bytes of time, 8
 * random bytes, 16 bytes of HMAC-SHA-256 over both and the realm, in Base64 for URLs.
 */
final class Nonces {

    private static final int PLAIN_BYTES = 16;
    private static final int TAG_BYTES = 16;

    private final SecretKeySpec key;
    private final byte[] realm;

    Nonces(byte[] key, String realm) {
        if (key.length < 16) {
            throw new IllegalArgumentException("a nonce key has at least 16 bytes");
        }
        this.key = new SecretKeySpec(key, "HmacSHA256");
        this.realm = realm.getBytes(StandardCharsets.UTF_8);
    }

    String issue(long now, RandomGenerator random) {
        byte[] plain = ByteBuffer.allocate(PLAIN_BYTES)
                .putLong(now)
                .putLong(random.nextLong())
                .array();
        byte[] nonce = Arrays.copyOf(plain, PLAIN_BYTES + TAG_BYTES);
        System.arraycopy(tag(plain), 0, nonce, PLAIN_BYTES, TAG_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce);
    }

    /** When {@code nonce} was issued, in nanoseconds since 1970; empty if it is not one of ours. */
    OptionalLong issuedAt(String nonce) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(nonce);
        } catch (IllegalArgumentException e) {
            return OptionalLong.empty();
        }
        if (bytes.length != PLAIN_BYTES + TAG_BYTES) {
            return OptionalLong.empty();
        }
        byte[] plain = Arrays.copyOf(bytes, PLAIN_BYTES);
        byte[] given = Arrays.copyOfRange(bytes, PLAIN_BYTES, bytes.length);
        return MessageDigest.isEqual(tag(plain), given)
                ? OptionalLong.of(ByteBuffer.wrap(plain).getLong())
                : OptionalLong.empty();
    }

    private byte[] tag(byte[] plain) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(realm);
            mac.update((byte) 0);
            return Arrays.copyOf(mac.doFinal(plain), TAG_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every Java platform", e);
        }
    }
}
