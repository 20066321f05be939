package org.edgeways.sip.message;

import java.util.ArrayList;
import java.util.List;

/** The lexical rules of RFC 3261 section 25.1 that several readers share. */
final class Lexical {

    private static final String TOKEN_MARKS = "-.!%*_+`'~";

    // which of the first and the second 64 characters a token may have
    private static final long TOKEN_LOW = lettersDigitsAnd(TOKEN_MARKS, 0);
    private static final long TOKEN_HIGH = lettersDigitsAnd(TOKEN_MARKS, 64);

    private Lexical() {}

    /** A bit for each of the 64 characters from there on: those of {@code marks}, letters and digits. */
    static long lettersDigitsAnd(String marks, int from) {
        long chars = 0;
        for (int c = from; c < from + Long.SIZE; c++) {
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (letterOrDigit || marks.indexOf(c) >= 0) {
                chars |= 1L << c; // a shift counts modulo 64
            }
        }
        return chars;
    }

    /** ASCII lower case of one byte; bytes above 127 come back negative, unchanged. */
    static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    static boolean isTokenChar(int c) {
        return (c & ~127) == 0 && ((c < 64 ? TOKEN_LOW : TOKEN_HIGH) >>> c & 1) != 0;
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenChar(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static boolean isWhite(int c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    static int skipWhite(String text, int at) {
        int i = at;
        while (i < text.length() && isWhite(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /**
     * The text without the white space of the grammar around it. {@code String.strip()} takes more away than that: Unicode's
     * blanks and the control characters, which here are content like any other.
     */
    static String trim(String text) {
        int start = skipWhite(text, 0);
        int end = text.length();
        while (end > start && isWhite(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    static boolean isHex(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    /** The end of the quoted string that starts at {@code at}, one past its closing quote; -1 if it never closes. */
    static int quotedEnd(String text, int at) {
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                return i + 1;
            }
        }
        return -1;
    }

    /** A quoted string without its quotes and escapes; other text unchanged. */
    static String unquote(String text) {
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length() - 1) {
                i++;
                c = text.charAt(i);
            }
            plain.append(c);
        }
        return plain.toString();
    }

    /** Splits at commas that stand outside quotes and angle brackets, and trims; empty elements are left out. */
    static List<String> split(String text) {
        List<String> elements = new ArrayList<>(2);
        int start = 0;
        while (start <= text.length()) {
            int end = elementEnd(text, start);
            String element = trim(text.substring(start, end));
            if (!element.isEmpty()) {
                elements.add(element);
            }
            start = end + 1;
        }
        return elements;
    }

    /** Where the element that starts at {@code start} ends: at its comma or at the end of the text. */
    static int elementEnd(String text, int start) {
        if (text.indexOf(',', start) < 0) {
            return text.length(); // as most have no comma at all
        }
        boolean angle = false;
        for (int i = start; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '"' -> {
                    // a quote inside angle brackets is part of a URI, not the start of a quoted string
                    if (!angle) {
                        int end = quotedEnd(text, i);
                        if (end < 0) {
                            return text.length();
                        }
                        i = end - 1;
                    }
                }
                case '<' -> angle = true;
                case '>' -> angle = false;
                case ',' -> {
                    if (!angle) {
                        return i;
                    }
                }
                default -> {
                    // part of the element
                }
            }
        }
        return text.length();
    }
}
