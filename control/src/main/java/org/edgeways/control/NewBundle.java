package org.edgeways.control;

import java.net.InetAddress;
import java.time.Instant;
import org.edgeways.settings.kind.EdgeNode;

/**
 * A bundle that was just made.
 *
 * @param node whom it lets in
 * @param expires from when on it works no more
 * @param text of the file; holds the secret, and is kept nowhere
 */
public record NewBundle(String node, Instant expires, String text) {

    /**
     * Where a node waits with its bundle: the first address of its inside leg; if the settings say none, the address that the
     * inside dials if it is written as one, so that the outside does not see a port that waits for whoever comes.
     */
    static InetAddress listening(EdgeNode.InsideLeg leg) {
        InetAddress first = InetAddress.ofLiteral(leg.addresses().getFirst());
        String dialled = CertificateNames.unbracketed(leg.dialledAddress());
        return first.isAnyLocalAddress() && CertificateNames.isLiteral(dialled)
                ? InetAddress.ofLiteral(dialled)
                : first;
    }

    /** Hides the secret. */
    @Override
    public String toString() {
        return "NewBundle[" + node + ", until " + expires + ", ***]";
    }
}
