package org.edgeways.sip.framing;

/** What a header section says about the length of the body (RFC 3261 section 20.14; compact form l, section 7.3.3). */
sealed interface ContentLength {

    /** No such header. */
    record Absent() implements ContentLength {}

    /** More than one such header: two readers could cut the stream at different places. */
    record Duplicate() implements ContentLength {}

    /** Not a plain decimal number. */
    record Malformed() implements ContentLength {}

    /**
     * The length.
     *
     * @param octets zero or more; {@link Long#MAX_VALUE} stands for anything larger
     */
    record Octets(long octets) implements ContentLength {}

    /** Looks through a header section, which begins with the start line; lines end with CRLF. */
    static ContentLength find(byte[] bytes, int from, int to) {
        ContentLength found = new Absent();
        int line = endOfLine(bytes, from, to);
        while (line < to) {
            int next = endOfLine(bytes, line, to);
            while (next < to && isBlank(bytes[next])) {
                next = endOfLine(bytes, next, to);
            }
            int colon = mayBeContentLength(bytes[line]) ? colon(bytes, line, next) : next;
            if (colon < next && isContentLength(bytes, line, colon)) {
                if (!(found instanceof Absent)) {
                    return new Duplicate();
                }
                found = value(bytes, colon + 1, next);
            }
            line = next;
        }
        return found;
    }

    /** By its first letter, in long or compact form. */
    private static boolean mayBeContentLength(byte first) {
        int lower = first | 0x20;
        return lower == 'c' || lower == 'l';
    }

    /** Where the colon of the line stands; {@code to} if there is none. */
    private static int colon(byte[] bytes, int from, int to) {
        for (int i = from; i < to && bytes[i] != '\r'; i++) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return to;
    }

    private static int endOfLine(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && bytes[i] != '\n') {
            i++;
        }
        return Math.min(i + 1, to);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static boolean isWhite(byte b) {
        return isBlank(b) || b == '\r' || b == '\n';
    }

    private static boolean isContentLength(byte[] bytes, int from, int colon) {
        int to = colon;
        while (to > from && isBlank(bytes[to - 1])) {
            to--;
        }
        String name = to - from == 1 ? "l" : "content-length";
        if (to - from != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            int lower = bytes[from + i] >= 'A' && bytes[from + i] <= 'Z' ? bytes[from + i] + 32 : bytes[from + i];
            if (lower != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static ContentLength value(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && isWhite(bytes[i])) {
            i++;
        }
        int digits = i;
        long octets = 0;
        while (i < to && bytes[i] >= '0' && bytes[i] <= '9') {
            octets = octets > Long.MAX_VALUE / 10 - 1 ? Long.MAX_VALUE : octets * 10 + (bytes[i] - '0');
            i++;
        }
        boolean some = i > digits;
        while (i < to && isWhite(bytes[i])) {
            i++;
        }
        return some && i == to ? new Octets(octets) : new Malformed();
    }
}
