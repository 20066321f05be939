package org.edgeways.sip.framing;

import java.util.Arrays;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipLimits;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one TCP or TLS connection into messages by Content-Length (RFC 3261 section 18.3) and keep-alives
 * (RFC 5626 section 3.5.1). Every byte is looked at once, however the stream is chunked; no more is held than one
 * message within the limits; a connection between messages holds nothing.
 *
 * <p>States: between messages → (a byte that is not CR) → header section → (empty line) → body → between messages. From
 * each, an error leads to broken, which nothing leaves.
 *
 * <p>Not safe for use by several threads: it belongs to its connection.
 */
public final class StreamFramer {

    private static final byte[] NOTHING = new byte[0];
    private static final int FIRST_BUFFER_BYTES = 1024;

    private enum State {
        BETWEEN,
        HEAD,
        BODY,
        BROKEN
    }

    private final SipLimits limits;
    private State state = State.BETWEEN;

    /** Bytes of the present message that earlier chunks brought. */
    private byte[] held = NOTHING;

    private int heldLength;

    /** The present chunk: [mark, position) belongs to the present message, [position, end) is yet to be read. */
    private byte[] chunk = NOTHING;

    private int mark;
    private int position;
    private int end;

    // between messages
    private boolean afterCarriageReturn;
    private boolean afterKeepAlive;
    private int pongsAwaited;

    // in the header section
    private int headLength;
    private int lineLength;
    private int headerLines;
    private boolean startLineRead;

    // in the body
    private int bodyMissing;

    /** A framer at the start of a connection. */
    public StreamFramer(SipLimits limits) {
        this.limits = limits;
    }

    /**
     * Takes the next bytes of the stream. They are referred to, not copied, until {@link #next()} has returned null.
     *
     * @throws IllegalStateException if {@link #next()} has not yet returned null since the last call: a bug of the caller
     */
    public void feed(byte[] bytes, int offset, int length) {
        if (position < end) {
            throw new IllegalStateException("fed before the last bytes were read");
        }
        if (state == State.BROKEN) {
            return;
        }
        chunk = bytes;
        mark = offset;
        position = offset;
        end = offset + length;
    }

    /**
     * Says that a ping was sent. The answer is one CRLF; two answers with nothing between them are not a ping of the other end,
     * which is two CRLFs as well, but in one piece.
     */
    public void expectPong() {
        pongsAwaited++;
    }

    /** The next frame, or null when more bytes are needed. */
    public @Nullable Frame next() {
        Frame frame = null;
        while (frame == null && position < end) {
            frame = switch (state) {
                case BETWEEN -> between();
                case HEAD -> head();
                case BODY -> body();
                case BROKEN -> {
                    position = end;
                    yield null;
                }
            };
        }
        if (frame == null) {
            hold(position);
            chunk = NOTHING;
            mark = 0;
            position = 0;
            end = 0;
        }
        return frame;
    }

    /** True while a message has begun and not ended. */
    public boolean midMessage() {
        return state == State.HEAD || state == State.BODY;
    }

    /** How many bytes are held until more come. */
    public int buffered() {
        return heldLength;
    }

    private @Nullable Frame between() {
        byte b = chunk[position];
        if (afterCarriageReturn) {
            if (b != '\n') {
                return broken(SipErrorCode.LINE_END_MALFORMED, 400, "Bad Request - bare CR before the start line");
            }
            afterCarriageReturn = false;
            position++;
            mark = position;
            if (afterKeepAlive) {
                afterKeepAlive = false;
                return new Frame.KeepAlive(true);
            }
            if (pongsAwaited > 0 && !crlfFollows()) {
                pongsAwaited--;
            } else {
                afterKeepAlive = true;
            }
            return new Frame.KeepAlive(false);
        }
        if (b == '\r') {
            afterCarriageReturn = true;
            position++;
            mark = position;
            return null;
        }
        afterKeepAlive = false;
        mark = position;
        state = State.HEAD;
        headLength = 0;
        lineLength = 0;
        headerLines = 0;
        startLineRead = false;
        return null;
    }

    private boolean crlfFollows() {
        return end - position >= 2 && chunk[position] == '\r' && chunk[position + 1] == '\n';
    }

    private @Nullable Frame head() {
        while (position < end) {
            Frame tooMuch = afterCarriageReturn ? null : ordinary();
            if (tooMuch != null) {
                return tooMuch;
            }
            if (position == end) {
                return null;
            }
            byte b = chunk[position++];
            if (++headLength > limits.headerSectionBytes()) {
                return sectionTooLarge();
            }
            if (b == '\n') {
                if (!afterCarriageReturn) {
                    return broken(SipErrorCode.LINE_END_MALFORMED, 400, "Bad Request - bare LF");
                }
                afterCarriageReturn = false;
                if (lineLength == 0) {
                    return headEnded();
                }
                startLineRead = true;
                lineLength = 0;
            } else if (afterCarriageReturn) {
                return broken(SipErrorCode.LINE_END_MALFORMED, 400, "Bad Request - bare CR");
            } else {
                afterCarriageReturn = true;
            }
        }
        return null;
    }

