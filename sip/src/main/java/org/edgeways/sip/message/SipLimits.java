package org.edgeways.sip.message;

/**
 * Limits of one message. A message at a limit is accepted, one past it is refused.
 *
 * @param startLineBytes longest start line without its CRLF, default 8,192 (414)
 * @param headerLines most header lines, default 256
 * @param headerSectionBytes largest header section with start line and final empty line, default 64 KiB
 * @param bodyBytes largest body, default 1 MiB
 * @param uriBytes longest Request-URI (414), and longest URI in From, To, Contact, Route, Record-Route and Path (400); as
 *     it is written, in UTF-8 bytes, default 4,096
 * @param viaEntries most Via entries of a request (a response may have one more), default 70 (RFC 3261's initial Max-Forwards; 483)
 */
public record SipLimits(
        int startLineBytes, int headerLines, int headerSectionBytes, int bodyBytes, int uriBytes, int viaEntries) {

    /** The defaults named above. */
    public static final SipLimits DEFAULT = new SipLimits(8_192, 256, 64 * 1024, 1024 * 1024, 4_096, 70);

    /**
     * Twice the defaults, for connections between our own parts: what one of them let in at its limit has grown by the
     * headers that it adds, and a stream on which something is too large is closed for everybody.
     */
    public static final SipLimits BETWEEN_PARTS = new SipLimits(16_384, 512, 128 * 1024, 2 * 1024 * 1024, 8_192, 140);

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
}
