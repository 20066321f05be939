package org.edgeways.sip.digest;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.edgeways.base.Result;
import org.edgeways.sip.message.SipErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The scheme and parameters of a challenge or of credentials, RFC 7235 section 2.1, read in one pass: linear time, at
 * most {@link #MAX_PARAMETERS} parameters, none twice.
 *
 * @param scheme in lower case
 * @param values by name in lower case, unquoted
 */
record DigestParameters(String scheme, Map<String, String> values) {

    /** The longest header value that is read, in characters. */
    static final int MAX_LENGTH = 8192;

    /** The most parameters in one header value. */
    static final int MAX_PARAMETERS = 32;

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    static Result<DigestParameters> parse(String header) {
        if (header.length() > MAX_LENGTH) {
            return Result.bad(SipErrorCode.CREDENTIALS_MALFORMED, MAX_LENGTH, "credentials too long");
        }
        return new Reader(header).read();
    }

    /** A quoted string of RFC 3261 section 25.1. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    /** White space of the grammar, that of a fold included (RFC 3261 section 25.1, LWS). */
    static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        Result<DigestParameters> read() {
            blanks();
            String scheme = token();
            if (scheme.isEmpty()) {
                return bad("no scheme");
            }
            if (at < text.length() && !isBlank(text.charAt(at))) {
                return bad("no blank after the scheme");
            }
            Map<String, String> values = new LinkedHashMap<>();
            while (true) {
                blanksAndCommas();
                if (at == text.length()) {
                    return Result.ok(new DigestParameters(scheme.toLowerCase(Locale.ROOT), values));
                }
                String name = token().toLowerCase(Locale.ROOT);
                blanks();
                if (name.isEmpty() || at == text.length() || text.charAt(at) != '=') {
                    return bad("a parameter is not name=value");
                }
                at++;
                blanks();
                String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                if (value == null || (value.isEmpty() && text.charAt(at - 1) != '"')) {
                    return bad("bad value of " + name);
                }
                blanks();
                if (at < text.length() && text.charAt(at) != ',') {
                    return bad("no comma after " + name);
                }
                if (values.put(name, value) != null) {
                    return bad(name + " twice");
                }
                if (values.size() > MAX_PARAMETERS) {
                    return bad("too many parameters");
                }
            }
        }

        private Result<DigestParameters> bad(String reason) {
            return Result.bad(SipErrorCode.CREDENTIALS_MALFORMED, at, reason);
        }

        private void blanks() {
            while (at < text.length() && isBlank(text.charAt(at))) {
                at++;
            }
        }

        private void blanksAndCommas() {
            while (at < text.length() && (isBlank(text.charAt(at)) || text.charAt(at) == ',')) {
                at++;
            }
        }

        private String token() {
            int from = at;
            while (at < text.length() && isTokenLike(text.charAt(at))) {
                at++;
            }
            return text.substring(from, at);
        }

        private @Nullable String quoted() {
            StringBuilder value = new StringBuilder();
            at++;
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return value.toString();
                }
                if (c == '\\') {
                    if (at == text.length()) {
                        return null;
                    }
                    c = text.charAt(at++);
                }
                value.append(c);
            }
            return null;
        }

        /** A token, and what careless senders leave unquoted: URIs and Base64. */
        private static boolean isTokenLike(char c) {
            return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != '=' && c != '\\';
        }
    }
}