    /** Passes over what is neither CR nor LF, to the first byte that is one limit too many. */
    private @Nullable Frame ordinary() {
        int from = position;
        int i = from;
        while (i < end && chunk[i] != '\r' && chunk[i] != '\n') {
            i++;
        }
        int run = i - from;
        if (run == 0) {
            return null;
        }
        int sectionRoom = limits.headerSectionBytes() - headLength;
        int lineRoom = startLineRead ? run : limits.startLineBytes() - lineLength;
        boolean newHeader = lineLength == 0 && startLineRead && chunk[from] != ' ' && chunk[from] != '\t';
        if (sectionRoom > 0 && newHeader && ++headerLines > limits.headerLines()) {
            passed(1);
            return broken(SipErrorCode.HEADER_TOO_MANY, 513, "Message Too Large - too many headers");
        }
        if (sectionRoom < run && sectionRoom <= lineRoom) {
            passed(sectionRoom + 1);
            return sectionTooLarge();
        }
        if (lineRoom < run) {
            passed(lineRoom + 1);
            return broken(SipErrorCode.START_LINE_TOO_LONG, 414, "Request-URI Too Long");
        }
        passed(run);
        return null;
    }

    private void passed(int bytes) {
        position += bytes;
        headLength += bytes;
        lineLength += bytes;
    }

    private Frame sectionTooLarge() {
        return broken(SipErrorCode.HEADER_SECTION_TOO_LARGE, 513, "Message Too Large - header section over the limit");
    }

    private @Nullable Frame headEnded() {
        ContentLength length = heldLength == 0 ? ContentLength.find(chunk, mark, position) : foundInHeld();
        return switch (length) {
            case ContentLength.Absent() ->
                broken(SipErrorCode.HEADER_MISSING, 400, "Bad Request - Missing Content-Length header");
            case ContentLength.Duplicate() ->
                broken(SipErrorCode.HEADER_DUPLICATE, 400, "Bad Request - Several Content-Length headers");
            case ContentLength.Malformed() ->
                broken(SipErrorCode.HEADER_MALFORMED, 400, "Bad Request - Content-Length header");
            case ContentLength.Octets(long octets) -> bodyOf(octets);
        };
    }

    private @Nullable Frame bodyOf(long octets) {
        if (octets > limits.bodyBytes()) {
            return broken(SipErrorCode.BODY_TOO_LARGE, 413, "Request Entity Too Large");
        }
        bodyMissing = (int) octets;
        state = State.BODY;
        return bodyMissing == 0 ? ended() : null;
    }

    private ContentLength foundInHeld() {
        hold(position);
        return ContentLength.find(held, 0, heldLength);
    }

    private @Nullable Frame body() {
        int taken = Math.min(bodyMissing, end - position);
        position += taken;
        bodyMissing -= taken;
        return bodyMissing == 0 ? ended() : null;
    }

    private Frame ended() {
        byte[] message;
        if (heldLength == 0) {
            message = Arrays.copyOfRange(chunk, mark, position);
            mark = position;
        } else {
            hold(position);
            message = held.length == heldLength ? held : Arrays.copyOf(held, heldLength);
        }
        held = NOTHING;
        heldLength = 0;
        headLength = 0;
        state = State.BETWEEN;
        return new Frame.Message(message);
    }

    private Frame broken(SipErrorCode code, int status, String reason) {
        hold(position);
        byte[] head = Arrays.copyOf(held, Math.min(heldLength, headLength));
        int offset = headLength;
        state = State.BROKEN;
        held = NOTHING;
        heldLength = 0;
        position = end;
        mark = end;
        return new Frame.Broken(code, status, reason, offset, head);
    }

    /** Copies what the present chunk has of the present message, up to {@code until}. */
    private void hold(int until) {
        int added = until - mark;
        if (added <= 0 || !midMessage()) {
            mark = until;
            return;
        }
        if (held.length - heldLength < added) {
            int largest = limits.headerSectionBytes() + limits.bodyBytes();
            int wanted = Math.max(heldLength + added, Math.min(Math.max(FIRST_BUFFER_BYTES, held.length * 2), largest));
            held = Arrays.copyOf(held, wanted);
        }
        System.arraycopy(chunk, mark, held, heldLength, added);
        heldLength += added;
        mark = until;
    }
}
