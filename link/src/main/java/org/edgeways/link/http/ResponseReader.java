package org.edgeways.link.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.edgeways.link.engine.LinkErrorCode;

/**
 * Reads the one response of an HTTP/1.1 connection (RFC 9112), strictly: bare CR or LF, folded lines, repeated or
 * doubtful lengths, Transfer-Encoding beside Content-Length, with HTTP/1.0, or other than {@code chunked} alone are
 * refused, however common they may be. What comes out says nothing of the connection that it came on.
 *
 * <pre>
 * HEAD → (1xx) HEAD, → (101 to a WebSocket) TUNNEL, → (no body) WHOLE, → FIXED, → CHUNK_SIZE, → UNTIL_CLOSE
 * FIXED → WHOLE
 * CHUNK_SIZE → CHUNK → CHUNK_END → CHUNK_SIZE; CHUNK_SIZE → (0) TRAILER → WHOLE
 * UNTIL_CLOSE, TUNNEL → (closed) WHOLE
 * any before WHOLE → FAILED
 * </pre>
 */
public final class ResponseReader {

    /**
     * Most bytes of a head, of the trailers, and of all interim heads together. With {@link #MOST_FIELDS} it stays below
     * what an edge takes by default, by HTTP/2's way of counting.
     */
    public static final int LONGEST_HEAD = 24_576;

    /** Most header fields of a response. */
    public static final int MOST_FIELDS = 200;

    private static final int LONGEST_CHUNK_LINE = 256;
    private static final int MOST_CHUNK_DIGITS = 15;

    /** What was read. */
    public sealed interface Event {
        /**
         * The head of the final response, or of the 101 that opens a WebSocket.
         *
         * @param fields with lower-case names, without those of the connection
         * @param last true if no body follows
         */
        record Head(int status, List<HeaderField> fields, boolean last) implements Event {}

        /** Some of the body, or of what follows a 101. The taker releases it. */
        record Body(ByteBuf data) implements Event {}

        /** The response is whole. Not told after a head that says so itself. */
        record End() implements Event {}

        /** The response is not clean HTTP/1.1, or broke off. Nothing comes after this. */
        record Failed(LinkErrorCode code, String reason) implements Event {}
    }

    private enum State {
        HEAD,
        FIXED,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        UNTIL_CLOSE,
        TUNNEL,
        WHOLE,
        FAILED
    }

    private final boolean toHead;
    private final boolean toWebSocket;
    private final List<String> lines = new ArrayList<>();
    private State state = State.HEAD;
    private byte[] line = new byte[256];
    private int length;
    private boolean afterCr;
    private int headBytes;
    private long remaining;

    /**
     * Before the response.
     *
     * @param toHead true if the request's method was HEAD
     * @param toWebSocket true if the request asked for a WebSocket
     */
    public ResponseReader(boolean toHead, boolean toWebSocket) {
        this.toHead = toHead;
        this.toWebSocket = toWebSocket;
    }

    /** Reads all of {@code in}, without releasing it. What follows a whole response is passed over. */
    public void read(ByteBuf in, Consumer<Event> out) {
        while (in.isReadable()) {
            switch (state) {
                case HEAD, TRAILER -> {
                    if (readLine(in, LONGEST_HEAD - headBytes, out)) {
                        headLine(takeLine(), out);
                    }
                }
                case CHUNK_SIZE -> {
                    if (readLine(in, LONGEST_CHUNK_LINE, out)) {
                        chunkSize(takeLine(), out);
                    }
                }
                case CHUNK_END -> {
                    if (readLine(in, 0, out)) {
                        length = 0;
                        state = State.CHUNK_SIZE;
                    }
                }
                case FIXED, CHUNK -> {
                    int bytes = (int) Math.min(remaining, in.readableBytes());
                    remaining -= bytes;
                    boolean fixed = state == State.FIXED;
                    out.accept(new Event.Body(in.readRetainedSlice(bytes)));
                    if (remaining == 0) {
                        state = fixed ? State.WHOLE : State.CHUNK_END;
                        if (fixed) {
                            out.accept(new Event.End());
                        }
                    }
                }
                case UNTIL_CLOSE, TUNNEL -> out.accept(new Event.Body(in.readRetainedSlice(in.readableBytes())));
                case WHOLE, FAILED -> in.skipBytes(in.readableBytes());
            }
        }
    }

    /** The origin has closed its side. */
    public void closed(Consumer<Event> out) {
        switch (state) {
            case UNTIL_CLOSE, TUNNEL -> {
                state = State.WHOLE;
                out.accept(new Event.End());
            }
            case HEAD, FIXED, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER -> {
                state = State.FAILED;
                out.accept(new Event.Failed(LinkErrorCode.ORIGIN_BROKEN, "closed before the answer was whole"));
            }
            case WHOLE, FAILED -> {}
        }
    }

    private void fail(String reason, Consumer<Event> out) {
        state = State.FAILED;
        out.accept(new Event.Failed(LinkErrorCode.ORIGIN_MALFORMED, reason));
    }

    /** True when a line is whole, which ends with CR LF and has at most that many bytes before it. */
    private boolean readLine(ByteBuf in, int longest, Consumer<Event> out) {
        while (in.isReadable()) {
            byte b = in.readByte();
            if (afterCr) {
                afterCr = false;
                if (b == '\n') {
                    return true;
                }
                fail("a CR without LF", out);
                return false;
            }
            if (b == '\n') {
                fail("a LF without CR", out);
                return false;
            }
            if (b == '\r') {
                afterCr = true;
            } else if (length >= longest) {
                fail("a line that is too long", out);
                return false;
            } else {
                if (length == line.length) {
                    line = Arrays.copyOf(line, line.length * 2);
                }
                line[length++] = b;
            }
        }
        return false;
    }

