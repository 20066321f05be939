package org.edgeways.net.engine;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Tells from the first decrypted bytes what a connection carries. Pure: the same bytes give the same answer however they
 * were cut, an answer that was given once stays with more bytes, and after {@value #LIMIT_BYTES} bytes there is one.
 */
public final class FirstBytes {

    /** So many bytes are always enough. */
    public static final int LIMIT_BYTES = 64;

    /** What is known. */
    public sealed interface Answer {
        /** More bytes are needed. */
        record More() implements Answer {}

        /** It is this. */
        record Is(Content content) implements Answer {}

        /** It is nothing that there is. */
        record Unknown() implements Answer {}
    }

    private static final Answer MORE = new Answer.More();
    private static final Answer UNKNOWN = new Answer.Unknown();

    private static final int LONGEST_METHOD = 32;
    private static final int LONGEST_SCHEME = 16;
    private static final int LAST_STUN = 0x3f;
    private static final int FIRST_CHANNEL = 0x40;
    private static final int LAST_CHANNEL = 0x4f;
    private static final int CHANNEL_HEADER = 4;
    private static final byte[] MAGIC_COOKIE = {0x21, 0x12, (byte) 0xa4, 0x42};
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final Set<String> HTTP_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT");
    private static final Set<String> SIP_METHODS = Set.of(
            "INVITE",
            "ACK",
            "BYE",
            "CANCEL",
            "REGISTER",
            "SUBSCRIBE",
            "NOTIFY",
            "MESSAGE",
            "PUBLISH",
            "INFO",
            "PRACK",
            "UPDATE",
            "REFER");

    private FirstBytes() {}

    /** Looks at the first {@code length} bytes of the connection, at least one. */
    public static Answer of(byte[] bytes, int length) {
        if (length < 1) {
            return MORE;
        }
        int first = bytes[0] & 0xff;
        if (first == '\r' || first == '\n') {
            return new Answer.Is(Content.SIP);
        }
        if (first <= LAST_STUN && !isToken(first)) {
            return stun(bytes, length);
        }
        Answer text = text(bytes, length);
        if (first >= FIRST_CHANNEL && first <= LAST_CHANNEL && !isMethodSoFar(bytes, length)) {
            return new Answer.Is(Content.CHANNEL_DATA);
        }
        return text;
    }

    /** RFC 8489 section 5: two zero bits, a length that is a multiple of four, and the cookie after four bytes. */
    private static Answer stun(byte[] bytes, int length) {
        if (length > 3 && (bytes[3] & 3) != 0) {
            return UNKNOWN;
        }
        for (int i = 4; i < 8; i++) {
            if (length <= i) {
                return MORE;
            }
            if (bytes[i] != MAGIC_COOKIE[i - 4]) {
                return UNKNOWN;
            }
        }
        return new Answer.Is(Content.STUN);
    }

    /** A channel's number and length look like letters only if somebody sends eight thousand bytes at once. */
    private static boolean isMethodSoFar(byte[] bytes, int length) {
        for (int i = 0; i < Math.min(length, CHANNEL_HEADER); i++) {
            int c = bytes[i] & 0xff;
            if (i > 0 && c == ' ') {
                return true;
            }
            if (!isToken(c)) {
                return false;
            }
        }
        return true;
    }

    private static Answer text(byte[] bytes, int length) {
        int end = 0;
        while (end < length && isToken(bytes[end] & 0xff)) {
            end++;
        }
        if (end > LONGEST_METHOD) {
            return UNKNOWN;
        }
        if (end == length) {
            return MORE;
        }
        String word = new String(bytes, 0, end, StandardCharsets.US_ASCII);
        int after = bytes[end] & 0xff;
        if (after == '/') {
            // a status line; methods are told apart by case, the version is not (RFC 3261 section 7.1)
            return word.toUpperCase(Locale.ROOT).equals("SIP") ? new Answer.Is(Content.SIP) : UNKNOWN;
        }
        if (after != ' ' || end == 0) {
            return UNKNOWN;
        }
        if (word.equals("PRI")) {
            return preface(bytes, length);
        }
        if (HTTP_METHODS.contains(word)) {
            return new Answer.Is(Content.HTTP_1);
        }
        if (SIP_METHODS.contains(word)) {
            return new Answer.Is(Content.SIP);
        }
        return target(bytes, end + 1, length);
    }

    private static Answer preface(byte[] bytes, int length) {
        for (int i = 0; i < PREFACE.length; i++) {
            if (i >= length) {
                return MORE;
            }
            if (bytes[i] != PREFACE[i]) {
                return UNKNOWN;
            }
        }
        return new Answer.Is(Content.HTTP_2);
    }

    /** OPTIONS, and methods that we do not know: a path or an http URL is HTTP's, another URI is SIP's. */
    private static Answer target(byte[] bytes, int from, int length) {
        if (from == length) {
            return MORE;
        }
        int first = bytes[from] & 0xff;
        if (first == '/' || first == '*') {
            return new Answer.Is(Content.HTTP_1);
        }
        StringBuilder scheme = new StringBuilder();
        for (int i = from; i < length; i++) {
            int c = bytes[i] & 0xff;
            if (c == ':') {
                return scheme.isEmpty() ? UNKNOWN : new Answer.Is(ofScheme(scheme.toString()));
            }
            if (!isSchemeCharacter(c, scheme.isEmpty()) || scheme.length() >= LONGEST_SCHEME) {
                return UNKNOWN;
            }
            scheme.append((char) c);
        }
        return MORE;
    }

    private static Content ofScheme(String scheme) {
        String lower = scheme.toLowerCase(Locale.ROOT);
        return lower.equals("http") || lower.equals("https") ? Content.HTTP_1 : Content.SIP;
    }

    private static boolean isSchemeCharacter(int c, boolean first) {
        boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
        return letter || !first && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.');
    }

    /** RFC 9110 section 5.6.2 and RFC 3261 section 25.1 agree in what a method is made of, but for a few. */
    private static boolean isToken(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c < 0x80 && "-.!%*_+`'~#$&^|".indexOf(c) >= 0;
    }
}
