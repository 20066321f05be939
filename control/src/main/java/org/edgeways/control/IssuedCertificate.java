package org.edgeways.control;

import java.math.BigInteger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that the authority has issued.
 *
 * @param serial its serial number
 * @param kind whom it is for
 * @param name of the node, service or connector; the host of a server
 * @param expires its end
 * @param refused since when it is refused; null if it is not
 */
public record IssuedCertificate(
        BigInteger serial,
        Kind kind,
        String name,
        Instant issued,
        Instant expires,
        @Nullable Instant refused) {

    /** Whom a certificate is for. */
    public enum Kind {
        NODE("node"),
        /** This inside. */
        SERVICE("service"),
        CONNECTOR("connector"),
        /** A SIP server that nodes dial; its name is its host. */
        SERVER("server");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As it is stored and shown. */
        public String word() {
            return word;
        }

        static Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            return SERVICE;
        }
    }
}
