package org.edgeways.bench.load;

import java.nio.charset.StandardCharsets;

/**
 * Finds one SIP message in bytes and where its lines are, and nothing more: the generator must not be what is measured.
 * Reusable; belongs to one thread.
 */
final class MessageScan {

    /** More lines than a message here ever has. */
    private static final int MOST_LINES = 200;

    private static final byte[] LENGTH_NAME = "content-length".getBytes(StandardCharsets.US_ASCII);

    private final int[] starts = new int[MOST_LINES];
    private final int[] ends = new int[MOST_LINES];
    private byte[] bytes = new byte[0];
    private int lines;
    private int end;

    /**
     * Looks for a message at the start of a range.
     *
     * @return false if it is not all there yet
     * @throws IllegalStateException if it is no message that a server here may send
     */
    boolean find(byte[] source, int from, int to) {
        bytes = source;
        lines = 0;
        int length = 0;
        int lineStart = from;
        for (int i = from; i < to; i++) {
            if (source[i] != '\n') {
                continue;
            }
            int lineEnd = i > lineStart && source[i - 1] == '\r' ? i - 1 : i;
            if (lineEnd == lineStart) {
                end = i + 1 + length;
                return end <= to;
            }
            if (lines == MOST_LINES) {
                throw new IllegalStateException("a message of more than " + MOST_LINES + " lines");
            }
            starts[lines] = lineStart;
            ends[lines] = lineEnd;
            lines++;
            if ((source[lineStart] | 0x20) == 'c' && isLength(lineStart, lineEnd)) {
                length = number(lineStart + LENGTH_NAME.length, lineEnd);
            }
            lineStart = i + 1;
        }
        return false;
    }

    private boolean isLength(int from, int to) {
        if (to - from <= LENGTH_NAME.length) {
            return false;
        }
        for (int i = 0; i < LENGTH_NAME.length; i++) {
            byte wanted = LENGTH_NAME[i];
            byte got = bytes[from + i];
            if (got != wanted && (got | 0x20) != wanted) {
                return false;
            }
        }
        return true;
    }

    private int number(int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            byte digit = bytes[i];
            if (digit >= '0' && digit <= '9') {
                value = value * 10 + digit - '0';
            }
        }
        return value;
    }

    /** Behind the body of the message that was found. */
    int end() {
        return end;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Lines of the head, the start line among them. */
    int lines() {
        return lines;
    }

    int start(int line) {
        return starts[line];
    }

    /** Behind the line, its CRLF not counted. */
    int end(int line) {
        return ends[line];
    }

    /** True if the line begins with that header's long name, in whatever case. */
    boolean is(int line, byte[] lowerCaseName) {
        int from = starts[line];
        if (ends[line] - from <= lowerCaseName.length || bytes[from + lowerCaseName.length] != ':') {
            return false;
        }
        for (int i = 0; i < lowerCaseName.length; i++) {
            byte wanted = lowerCaseName[i];
            byte got = bytes[from + i];
            if (got != wanted && (got | 0x20) != wanted) {
                return false;
            }
        }
        return true;
    }

    /** The status of a response, or -1 for a request. */
    int status() {
        int at = starts[0];
        if (bytes[at] != 'S' || bytes[at + 3] != '/' || ends[0] - at < 11) {
            return -1;
        }
        return number(at + 8, at + 11);
    }

    /** Where {@code wanted} stands in a line, or -1. */
    int find(int line, byte[] wanted) {
        int last = ends[line] - wanted.length;
        for (int i = starts[line]; i <= last; i++) {
            int same = 0;
            while (same < wanted.length && bytes[i + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return i;
            }
        }
        return -1;
    }

    /** A line's value, as text. */
    String value(int line) {
        int from = starts[line];
        while (bytes[from] != ':') {
            from++;
        }
        return new String(bytes, from + 1, ends[line] - from - 1, StandardCharsets.UTF_8).strip();
    }
}
