package org.edgeways.joining.engine;

import java.util.List;
import org.edgeways.joining.JoinErrorCode;

/** What the two ends of a joining tell each other, in this order; {@link Refused} may come instead of any of them. */
sealed interface JoinMessage {

    /**
     * Inside to node: who we are.
     *
     * @param enrolment which bundle we mean
     * @param authority the authority's certificate, DER
     * @param proof the authority's signature of {@link ChannelProof#ofInside}
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Opening(String enrolment, byte[] authority, byte[] proof) implements JoinMessage {}

    /**
     * Node to inside: who wants to join.
     *
     * @param request for a certificate, PKCS #10
     * @param proof the secret's signature of {@link ChannelProof#ofNode}
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Request(byte[] request, byte[] proof) implements JoinMessage {}

    /**
     * Inside to node: what it gets.
     *
     * @param chain certificates, DER, the node's own first
     * @param snapshotKeys the keys that settings are signed with, each as X.509 SubjectPublicKeyInfo
     */
    record Welcome(List<byte[]> chain, List<byte[]> snapshotKeys) implements JoinMessage {
        public Welcome {
            chain = List.copyOf(chain);
            snapshotKeys = List.copyOf(snapshotKeys);
        }
    }

    /** Node to inside: it is on my disk. */
    record Done() implements JoinMessage {}

    /** Either: no, and that is the end. */
    record Refused(JoinErrorCode code) implements JoinMessage {}
}
