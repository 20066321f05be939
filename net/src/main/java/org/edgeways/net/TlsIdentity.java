package org.edgeways.net;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key with its certificate chain, the leaf first.
 *
 * @param key the key of the leaf
 * @param chain at least one certificate
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {

    public TlsIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an identity needs a certificate");
        }
    }

    /** The certificate of the key. */
    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** True if no authority has signed it. */
    public boolean isSelfSigned() {
        return leaf().getIssuerX500Principal().equals(leaf().getSubjectX500Principal());
    }

    /** Names the certificate and hides the key. */
    @Override
    public String toString() {
        return "TlsIdentity[" + leaf().getSubjectX500Principal() + ", key=***]";
    }
}
