package org.edgeways.tokens;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.Result;

/** Any bytes as an envelope, and as the payload of one that we sign: nothing throws, and nobody signs but we. */
public final class SnapshotTarget {

    private static final SnapshotSigner SIGNER = new SnapshotSigner(SnapshotSigner.newKeys(new SecureRandom()));

    private static final SnapshotVerifier VERIFIER = new SnapshotVerifier("edge1", List.of(SIGNER.key()));

    private SnapshotTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        that(!VERIFIER.verify(data, 0).isOk(), "somebody forged a snapshot");
        if (SignedSnapshot.read(data) instanceof Result.Ok<SignedSnapshot>(SignedSnapshot read)) {
            that(Arrays.equals(read.bytes(), data), "an envelope has two spellings");
            byte[] signed =
                    SIGNER.sign(read.node(), read.revision(), read.payload()).bytes();
            that(SignedSnapshot.read(signed).isOk(), "what was read cannot be signed and read");
        }
        byte[] envelope = SIGNER.sign("edge1", 7, data).bytes();
        that(Arrays.equals(VERIFIER.verify(envelope, 7).orThrow().payload(), data), "the payload changed");
        int at = Math.floorMod(Arrays.hashCode(data), envelope.length);
        byte[] bent = envelope.clone();
        bent[at] ^= 1;
        that(!VERIFIER.verify(bent, 7).isOk(), "a snapshot is taken that was changed at " + at);
        that(!VERIFIER.verify(Arrays.copyOf(envelope, at), 7).isOk(), "a snapshot is taken that was cut at " + at);
        SnapshotKey.read(data);
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
