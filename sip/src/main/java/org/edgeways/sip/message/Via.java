package org.edgeways.sip.message;

import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * One Via entry (RFC 3261 section 20.42).
 *
 * @param transport as written, such as {@code TLS}; old clients write it in lower case
 * @param host the sent-by host as written, an IPv6 address with its brackets
 * @param port the sent-by port, or -1 if none is written
 * @param parameters branch, received, rport and others
 */
public record Via(String transport, String host, int port, Parameters parameters) {

    /** How a branch starts that is unique in space and time (RFC 3261 section 8.1.1.7). */
    public static final String MAGIC_COOKIE = "z9hG4bK";

    /** Reads one Via entry. */
    public static Result<Via> parse(String text) {
        int at = Lexical.skipWhite(text, 0);
        if (!text.regionMatches(true, at, "SIP", 0, 3)) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, at, "a Via starts with SIP/2.0");
        }
        at = slash(text, at + 3);
        if (at < 0 || !text.startsWith("2.0", at)) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, Math.max(at, 0), "a Via starts with SIP/2.0");
        }
        at = slash(text, at + 3);
        int transportEnd = Math.max(at, 0);
        while (at >= 0 && transportEnd < text.length() && Lexical.isTokenChar(text.charAt(transportEnd))) {
            transportEnd++;
        }
        if (at < 0 || transportEnd == at) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, transportEnd, "a transport is expected");
        }
        int hostStart = Lexical.skipWhite(text, transportEnd);
        int hostEnd = hostStart == transportEnd ? -1 : SipUri.hostEnd(text, hostStart);
        if (hostEnd < 0) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, hostStart, "a host is expected");
        }
        return tail(text, text.substring(at, transportEnd), text.substring(hostStart, hostEnd), hostEnd);
    }

    private static Result<Via> tail(String text, String transport, String host, int hostEnd) {
        int port = -1;
        int at = Lexical.skipWhite(text, hostEnd);
        if (at < text.length() && text.charAt(at) == ':') {
            int portStart = Lexical.skipWhite(text, at + 1);
            int portEnd = SipUri.digitsEnd(text, portStart);
            port = SipUri.port(text, portStart, portEnd);
            if (port < 0) {
                return Result.bad(SipErrorCode.HEADER_MALFORMED, portStart, "not a port");
            }
            at = portEnd;
        }
        return switch (Parameters.parse(text, at)) {
            case Result.Bad<Parameters> bad -> bad.as();
            case Result.Ok<Parameters> ok -> Result.ok(new Via(transport, host, port, ok.value()));
        };
    }

    private static int slash(String text, int from) {
        int at = Lexical.skipWhite(text, from);
        return at < text.length() && text.charAt(at) == '/' ? Lexical.skipWhite(text, at + 1) : -1;
    }

    /** The branch, or null if there is none, as with RFC 2543 and some old clients. */
    public @Nullable String branch() {
        return parameters.get("branch");
    }

    /** The received parameter, or null. */
    public @Nullable String received() {
        return parameters.get("received");
    }

    /** This entry with a parameter set. */
    public Via with(String name, @Nullable String value) {
        return new Via(transport, host, port, parameters.with(name, value));
    }

    /** Host and port as written: what RFC 3261 section 17.2.3 calls sent-by. */
    public String sentBy() {
        return port < 0 ? host : host + ":" + port;
    }

    @Override
    public String toString() {
        return "SIP/2.0/" + transport + " " + sentBy() + parameters;
    }
}
