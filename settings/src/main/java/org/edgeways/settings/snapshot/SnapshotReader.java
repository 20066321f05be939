package org.edgeways.settings.snapshot;

import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.tokens.SignedSnapshot;
import org.edgeways.tokens.SnapshotKey;
import org.edgeways.tokens.SnapshotVerifier;

/** How a node reads what the inside gives it: verified first, then understood, then compared with its envelope. Pure. */
public final class SnapshotReader {

    private final SnapshotVerifier verifier;

    /**
     * @param node this node's name
     * @param keys those that it was given when it joined
     */
    public SnapshotReader(String node, List<SnapshotKey> keys) {
        this.verifier = new SnapshotVerifier(node, keys);
    }

    /**
     * Reads an envelope.
     *
     * @param held the revision that the node holds; 0 if it holds none
     */
    public Result<EdgeSnapshot> read(byte[] envelope, long held) {
        return switch (verifier.verify(envelope, held)) {
            case Result.Bad<SignedSnapshot> bad -> bad.as();
            case Result.Ok<SignedSnapshot>(SignedSnapshot signed) -> understood(signed);
        };
    }

    private static Result<EdgeSnapshot> understood(SignedSnapshot signed) {
        Result<EdgeSnapshot> read = EdgeSnapshot.read(signed.payload());
        if (read instanceof Result.Ok<EdgeSnapshot>(EdgeSnapshot snapshot)
                && (snapshot.revision() != signed.revision() || !snapshot.node().equals(signed.node()))) {
            return Result.bad(
                    SettingsErrorCode.SNAPSHOT_INCONSISTENT,
                    0,
                    "its envelope says revision " + signed.revision() + " of " + signed.node()
                            + ", its content revision " + snapshot.revision() + " of " + snapshot.node());
        }
        return read;
    }
}
