package org.edgeways.sip.digest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;

/**
 * The server's side of digest authentication for one realm. Challenges take no memory; a nonce takes an entry once right
 * credentials came with it. Not safe for use by several threads.
 *
 * <p>The {@code uri} parameter is hashed as sent and not compared with the Request-URI, which proxies may have changed
 * (RFC 3261 section 22.4, item 1); nonce counts keep the credentials from being used for a second request.
 */
public final class DigestVerifier {

    private static final String NO_HASH = "0".repeat(64);

    private final DigestSettings settings;
    private final Nonces nonces;
    private final NonceCounts counts;
    private final String opaque;
    private final long lifetimeNanos;

    /**
     * A verifier that knows no nonce from before {@code start}.
     *
     * @param nonceKey at least 16 secret bytes; a new one at each start of the process
     * @param start now, in nanoseconds since 1970
     */
    public DigestVerifier(DigestSettings settings, byte[] nonceKey, long start) {
        this.settings = settings;
        this.nonces = new Nonces(nonceKey, settings.realm());
        this.counts = new NonceCounts(settings.noncesRemembered(), start);
        this.opaque = DigestAlgorithm.SHA_256.hash(settings.realm()).substring(0, 16);
        this.lifetimeNanos = settings.nonceLifetime().toNanos();
    }

    /**
     * The challenges for one 401 or 407, in the order in which they are to stand, one header line each.
     *
     * @param stale true if the credentials just refused were right but not fresh
     */
    public List<DigestChallenge> challenges(boolean stale, long now, RandomGenerator random) {
        String nonce = nonces.issue(now, random);
        return settings.algorithms().stream()
                .map(algorithm -> new DigestChallenge(settings.realm(), nonce, opaque, algorithm, true, stale))
                .toList();
    }

    /**
     * Checks credentials.
     *
     * @param header the value of one Authorization or Proxy-Authorization header
     * @param method of the request they came with
     * @param stored every password that would do; none for a name that is unknown
     * @param now in nanoseconds since 1970
     */
    public DigestOutcome verify(String header, String method, List<StoredHash> stored, long now) {
        return switch (DigestCredentials.parse(header)) {
            case Result.Bad<DigestCredentials> bad -> new DigestOutcome.Malformed(bad.reason());
            case Result.Ok<DigestCredentials>(DigestCredentials given) -> verify(given, method, stored, now);
        };
    }

    /** As {@link #verify(String, String, List, long)}, of credentials already read. */
    public DigestOutcome verify(DigestCredentials given, String method, List<StoredHash> stored, long now) {
        if (!given.realm().equals(settings.realm())) {
            return new DigestOutcome.OtherRealm();
        }
        if (!settings.algorithms().contains(given.algorithm())) {
            return new DigestOutcome.Malformed("algorithm was not offered");
        }
        if (given.qop() == null && !settings.acceptWithoutQop()) {
            return new DigestOutcome.Malformed("qop is missing");
        }
        int index = matching(given, method, stored);
        if (index < 0) {
            return new DigestOutcome.WrongCredential();
        }
        OptionalLong issuedAt = nonces.issuedAt(given.nonce());
        if (issuedAt.isEmpty() || now - issuedAt.getAsLong() > lifetimeNanos) {
            return new DigestOutcome.Stale();
        }
        counts.forgetIssuedBefore(now - lifetimeNanos);
        if (given.qop() == null) {
            return new DigestOutcome.Accepted(index);
        }
        return switch (counts.use(given.nonce(), issuedAt.getAsLong(), given.nonceCount())) {
            case FRESH -> new DigestOutcome.Accepted(index);
            case REPLAYED -> new DigestOutcome.Replayed();
            case FORGOTTEN -> new DigestOutcome.Stale();
        };
    }

    /** How many nonces are tracked, at most {@link DigestSettings#noncesRemembered()}. */
    public int noncesTracked() {
        return counts.size();
    }

    /** Which stored hash gives the response; all are tried, and one more where there is none, to take like time. */
    private static int matching(DigestCredentials given, String method, List<StoredHash> stored) {
        int found = -1;
        byte[] response = given.response().getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < Math.max(1, stored.size()); i++) {
            String ha1 = i < stored.size() ? stored.get(i).get(given.algorithm()) : null;
            String expected = given.algorithm().response(ha1 == null ? NO_HASH : ha1, method, given);
            boolean equal = MessageDigest.isEqual(expected.getBytes(StandardCharsets.US_ASCII), response);
            if (equal && ha1 != null && found < 0) {
                found = i;
            }
        }
        return found;
    }
}
