package org.edgeways.sip.digest;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of digest authentication with one name and password: picks the strongest challenge that it knows,
 * counts nonces, and answers ahead of a challenge where an earlier nonce of the realm may still do. Not safe for use by
 * several threads.
 */
public final class DigestClient {

    private final String username;
    private final String password;
    private @Nullable DigestChallenge current;
    private long count;

    /** A client that has seen no challenge. */
    public DigestClient(String username, String password) {
        this.username = username;
        this.password = password;
    }

    /**
     * Takes the challenges of one 401 or 407.
     *
     * @param headers the values of its WWW-Authenticate or Proxy-Authenticate headers
     * @return true if one of them can be answered
     */
    public boolean challenged(List<String> headers) {
        DigestChallenge best = null;
        for (String header : headers) {
            if (DigestChallenge.parse(header) instanceof Result.Ok<DigestChallenge>(DigestChallenge challenge)
                    && (best == null || challenge.algorithm().compareTo(best.algorithm()) > 0)) {
                best = challenge;
            }
        }
        if (best == null) {
            return false;
        }
        if (current == null || !current.nonce().equals(best.nonce())) {
            count = 0;
        }
        current = best;
        return true;
    }

    /** Whether the latest challenge said that only the nonce was not fresh. */
    public boolean stale() {
        return current != null && current.stale();
    }

    /** The header value for a request, under the latest challenge; empty before the first one. */
    public Optional<String> authorization(String method, String uri, RandomGenerator random) {
        DigestChallenge challenge = current;
        if (challenge == null) {
            return Optional.empty();
        }
        count++;
        DigestAlgorithm algorithm = challenge.algorithm();
        boolean qop = challenge.qopAuth();
        String cnonce = qop ? HexFormat.of().toHexDigits(random.nextLong()) : "";
        String countText = qop ? HexFormat.of().toHexDigits((int) count) : "";
        DigestCredentials unsigned = new DigestCredentials(
                username,
                challenge.realm(),
                challenge.nonce(),
                uri,
                "",
                algorithm,
                challenge.opaque(),
                qop ? "auth" : null,
                cnonce,
                qop ? count : 0,
                countText);
        String ha1 = algorithm.ha1(username, challenge.realm(), password);
        return Optional.of(
                unsigned.withResponse(algorithm.response(ha1, method, unsigned)).toString());
    }
}
