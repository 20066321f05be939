package org.edgeways.control;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;
import org.edgeways.joining.JoinErrorCode;

/**
 * A bundle that was made.
 *
 * @param id which
 * @param node whom it lets in
 * @param proofKey checks the proof of the secret, which is nowhere but in the bundle
 * @param expires from when on it works no more
 * @param used somebody has proved the secret and was issued a certificate
 * @param usedKey SHA-256 of the key that it was for, hexadecimal; empty before
 * @param joined that certificate is on the node's disk
 * @param withdrawn another was made, or the node was removed
 */
public record Enrolment(
        String id,
        String node,
        PublicKey proofKey,
        Instant expires,
        boolean used,
        String usedKey,
        boolean joined,
        boolean withdrawn) {

    /**
     * Why it lets nobody in who comes with that key at that time; empty if it does. Once used it is good for the same key
     * again, until the node says that it has its certificate: the connection may have been cut in between.
     */
    public Optional<JoinErrorCode> refusal(String key, Instant now) {
        if (withdrawn) {
            return Optional.of(JoinErrorCode.BUNDLE_WITHDRAWN);
        }
        if (joined || used && !usedKey.equals(key)) {
            return Optional.of(JoinErrorCode.BUNDLE_USED);
        }
        return now.isBefore(expires) ? Optional.empty() : Optional.of(JoinErrorCode.BUNDLE_EXPIRED);
    }
}
