package org.edgeways.sip.message;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One header line, folded or not, as a slice of the bytes it came in or was written to. Immutable but for caches of
 * what was read from it.
 */
final class HeaderField {

    final HeaderName name;
    final byte[] bytes;
    /** Where the line starts, and where it ends behind its CRLF. */
    final int start;

    final int end;
    private final int valueStart;
    private final int valueEnd;
    private @Nullable String value;
    private @Nullable Object parsed;

    HeaderField(HeaderName name, byte[] bytes, int start, int end, int valueStart, int valueEnd) {
        this.name = name;
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.valueStart = valueStart;
        this.valueEnd = valueEnd;
    }

    /** A line of our own. A line break in {@code value} becomes a blank: no value makes two headers. */
    static HeaderField of(HeaderName name, String text) {
        boolean broken = text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0;
        String value = broken ? text.replace('\r', ' ').replace('\n', ' ') : text;
        byte[] head = name.lineStart();
        byte[] content = value.getBytes(StandardCharsets.UTF_8);
        byte[] line = new byte[head.length + content.length + 2];
        System.arraycopy(head, 0, line, 0, head.length);
        System.arraycopy(content, 0, line, head.length, content.length);
        line[line.length - 2] = '\r';
        line[line.length - 1] = '\n';
        HeaderField field = new HeaderField(name, line, 0, line.length, head.length, line.length - 2);
        field.value = value;
        return field;
    }

    /** The value unfolded and trimmed. */
    String value() {
        String text = value;
        if (text == null) {
            // in UTF-8 no byte of another character looks like white space
            int from = valueStart;
            int to = valueEnd;
            while (from < to && Lexical.isWhite(bytes[from])) {
                from++;
            }
            while (to > from && Lexical.isWhite(bytes[to - 1])) {
                to--;
            }
            text = unfold(new String(bytes, from, to - from, StandardCharsets.UTF_8));
            value = text;
        }
        return text;
    }

    private static String unfold(String raw) {
        if (raw.indexOf('\r') < 0) {
            return raw;
        }
        StringBuilder text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) == '\r') {
                i = Lexical.skipWhite(raw, i) - 1;
                text.append(' ');
            } else {
                text.append(raw.charAt(i));
            }
        }
        return text.toString();
    }

    /** This line with {@code text} put behind its value; the rest stays as it came. */
    HeaderField withAppended(String text) {
        byte[] added = text.getBytes(StandardCharsets.UTF_8);
        int length = valueEnd - start;
        byte[] line = new byte[length + added.length + 2];
        System.arraycopy(bytes, start, line, 0, length);
        System.arraycopy(added, 0, line, length, added.length);
        line[line.length - 2] = '\r';
        line[line.length - 1] = '\n';
        return new HeaderField(name, line, 0, line.length, valueStart - start, line.length - 2);
    }

    /** What was read from this line before, if it is of that kind. */
    <T> @Nullable T parsed(Class<T> kind) {
        return kind.isInstance(parsed) ? kind.cast(parsed) : null;
    }

    void remember(Object result) {
        parsed = result;
    }

    /** True if {@code next} stands right behind this line in the same bytes. */
    @SuppressWarnings("ReferenceEquality") // the same array, not equal bytes
    boolean isFollowedBy(HeaderField next) {
        return bytes == next.bytes && end == next.start;
    }
}
