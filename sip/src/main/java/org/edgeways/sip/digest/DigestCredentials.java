package org.edgeways.sip.digest;

import java.util.Locale;
import org.edgeways.base.Result;
import org.edgeways.sip.message.SipErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The value of an Authorization or Proxy-Authorization header (RFC 7616 section 3.4).
 *
 * @param username as it was sent; not yet believed
 * @param realm of the challenge that is answered
 * @param nonce of the challenge that is answered
 * @param uri that the sender hashed; proxies may have changed the Request-URI since
 * @param response lower-case hexadecimal
 * @param algorithm of the hash; MD5 where none is named
 * @param opaque as it was sent back, or null
 * @param qop {@code auth}, or null for the older form of RFC 2069
 * @param cnonce the client's nonce; empty without qop
 * @param nonceCount 1 to 4294967295; 0 without qop
 * @param nonceCountText as it was written, for the hash; empty without qop
 */
public record DigestCredentials(
        String username,
        String realm,
        String nonce,
        String uri,
        String response,
        DigestAlgorithm algorithm,
        @Nullable String opaque,
        @Nullable String qop,
        String cnonce,
        long nonceCount,
        String nonceCountText) {

    /** True if the header value names the digest scheme, well-formed or not. */
    public static boolean isDigest(String header) {
        String text = header.stripLeading();
        return text.regionMatches(true, 0, "Digest", 0, 6)
                && (text.length() == 6 || DigestParameters.isBlank(text.charAt(6)));
    }

    /** Reads one header value; bad if anything in it could be read in two ways or is missing. */
    public static Result<DigestCredentials> parse(String header) {
        return switch (DigestParameters.parse(header)) {
            case Result.Bad<DigestParameters> bad -> bad.as();
            case Result.Ok<DigestParameters>(DigestParameters parameters) -> of(parameters);
        };
    }

    private static Result<DigestCredentials> of(DigestParameters parameters) {
        if (!parameters.scheme().equals("digest")) {
            return bad("not the digest scheme");
        }
        String username = parameters.get("username");
        String realm = parameters.get("realm");
        String nonce = parameters.get("nonce");
        String uri = parameters.get("uri");
        String response = parameters.get("response");
        if (username == null || realm == null || nonce == null || uri == null || response == null) {
            return bad("username, realm, nonce, uri or response is missing");
        }
        var algorithm = DigestAlgorithm.ofToken(parameters.get("algorithm", "MD5"));
        if (algorithm.isEmpty()) {
            return bad("unknown algorithm");
        }
        if (response.length() != algorithm.get().hexLength() || !isHexadecimal(response)) {
            return bad("response is not a hash");
        }
        if (parameters.get("userhash", "false").equalsIgnoreCase("true")) {
            return bad("userhash was not offered");
        }
        String qop = parameters.get("qop");
        String cnonce = "";
        String count = "";
        if (qop != null) {
            if (!qop.equalsIgnoreCase("auth")) {
                return bad("qop was not offered");
            }
            cnonce = parameters.get("cnonce", "");
            count = parameters.get("nc", "");
            if (cnonce.isEmpty() || count.length() != 8 || !isHexadecimal(count) || count.equals("00000000")) {
                return bad("cnonce or nc is missing or malformed");
            }
        }
        return Result.ok(new DigestCredentials(
                username,
                realm,
                nonce,
                uri,
                response.toLowerCase(Locale.ROOT),
                algorithm.get(),
                parameters.get("opaque"),
                qop == null ? null : "auth",
                cnonce,
                qop == null ? 0 : Long.parseLong(count, 16),
                count));
    }

    private static boolean isHexadecimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F')) {
                return false;
            }
        }
        return true;
    }

    private static Result<DigestCredentials> bad(String reason) {
        return Result.bad(SipErrorCode.CREDENTIALS_MALFORMED, 0, reason);
    }

    DigestCredentials withResponse(String signed) {
        return new DigestCredentials(
                username, realm, nonce, uri, signed, algorithm, opaque, qop, cnonce, nonceCount, nonceCountText);
    }

    /** The header value. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Digest username=")
                .append(DigestParameters.quote(username))
                .append(", realm=")
                .append(DigestParameters.quote(realm))
                .append(", nonce=")
                .append(DigestParameters.quote(nonce))
                .append(", uri=")
                .append(DigestParameters.quote(uri))
                .append(", response=\"")
                .append(response)
                .append("\", algorithm=")
                .append(algorithm.token());
        if (opaque != null) {
            text.append(", opaque=").append(DigestParameters.quote(opaque));
        }
        if (qop != null) {
            text.append(", qop=")
                    .append(qop)
                    .append(", nc=")
                    .append(nonceCountText)
                    .append(", cnonce=")
                    .append(DigestParameters.quote(cnonce));
        }
        return text.toString();
    }
}
