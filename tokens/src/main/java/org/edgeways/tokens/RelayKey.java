package org.edgeways.tokens;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * One of the keys with which the inside makes relay credentials: an Ed25519 key, from whose private half the secret is derived that
 * nodes share. The private half never leaves the inside, so a node that was taken over cannot make credentials.
 *
 * <p>A user name is {@code EXPIRY:SEALED.SIGNATURE}: the numbers of {@link RelayUser} and the expiry, sealed with the shared
 * secret ({@link Sealer}, so that the same person is not recognised on the way), and the signature of all before it.
 */
public final class RelayKey {

    private final PrivateKey signing;
    private final RelayCheck check;

    /** @param keys both halves of one Ed25519 key */
    public RelayKey(KeyPair keys) {
        this.signing = keys.getPrivate();
        this.check = new RelayCheck(id(keys), digest("edgeways/relay/shared", signing.getEncoded()), keys.getPublic());
    }

    /** A new key. */
    public static KeyPair newKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(RelayCheck.SIGNATURE);
            generator.initialize(255, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Ed25519 is part of every JDK", impossible);
        }
    }

    private static int id(KeyPair keys) {
        return ByteBuffer.wrap(digest("edgeways/relay/id", keys.getPublic().getEncoded()))
                .getInt();
    }

    private static byte[] digest(String label, byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(label.getBytes(StandardCharsets.US_ASCII));
            return digest.digest(content);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }

    /** What nodes are told of this key. */
    public RelayCheck check() {
        return check;
    }

    /**
     * Makes credentials.
     *
     * @param expirySeconds since 1970: from when on they are no longer good; 1 to 2^32 - 1
     * @param random must be cryptographically strong outside of tests
     * @throws IllegalArgumentException if the expiry is out of range
     */
    public RelayCredentials mint(RelayUser user, long expirySeconds, RandomGenerator random) {
        if (expirySeconds < 1 || expirySeconds > RelayVerifier.MAX_EXPIRY_SECONDS) {
            throw new IllegalArgumentException("an expiry of 1 to 2^32 - 1 s, not " + expirySeconds);
        }
        byte[] content = new TokenWriter()
                .number(user.person())
                .number(user.device())
                .number(expirySeconds)
                .bytes();
        String sealed = check.sealer(random).seal(Purpose.RELAY_USER, content);
        String named = expirySeconds + ":" + sealed;
        String username = named + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(sign(named));
        return new RelayCredentials(username, check.password(username), expirySeconds);
    }

    private byte[] sign(String text) {
        try {
            Signature signature = Signature.getInstance(RelayCheck.SIGNATURE);
            signature.initSign(signing);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key does not sign", e);
        }
    }

    /** Hides the key. */
    @Override
    public String toString() {
        return "RelayKey of " + check;
    }
}