    private String takeLine() {
        String text = new String(line, 0, length, StandardCharsets.ISO_8859_1);
        headBytes += length + 2;
        length = 0;
        return text;
    }

    private void headLine(String text, Consumer<Event> out) {
        if (!text.isEmpty()) {
            if (lines.size() > MOST_FIELDS) {
                fail("too many header fields", out);
            } else {
                lines.add(text);
            }
            return;
        }
        if (state == State.TRAILER) {
            // RFC 9110 section 6.5.1: trailers may be dropped
            state = State.WHOLE;
            out.accept(new Event.End());
            return;
        }
        head(out);
        lines.clear();
    }

    private void head(Consumer<Event> out) {
        int status = lines.isEmpty() ? 0 : status(lines.getFirst());
        if (status == 0) {
            fail("a malformed status line", out);
            return;
        }
        List<HeaderField> fields = new ArrayList<>();
        for (String text : lines.subList(1, lines.size())) {
            int colon = text.indexOf(':');
            String name = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = FieldRules.trim(text.substring(colon + 1));
            // a folded line begins with a blank, which is in no name
            if (!FieldRules.isName(name) || !FieldRules.isValue(value)) {
                fail("a malformed header field", out);
                return;
            }
            fields.add(new HeaderField(name, value));
        }
        boolean oldVersion = lines.getFirst().charAt(7) == '0';
        String doubt = framing(status, fields, oldVersion);
        if (!doubt.isEmpty()) {
            fail(doubt, out);
        } else if (state != State.HEAD) {
            boolean last = state == State.WHOLE;
            out.accept(new Event.Head(status, passedOn(status, fields), last));
        }
    }

    /** Zero if it is no status line of HTTP/1.0 or 1.1. */
    private static int status(String text) {
        if (text.length() < 12
                || !text.startsWith("HTTP/1.")
                || text.charAt(7) != '0' && text.charAt(7) != '1'
                || text.charAt(8) != ' '
                || text.length() > 12 && text.charAt(12) != ' '
                || !FieldRules.isValue(FieldRules.trim(text))) {
            return 0;
        }
        long status = FieldRules.length(text.substring(9, 12));
        return status >= 100 && status <= 599 ? (int) status : 0;
    }

    /** RFC 9112 section 6.3. Sets the state that follows; what is doubtful is said in words. */
    private String framing(int status, List<HeaderField> fields, boolean oldVersion) {
        List<String> lengths = values(fields, "content-length");
        List<String> codings = values(fields, "transfer-encoding");
        if (lengths.size() > 1 || !lengths.isEmpty() && FieldRules.length(lengths.getFirst()) < 0) {
            return "a malformed or repeated Content-Length";
        }
        if (!codings.isEmpty()) {
            if (oldVersion || !lengths.isEmpty()) {
                return "a Transfer-Encoding in HTTP/1.0 or beside a Content-Length";
            }
            if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                return "a Transfer-Encoding other than chunked alone";
            }
        }
        if (status == 101) {
            state = State.TUNNEL;
            return toWebSocket ? "" : "a change of protocol that nobody asked for";
        }
        if (status < 200) {
            return ""; // another head follows, within the same bound
        }
        if (toHead
                || status == 204
                || status == 304
                || !lengths.isEmpty() && FieldRules.length(lengths.getFirst()) == 0) {
            state = State.WHOLE;
        } else if (!codings.isEmpty()) {
            state = State.CHUNK_SIZE;
        } else if (!lengths.isEmpty()) {
            remaining = FieldRules.length(lengths.getFirst());
            state = State.FIXED;
        } else {
            state = State.UNTIL_CLOSE;
        }
        return "";
    }

    private static List<String> values(List<HeaderField> fields, String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(HeaderField::value)
                .toList();
    }

    /** Without the fields of the connection, the standing ones and those that Connection names. */
    private static List<HeaderField> passedOn(int status, List<HeaderField> fields) {
        Set<String> dropped = new HashSet<>(FieldRules.CONNECTION_FIELDS);
        for (String value : values(fields, "connection")) {
            for (String name : value.split(",", -1)) {
                dropped.add(FieldRules.trim(name).toLowerCase(Locale.ROOT));
            }
        }
        if (status == 204 || status == 101) {
            dropped.add("content-length");
        } else {
            dropped.remove("content-length");
        }
        if (status == 101) {
            dropped.remove("upgrade");
        }
        return fields.stream().filter(field -> !dropped.contains(field.name())).toList();
    }

    private void chunkSize(String text, Consumer<Event> out) {
        headBytes = 0; // the bound of a line is enough here; the trailers have theirs anew
        int end = text.indexOf(';');
        String digits = end < 0 ? text : text.substring(0, end);
        if (digits.isEmpty() || digits.length() > MOST_CHUNK_DIGITS || !FieldRules.isValue(FieldRules.trim(text))) {
            fail("a malformed chunk", out);
            return;
        }
        long size = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), 16);
            if (digit < 0 || digits.charAt(i) > 'f') {
                fail("a malformed chunk", out);
                return;
            }
            size = size * 16 + digit;
        }
        remaining = size;
        state = size == 0 ? State.TRAILER : State.CHUNK;
    }
}
