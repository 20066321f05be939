package org.edgeways.turn.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces that nobody has to remember: the second they were made in, and a keyed hash of it and of the client's address. So
 * that a challenge stays short they have 16 characters, or 29 with the cookie that offers better password algorithms (RFC
 * 8489 section 9.2).
 */
final class Nonces {

    /** The cookie and the feature bits: password algorithms, no user hashes. */
    private static final String OFFER = "obMatJos2" + "gAAA";

    private static final int TIME_BYTES = 4;
    private static final int HASH_BYTES = 8;
    private static final String ALGORITHM = "HmacSHA256";
    private static final long SECOND = 1_000_000_000L;

    private final SecretKeySpec key;
    private final long lifetimeSeconds;
    private final boolean offers;

    /** @param key random bytes, which all shards of a node share */
    Nonces(byte[] key, Duration lifetime, boolean offers) {
        this.key = new SecretKeySpec(key, ALGORITHM);
        this.lifetimeSeconds = lifetime.toSeconds();
        this.offers = offers;
    }

    String create(Client client, long now) {
        int second = (int) (now / SECOND);
        byte[] bytes = ByteBuffer.allocate(TIME_BYTES + HASH_BYTES)
                .putInt(second)
                .put(hash(second, client))
                .array();
        return (offers ? OFFER : "") + Base64.getUrlEncoder().encodeToString(bytes);
    }

    /** True if it was made for that client and is not too old. */
    boolean isGood(String nonce, Client client, long now) {
        String rest = offers && nonce.startsWith(OFFER) ? nonce.substring(OFFER.length()) : nonce;
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(rest.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (bytes.length != TIME_BYTES + HASH_BYTES
                || nonce.length() - rest.length() != (offers ? OFFER.length() : 0)) {
            return false;
        }
        int second = ByteBuffer.wrap(bytes).getInt();
        int age = (int) (now / SECOND) - second;
        return MessageDigest.isEqual(hash(second, client), Arrays.copyOfRange(bytes, TIME_BYTES, bytes.length))
                && age >= 0
                && age < lifetimeSeconds;
    }

    private byte[] hash(int second, Client client) {
        ByteBuffer content = ByteBuffer.allocate(32)
                .put((byte) 'n')
                .putInt(second)
                .putLong(client.address().high())
                .putLong(client.address().low())
                .putLong(client.key());
        return Arrays.copyOf(hash(key, content.array()), HASH_BYTES);
    }

    static byte[] hash(SecretKeySpec key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
