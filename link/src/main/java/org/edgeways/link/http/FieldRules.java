package org.edgeways.link.http;

import java.util.Set;

/** What may stand in header fields, and which fields belong to one connection only. */
final class FieldRules {

    /** RFC 9110 section 7.6.1, RFC 9113 section 8.2.2: never passed on. */
    static final Set<String> CONNECTION_FIELDS = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
    private static final int LONGEST_NUMBER = 18;

    private FieldRules() {}

    /** True for a token (RFC 9110 section 5.6.2). */
    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenCharacter(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isTokenCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || TOKEN_MARKS.indexOf(c) >= 0;
    }

    /** True for a token without upper-case letters. */
    static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return false;
            }
        }
        return isToken(text);
    }

    /** True for visible characters, bytes above 127, and blanks between them. */
    static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7F || c > 0xFF) {
                return false;
            }
        }
        return text.isEmpty() || !isBlank(text.charAt(0)) && !isBlank(text.charAt(text.length() - 1));
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** The text without spaces and tabs around it. */
    static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** The value of a Content-Length; -1 if it is not one number. */
    static long length(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }
}
