package org.edgeways.sip.message;

import org.edgeways.base.Result;

/**
 * A telephone number (RFC 3966).
 *
 * @param number as it was written, with visual separators
 * @param parameters such as {@code phone-context}
 */
public record TelUri(String number, Parameters parameters) implements Uri {

    static Result<Uri> parse(String text, int from) {
        int end = text.indexOf(';', from);
        if (end < 0) {
            end = text.length();
        }
        if (end == from) {
            return Result.bad(SipErrorCode.URI_MALFORMED, from, "a number is expected");
        }
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            boolean good = Lexical.isHex(c) || "+*#-.()".indexOf(c) >= 0;
            if (!good) {
                return Result.bad(SipErrorCode.URI_MALFORMED, i, "not part of a number");
            }
        }
        return switch (Parameters.parse(text, end)) {
            case Result.Ok<Parameters> ok -> Result.ok(new TelUri(text.substring(from, end), ok.value()));
            case Result.Bad<Parameters> bad -> Result.bad(SipErrorCode.URI_MALFORMED, bad.offset(), bad.reason());
        };
    }

    @Override
    public String scheme() {
        return "tel";
    }

    @Override
    public String toString() {
        return "tel:" + number + parameters;
    }
}
