package org.edgeways.sip.digest;

import org.edgeways.base.Result;
import org.edgeways.sip.message.SipErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The value of a WWW-Authenticate or Proxy-Authenticate header (RFC 7616 section 3.3).
 *
 * @param realm for whom credentials are asked
 * @param nonce what the answer is bound to
 * @param opaque to be sent back as it is, or null
 * @param algorithm of the hash
 * @param qopAuth true if quality of protection {@code auth} is offered; false for the older form of RFC 2069
 * @param stale true if the credentials were right but their nonce was not fresh
 */
public record DigestChallenge(
        String realm,
        String nonce,
        @Nullable String opaque,
        DigestAlgorithm algorithm,
        boolean qopAuth,
        boolean stale) {

    /**
     * Reads one header value. Bad if it is not a digest challenge that can be answered: another scheme, an algorithm
     * that is none of {@link DigestAlgorithm}, a qop without {@code auth}.
     */
    public static Result<DigestChallenge> parse(String header) {
        return switch (DigestParameters.parse(header)) {
            case Result.Bad<DigestParameters> bad -> bad.as();
            case Result.Ok<DigestParameters>(DigestParameters parameters) -> of(parameters);
        };
    }

    private static Result<DigestChallenge> of(DigestParameters parameters) {
        if (!parameters.scheme().equals("digest")) {
            return bad("not the digest scheme");
        }
        String realm = parameters.get("realm");
        String nonce = parameters.get("nonce");
        if (realm == null || nonce == null) {
            return bad("no realm or no nonce");
        }
        var algorithm = DigestAlgorithm.ofToken(parameters.get("algorithm", "MD5"));
        if (algorithm.isEmpty()) {
            return bad("unknown algorithm");
        }
        String qop = parameters.get("qop");
        if (qop != null && !offersAuth(qop)) {
            return bad("no qop that is known");
        }
        boolean stale = parameters.get("stale", "false").equalsIgnoreCase("true");
        return Result.ok(
                new DigestChallenge(realm, nonce, parameters.get("opaque"), algorithm.get(), qop != null, stale));
    }

    private static boolean offersAuth(String qop) {
        int from = 0;
        while (from <= qop.length()) {
            int comma = qop.indexOf(',', from);
            int to = comma < 0 ? qop.length() : comma;
            if (qop.substring(from, to).strip().equalsIgnoreCase("auth")) {
                return true;
            }
            from = to + 1;
        }
        return false;
    }

    private static Result<DigestChallenge> bad(String reason) {
        return Result.bad(SipErrorCode.CREDENTIALS_MALFORMED, 0, reason);
    }

    /** The header value. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Digest realm=")
                .append(DigestParameters.quote(realm))
                .append(", nonce=")
                .append(DigestParameters.quote(nonce));
        if (opaque != null) {
            text.append(", opaque=").append(DigestParameters.quote(opaque));
        }
        if (stale) {
            text.append(", stale=true");
        }
        text.append(", algorithm=").append(algorithm.token());
        if (qopAuth) {
            text.append(", qop=\"auth\"");
        }
        return text.toString();
    }
}
