package org.edgeways.sip.digest;

import java.time.Duration;
import java.util.List;

/**
 * How a server asks for digest credentials.
 *
 * @param realm what the passwords are for: the SIP domain
 * @param algorithms offered, most wanted first (RFC 8760 section 2.3); the same for known and unknown names
 * @param nonceLifetime how long a nonce is fresh, default 5 minutes; older ones are answered with {@code stale=true}
 * @param noncesRemembered most nonces whose counts are tracked, default 100,000, about 200 bytes each
 * @param acceptWithoutQop true to accept the form of RFC 2069, which cannot be told from a replay within the nonce's
 *     lifetime; default false
 */
public record DigestSettings(
        String realm,
        List<DigestAlgorithm> algorithms,
        Duration nonceLifetime,
        int noncesRemembered,
        boolean acceptWithoutQop) {

    /** Checks the values. */
    public DigestSettings {
        algorithms = List.copyOf(algorithms);
        if (algorithms.isEmpty() || nonceLifetime.compareTo(Duration.ofSeconds(1)) < 0 || noncesRemembered < 1) {
            throw new IllegalArgumentException("at least one algorithm, one second and one nonce");
        }
    }

    /** MD5 alone, and the defaults named above. */
    public static DigestSettings of(String realm) {
        return new DigestSettings(realm, List.of(DigestAlgorithm.MD5), Duration.ofMinutes(5), 100_000, false);
    }
}
