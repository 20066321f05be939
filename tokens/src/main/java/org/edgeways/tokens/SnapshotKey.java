package org.edgeways.tokens;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.edgeways.base.Result;

/**
 * A key that verifies snapshots: Ed25519 (RFC 8032). Not secret.
 *
 * @param id the first eight bytes of the SHA-256 of {@link #encoded()}, in hexadecimal
 * @param key the key
 */
public record SnapshotKey(String id, PublicKey key) {

    /** Longest encoding that is read, in bytes; an Ed25519 key has 44. */
    public static final int MAX_BYTES = 64;

    static final String ALGORITHM = "Ed25519";
    private static final int ID_BYTES = 8;

    /** The key with its id. */
    public static SnapshotKey of(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return new SnapshotKey(HexFormat.of().formatHex(Arrays.copyOf(digest, ID_BYTES)), key);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }

    /** Reads what {@link #encoded()} gave. */
    public static Result<SnapshotKey> read(byte[] encoded) {
        if (encoded.length > MAX_BYTES) {
            return Result.bad(TokensErrorCode.SNAPSHOT_KEY_MALFORMED, MAX_BYTES, "the key is too long");
        }
        try {
            return Result.ok(of(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded))));
        } catch (GeneralSecurityException e) {
            return Result.bad(TokensErrorCode.SNAPSHOT_KEY_MALFORMED, 0, "the key is no Ed25519 key");
        }
    }

    /** The key's SubjectPublicKeyInfo (RFC 5280 section 4.1, RFC 8410), DER. */
    public byte[] encoded() {
        return key.getEncoded();
    }

    @Override
    public String toString() {
        return "SnapshotKey " + id;
    }
}
