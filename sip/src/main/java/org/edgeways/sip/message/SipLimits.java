package org.edgeways.sip.message;

/**
 * Limits of one message. A message at a limit is accepted, one past it is refused.
 *
 * @param startLineBytes longest start line without its CRLF, default 8,192 (414)
 * @param headerLines most header lines, default 256; see {@link #copiedLines}
 * @param headerSectionBytes largest header section with start line and final empty line, default 64 KiB; see
 *     {@link #copiedBytes}
 * @param bodyBytes largest body, default 1 MiB
 * @param uriBytes longest Request-URI (414), and longest URI in From, To, Contact, Route, Record-Route and Path (400); as
 *     it is written, in UTF-8 bytes, default 4,096
 * @param viaEntries most Via entries of a request, default 70 (RFC 3261's initial Max-Forwards; 483); a response may have
 *     twice as many, because a request grows on its way
 */
public record SipLimits(
        int startLineBytes, int headerLines, int headerSectionBytes, int bodyBytes, int uriBytes, int viaEntries) {

    /** The defaults named above. */
    public static final SipLimits DEFAULT = new SipLimits(8_192, 256, 64 * 1024, 1024 * 1024, 4_096, 70);

    /**
     * For connections between our own parts: twice the defaults, and four times the header section. What one of them let in
     * at its limit has grown by the headers that it adds; a response besides by the Via entries of its request, which were
     * hidden from the client that answered; and a stream on which something is too large is closed for everybody.
     */
    public static final SipLimits BETWEEN_PARTS = new SipLimits(16_384, 512, 256 * 1024, 2 * 1024 * 1024, 8_192, 140);

    /** Checks that every limit is at least one (the body's may be zero). */
    public SipLimits {
        if (startLineBytes < 1
                || headerLines < 1
                || headerSectionBytes < 1
                || bodyBytes < 0
                || uriBytes < 1
                || viaEntries < 1) {
            throw new IllegalArgumentException("limits are positive");
        }
    }

    /**
     * Most lines of a request that its responses repeat: Via, Record-Route, From, To, Call-ID, CSeq. Half of all, so that an
     * honest answer, with the lines that were added on the way and its own, is within the limit too.
     */
    public int copiedLines() {
        return headerLines / 2;
    }

    /** Most bytes of those lines. */
    public int copiedBytes() {
        return headerSectionBytes / 2;
    }
}
