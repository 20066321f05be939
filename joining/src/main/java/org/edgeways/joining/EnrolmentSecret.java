package org.edgeways.joining;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;

/**
 * The one-time secret of a bundle: the seed of an Ed25519 key (RFC 8032). The node proves that it has it by a signature; the
 * inside keeps only the public key, from which the secret cannot be found, and which is of no use to a thief.
 */
public final class EnrolmentSecret {

    /** Its length, in bytes. */
    public static final int BYTES = 32;

    private static final String ALGORITHM = "Ed25519";

    private final byte[] seed;

    /**
     * A new secret.
     *
     * @param secret goes into the bundle and nowhere else
     * @param proofKey what the inside keeps
     */
    public record Made(EnrolmentSecret secret, PublicKey proofKey) {}

    /** The secret of those bytes. */
    EnrolmentSecret(byte[] seed) {
        if (seed.length != BYTES) {
            throw new IllegalArgumentException("a secret has " + BYTES + " bytes, not " + seed.length);
        }
        this.seed = seed.clone();
    }

    /** Makes one. */
    public static Made make(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, random);
            KeyPair keys = generator.generateKeyPair();
            byte[] seed = ((EdECPrivateKey) keys.getPrivate())
                    .getBytes()
                    .orElseThrow(() -> new IllegalStateException("the key's bytes cannot be had"));
            return new Made(new EnrolmentSecret(seed), keys.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is part of every JDK", e);
        }
    }

    /** Reads an Ed25519 key that was written as {@link PublicKey#getEncoded()}; empty if it is none. */
    public static Optional<PublicKey> publicKey(byte[] encoded) {
        try {
            return Optional.of(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException notOne) {
            return Optional.empty();
        }
    }

    /** The proof: what only who has the secret can make of {@code content}. */
    public byte[] prove(byte[] content) {
        try {
            PrivateKey key = KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is part of every JDK", e);
        }
    }

    byte[] seed() {
        return seed.clone();
    }

    @Override
    public String toString() {
        return "***";
    }
}
