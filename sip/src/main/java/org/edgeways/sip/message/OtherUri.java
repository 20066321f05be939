package org.edgeways.sip.message;

import org.edgeways.base.Result;

/**
 * A URI of a scheme that SIP routing does not know; passed on as it is.
 *
 * @param scheme in lower case
 * @param text the whole URI as it was written
 */
public record OtherUri(String scheme, String text) implements Uri {

    static Result<Uri> parse(String text, String scheme) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == '<' || c == '>' || c == '"' || c == 127) {
                return Result.bad(SipErrorCode.URI_MALFORMED, i, "not part of a URI");
            }
        }
        return Result.ok(new OtherUri(scheme, text));
    }

    @Override
    public String toString() {
        return text;
    }
}
