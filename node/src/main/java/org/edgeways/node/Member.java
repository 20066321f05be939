package org.edgeways.node;

import java.security.cert.X509Certificate;
import java.util.List;
import org.edgeways.net.TlsIdentity;
import org.edgeways.tokens.SnapshotKey;

/**
 * What makes this host a node.
 *
 * @param node its name
 * @param identity its key, and its certificate with the authority's behind it
 * @param snapshotKeys which verify its settings
 */
public record Member(String node, TlsIdentity identity, List<SnapshotKey> snapshotKeys) {

    public Member {
        snapshotKeys = List.copyOf(snapshotKeys);
    }

    /** Whom it trusts. */
    public X509Certificate authority() {
        return identity.chain().getLast();
    }

    /** The same with another key and certificate. */
    Member with(TlsIdentity next) {
        return new Member(node, next, snapshotKeys);
    }
}
