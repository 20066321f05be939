package org.edgeways.sip.message;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * A {@code name-addr} or {@code addr-spec} with its header parameters, as in From, To, Contact, Route and their kind
 * (RFC 3261 section 20.10). In Contact it may also be the lone {@code *}.
 *
 * @param displayName the name as written, with quotes if it has any; null if there is none
 * @param uri the address; null for {@code *}
 * @param parameters the header's parameters, not the URI's
 */
public record NameAddress(
        @Nullable String displayName, @Nullable Uri uri, Parameters parameters) {

    private static final NameAddress STAR = new NameAddress(null, null, Parameters.NONE);

    /** Reads one element of an address header. */
    public static Result<NameAddress> parse(String text) {
        int start = Lexical.skipWhite(text, 0);
        if (start == text.length()) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, 0, "an address is expected");
        }
        if (Lexical.trim(text).equals("*")) {
            return Result.ok(STAR);
        }
        int open;
        String displayName = null;
        if (text.charAt(start) == '"') {
            int end = Lexical.quotedEnd(text, start);
            if (end < 0) {
                return Result.bad(SipErrorCode.HEADER_MALFORMED, start, "the display name's quote is not closed");
            }
            displayName = text.substring(start, end);
            open = Lexical.skipWhite(text, end);
            if (open == text.length() || text.charAt(open) != '<') {
                return Result.bad(SipErrorCode.HEADER_MALFORMED, open, "'<' expected after the display name");
            }
        } else {
            open = text.indexOf('<', start);
            if (open < 0) {
                return bare(text, start);
            }
            if (open > start) {
                displayName = Lexical.trim(text.substring(start, open));
                int bad = badInTokens(displayName);
                if (bad >= 0) {
                    return Result.bad(SipErrorCode.HEADER_MALFORMED, start + bad, "the display name needs quotes");
                }
            }
        }
        return bracketed(text, open, displayName);
    }

    /** How many bytes the URI of one element has as it is written, whether the element can be read or not. */
    static int uriBytes(String text) {
        int start = Lexical.skipWhite(text, 0);
        int quoted = start < text.length() && text.charAt(start) == '"' ? Lexical.quotedEnd(text, start) : start;
        int open = text.indexOf('<', Math.max(quoted, start));
        int from = open < 0 ? start : open + 1;
        int end = text.indexOf(open < 0 ? ';' : '>', from);
        String uri = text.substring(from, end < 0 ? text.length() : end);
        return Lexical.trim(uri).getBytes(StandardCharsets.UTF_8).length;
    }

    private static Result<NameAddress> bracketed(String text, int open, @Nullable String displayName) {
        int close = text.indexOf('>', open);
        if (close < 0) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, open, "'<' is not closed");
        }
        return with(displayName, Uri.parse(text.substring(open + 1, close)), open + 1, text, close + 1);
    }

    private static Result<NameAddress> bare(String text, int start) {
        int end = text.indexOf(';', start);
        if (end < 0) {
            end = text.length();
        }
        String spec = Lexical.trim(text.substring(start, end));
        if (spec.indexOf('?') >= 0 || spec.indexOf(',') >= 0) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, start, "this URI needs angle brackets");
        }
        return with(null, Uri.parse(spec), start, text, end);
    }

    private static Result<NameAddress> with(
            @Nullable String displayName, Result<Uri> uri, int uriOffset, String text, int parametersFrom) {
        return switch (uri) {
            case Result.Bad<Uri> bad -> Result.bad(bad.code(), uriOffset + bad.offset(), bad.reason());
            case Result.Ok<Uri> good ->
                switch (Parameters.parse(text, parametersFrom)) {
                    case Result.Bad<Parameters> bad -> bad.as();
                    case Result.Ok<Parameters> parameters ->
                        Result.ok(new NameAddress(displayName, good.value(), parameters.value()));
                };
        };
    }

    private static int badInTokens(String displayName) {
        for (int i = 0; i < displayName.length(); i++) {
            char c = displayName.charAt(i);
            // beyond the grammar: bytes above ASCII, which clients send unquoted
            if (!Lexical.isTokenChar(c) && !Lexical.isWhite(c) && c < 128) {
                return i;
            }
        }
        return -1;
    }

    /** True for the lone {@code *} of a Contact. */
    public boolean isStar() {
        return uri == null;
    }

    /** The URI as a SIP or SIPS URI, or null if it is of another kind. */
    public @Nullable SipUri sipUri() {
        return uri instanceof SipUri sip ? sip : null;
    }

    /** The tag parameter, or null. */
    public @Nullable String tag() {
        return parameters.get("tag");
    }

    /** This address with a header parameter set. */
    public NameAddress withParameter(String name, @Nullable String value) {
        return new NameAddress(displayName, uri, parameters.with(name, value));
    }

    /** The display name without quotes and escapes, or null. */
    public @Nullable String plainDisplayName() {
        return displayName == null ? null : Lexical.unquote(displayName);
    }

    /** Always with angle brackets. */
    @Override
    public String toString() {
        if (uri == null) {
            return "*";
        }
        String name = Objects.requireNonNullElse(displayName, "");
        return (name.isEmpty() ? "" : name + " ") + "<" + uri + ">" + parameters;
    }
}
