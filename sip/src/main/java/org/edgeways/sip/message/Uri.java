package org.edgeways.sip.message;

import java.util.Locale;
import org.edgeways.base.Result;

/** A URI as SIP headers and Request-URIs carry it: SIP or SIPS, tel, or any other kind, kept as text. */
public sealed interface Uri permits SipUri, TelUri, OtherUri {

    /** The scheme in lower case. */
    String scheme();

    /** Reads a URI; {@link SipErrorCode#URI_MALFORMED} if it follows no grammar. */
    static Result<Uri> parse(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0) {
            return Result.bad(SipErrorCode.URI_MALFORMED, 0, "a URI starts with its scheme");
        }
        for (int i = 0; i < colon; i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return Result.bad(SipErrorCode.URI_MALFORMED, i, "not a URI scheme");
            }
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "sip" -> SipUri.parse(text, colon + 1, false);
            case "sips" -> SipUri.parse(text, colon + 1, true);
            case "tel" -> TelUri.parse(text, colon + 1);
            default -> OtherUri.parse(text, scheme);
        };
    }
}
