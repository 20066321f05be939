package org.edgeways.tokens;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.List;
import org.edgeways.base.Result;

/**
 * Tells whether a node may run a snapshot: it must be signed with one of the keys that the node was given when it joined,
 * be for this node, and not be older than the one that it holds. Pure.
 */
public final class SnapshotVerifier {

    /** Most keys: the one that signs, and those of a change that is under way. */
    public static final int MAX_KEYS = 8;

    private final String node;
    private final List<SnapshotKey> keys;

    /**
     * @param node this node's name
     * @param keys those that it was given
     * @throws IllegalArgumentException if there is none, or more than {@link #MAX_KEYS}
     */
    public SnapshotVerifier(String node, List<SnapshotKey> keys) {
        if (keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("1 to " + MAX_KEYS + " keys, not " + keys.size());
        }
        this.node = node;
        this.keys = List.copyOf(keys);
    }

    /**
     * Reads and verifies an envelope. Whatever the bytes are, the answer is a value; its code says why it was refused.
     *
     * @param held the revision that the node holds; 0 if it holds none. That same revision is taken again: the inside may
     *     not know that the node has it
     */
    public Result<SignedSnapshot> verify(byte[] envelope, long held) {
        return switch (SignedSnapshot.read(envelope)) {
            case Result.Bad<SignedSnapshot> bad -> bad;
            case Result.Ok<SignedSnapshot>(SignedSnapshot read) -> judged(read, held);
        };
    }

    private Result<SignedSnapshot> judged(SignedSnapshot read, long held) {
        SnapshotKey key = keys.stream()
                .filter(known -> known.id().equals(read.keyId()))
                .findFirst()
                .orElse(null);
        if (key == null) {
            return Result.bad(
                    TokensErrorCode.SNAPSHOT_KEY_UNKNOWN, 0, "it says that key " + read.keyId() + " signed it");
        }
        if (!isSigned(read, key)) {
            return Result.bad(TokensErrorCode.SNAPSHOT_FORGED, 0, "its signature does not fit");
        }
        if (!read.node().equals(node)) {
            return Result.bad(
                    TokensErrorCode.SNAPSHOT_OF_ANOTHER_NODE, 0, "it is for " + read.node() + ", not for " + node);
        }
        if (read.revision() < held) {
            return Result.bad(
                    TokensErrorCode.SNAPSHOT_OLDER,
                    0,
                    "it is revision " + read.revision() + ", and revision " + held + " is here");
        }
        return Result.ok(read);
    }

    private static boolean isSigned(SignedSnapshot read, SnapshotKey key) {
        try {
            Signature signature = Signature.getInstance(SnapshotKey.ALGORITHM);
            signature.initVerify(key.key());
            signature.update(read.signed());
            return signature.verify(read.signature());
        } catch (GeneralSecurityException e) {
            return false; // a signature whose numbers are out of range
        }
    }
}
