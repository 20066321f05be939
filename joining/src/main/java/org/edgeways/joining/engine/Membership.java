package org.edgeways.joining.engine;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a node has got by joining.
 *
 * @param node its name
 * @param chain its certificate first, the authority's last
 * @param snapshotKeys the keys that its settings are signed with, at least one
 */
public record Membership(String node, List<X509Certificate> chain, List<PublicKey> snapshotKeys) {

    public Membership {
        chain = List.copyOf(chain);
        snapshotKeys = List.copyOf(snapshotKeys);
        if (chain.size() < 2 || snapshotKeys.isEmpty()) {
            throw new IllegalArgumentException("a node needs a certificate, an authority and a key of snapshots");
        }
    }

    /** Whom it trusts. */
    public X509Certificate authority() {
        return chain.getLast();
    }
}
