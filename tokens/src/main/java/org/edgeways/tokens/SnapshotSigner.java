package org.edgeways.tokens;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;

/** Signs what an edge node is to run. Only the inside has one. */
public final class SnapshotSigner {

    private final PrivateKey secret;
    private final SnapshotKey key;

    /** @param keys both halves of one Ed25519 key */
    public SnapshotSigner(KeyPair keys) {
        this(keys.getPrivate(), keys.getPublic());
    }

    /** Both halves of one Ed25519 key. */
    public SnapshotSigner(PrivateKey secret, PublicKey key) {
        this.secret = secret;
        this.key = SnapshotKey.of(key);
    }

    /** A new key. */
    public static KeyPair newKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(SnapshotKey.ALGORITHM);
            generator.initialize(255, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Ed25519 is part of every JDK", impossible);
        }
    }

    /** What verifies what this signs. */
    public SnapshotKey key() {
        return key;
    }

    /**
     * Signs a snapshot.
     *
     * @param node whom it is for: 1 to 63 lower-case letters, digits, hyphens and dots
     * @param revision from 1
     * @param payload at most {@link SignedSnapshot#MAX_PAYLOAD_BYTES}
     * @throws IllegalArgumentException if one of them is not so
     */
    public SignedSnapshot sign(String node, long revision, byte[] payload) {
        if (!SignedSnapshot.isName(node) || revision < 1 || payload.length > SignedSnapshot.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("no snapshot is for node \"" + node + "\", of revision " + revision
                    + ", of " + payload.length + " bytes");
        }
        SignedSnapshot unsigned = new SignedSnapshot(key.id(), node, revision, payload, new byte[0]);
        try {
            Signature signature = Signature.getInstance(SnapshotKey.ALGORITHM);
            signature.initSign(secret);
            signature.update(unsigned.signed());
            return new SignedSnapshot(key.id(), node, revision, payload, signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key does not sign", e);
        }
    }

    @Override
    public String toString() {
        return "SnapshotSigner " + key.id() + " ***";
    }
}
