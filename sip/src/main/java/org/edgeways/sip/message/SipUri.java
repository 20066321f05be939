package org.edgeways.sip.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * A SIP or SIPS URI (RFC 3261 section 19.1).
 *
 * @param secure true for {@code sips}
 * @param userInfo user and password as written, escapes kept; null if there is no {@code @}
 * @param host as written; an IPv6 address with its brackets
 * @param port 1 to 65535, or -1 if none is written
 * @param parameters the URI's own parameters
 * @param headers what follows the question mark; null if there is none
 */
public record SipUri(
        boolean secure,
        @Nullable String userInfo,
        String host,
        int port,
        Parameters parameters,
        @Nullable String headers)
        implements Uri {

    private static final String USER_MARKS = "-_.!~*'()&=+$,;?/:%#[]";

    // which of the first and the second 64 characters need no closer look in a user name
    private static final long USER_LOW = Lexical.lettersDigitsAnd(USER_MARKS.replace("%", ""), 0);
    private static final long USER_HIGH = Lexical.lettersDigitsAnd(USER_MARKS, 64);

    /** A URI of user, host and port without parameters; the user part is escaped where it must be. */
    public static SipUri of(String user, String host, int port) {
        return new SipUri(false, escapeUser(user), host, port, Parameters.NONE, null);
    }

    static Result<Uri> parse(String text, int from, boolean secure) {
        int hostStart = from;
        String userInfo = null;
        int at = text.indexOf('@', from);
        if (at >= 0) {
            int bad = badInUserInfo(text, from, at);
            if (bad >= 0 || at == from || text.charAt(from) == ':') {
                return Result.bad(SipErrorCode.URI_MALFORMED, Math.max(bad, from), "not part of a user name");
            }
            userInfo = text.substring(from, at);
            hostStart = at + 1;
        }
        int hostEnd = hostEnd(text, hostStart);
        if (hostEnd < 0) {
            return Result.bad(SipErrorCode.URI_MALFORMED, hostStart, "a host is expected");
        }
        String host = text.substring(hostStart, hostEnd);
        int port = -1;
        int next = hostEnd;
        if (next < text.length() && text.charAt(next) == ':') {
            int portEnd = digitsEnd(text, next + 1);
            port = port(text, next + 1, portEnd);
            if (port < 0) {
                return Result.bad(SipErrorCode.URI_MALFORMED, next + 1, "not a port");
            }
            next = portEnd;
        }
        return tail(text, next, secure, userInfo, host, port);
    }

    private static Result<Uri> tail(
            String text, int from, boolean secure, @Nullable String userInfo, String host, int port) {
        int question = text.indexOf('?', from);
        String headers = question < 0 ? null : text.substring(question + 1);
        int end = question < 0 ? text.length() : question;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == '<' || c == '>' || c == '"' || c == 127 || c == '%' && !isEscape(text, i)) {
                return Result.bad(SipErrorCode.URI_MALFORMED, i, "not part of a URI");
            }
        }
        return switch (Parameters.parse(text.substring(0, end), from)) {
            case Result.Ok<Parameters> ok -> Result.ok(new SipUri(secure, userInfo, host, port, ok.value(), headers));
            case Result.Bad<Parameters> bad -> Result.bad(SipErrorCode.URI_MALFORMED, bad.offset(), bad.reason());
        };
    }

    /** Where the host that starts at {@code from} ends, or -1 if none stands there. */
    static int hostEnd(String text, int from) {
        if (from >= text.length()) {
            return -1;
        }
        if (text.charAt(from) == '[') {
            int close = text.indexOf(']', from);
            return close > 0 && Hosts.address(text.substring(from, close + 1)).isPresent() ? close + 1 : -1;
        }
        int end = from;
        while (end < text.length() && isHostChar(text.charAt(end))) {
            end++;
        }
        return end == from ? -1 : end;
    }

    private static boolean isHostChar(char c) {
        // the underscore is no part of the grammar and is used all the same
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_';
    }

    static int digitsEnd(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /** The port written there, or -1 if it is none. */
    static int port(String text, int from, int end) {
        if (end == from || end - from > 5) {
            return -1;
        }
        int port = Integer.parseInt(text, from, end, 10);
        return port >= 1 && port <= 65535 ? port : -1;
    }

    private static int badInUserInfo(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            boolean good = c > 127 || ((c < 64 ? USER_LOW : USER_HIGH) >>> c & 1) != 0;
            if (!good && !(c == '%' && isEscape(text, i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isEscape(String text, int at) {
        return at + 2 < text.length() && Lexical.isHex(text.charAt(at + 1)) && Lexical.isHex(text.charAt(at + 2));
    }

    /** The user name without password, escapes resolved; null if there is none. */
    public @Nullable String user() {
        if (userInfo == null) {
            return null;
        }
        int colon = userInfo.indexOf(':');
        return unescape(colon < 0 ? userInfo : userInfo.substring(0, colon));
    }

    /** The transport parameter in lower case, or null. */
    public @Nullable String transport() {
        String transport = parameters.get("transport");
        return transport == null ? null : transport.toLowerCase(Locale.ROOT);
    }

    /** True if the {@code lr} parameter marks a loose router. */
    public boolean isLooseRouter() {
        return parameters.has("lr");
    }

    /**
     * The address of record: {@code sip:user@host} with the host in lower case, without port, parameters and headers,
     * and the user unescaped as far as it can be. Two URIs of the same person give the same text.
     */
    public String addressOfRecord() {
        String user = user();
        String lowerHost = host.toLowerCase(Locale.ROOT);
        return user == null ? "sip:" + lowerHost : "sip:" + escapeUser(user) + "@" + lowerHost;
    }

    /** This URI as a Request-URI: without what RFC 3261 table 1 does not allow there, headers and the method parameter. */
    public SipUri asRequestUri() {
        return headers == null && !parameters.has("method")
                ? this
                : new SipUri(secure, userInfo, host, port, parameters.without("method"), null);
    }

    /** Whether both name the same resource (RFC 3261 section 19.1.4; headers are compared as text). */
    public boolean equivalent(SipUri other) {
        if (secure != other.secure
                || !Objects.equals(unescapeOrNull(userInfo), unescapeOrNull(other.userInfo))
                || !Hosts.same(host, other.host)
                || port != other.port
                || !Objects.equals(headers, other.headers)) {
            return false;
        }
        return commonParametersAgree(other) && other.commonParametersAgree(this);
    }

    private boolean commonParametersAgree(SipUri other) {
        Map<String, String> theirs = other.parametersByName();
        for (Map.Entry<String, String> mine : parametersByName().entrySet()) {
            String value = theirs.get(mine.getKey());
            boolean mustMatch = switch (mine.getKey()) {
                case "user", "ttl", "method", "maddr", "transport" -> true;
                default -> false;
            };
            if (value == null ? mustMatch : !mine.getValue().equalsIgnoreCase(value)) {
                return false;
            }
        }
        return true;
    }

    /** By name in lower case: a peer may send thousands, so nothing looks through all for each. */
    private Map<String, String> parametersByName() {
        Map<String, String> values = new HashMap<>();
        parameters.forEach((name, value) -> values.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        return values;
    }

    private static @Nullable String unescapeOrNull(@Nullable String text) {
        return text == null ? null : unescape(text);
    }

    /** Resolves {@code %hh} escapes, as UTF-8. */
    static String unescape(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' && isEscape(text, i)) {
                bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                // a character beyond the first 65,536 is two of Java's
                int end = Character.isHighSurrogate(c) && i + 1 < text.length() ? i + 2 : i + 1;
                bytes.writeBytes(text.substring(i, end).getBytes(StandardCharsets.UTF_8));
                i = end - 1;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String escapeUser(String user) {
        StringBuilder text = new StringBuilder(user.length());
        for (byte b : user.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z'
                    || b >= 'A' && b <= 'Z'
                    || b >= '0' && b <= '9'
                    || b > 0 && "-_.!~*'()&=+$,;?/".indexOf(b) >= 0;
            if (plain) {
                text.append((char) b);
            } else {
                text.append(String.format(Locale.ROOT, "%%%02X", b & 0xff));
            }
        }
        return text.toString();
    }

    @Override
    public String scheme() {
        return secure ? "sips" : "sip";
    }

    @Override
    public String toString() {
        return scheme() + ":" + (userInfo == null ? "" : userInfo + "@") + host + (port < 0 ? "" : ":" + port)
                + parameters + (headers == null ? "" : "?" + headers);
    }
}
