package org.edgeways.net.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What the first byte of a TCP connection tells (the part of RFC 7983 section 7 that can come over TCP). */
public enum RawProtocol {
    /** A TLS record of the handshake. */
    TLS,
    /** STUN or TURN in the clear. */
    STUN,
    /** Nothing that we serve: the connection is closed unanswered. */
    OTHER;

    private static final int TLS_HANDSHAKE = 0x16;
    private static final int LAST_STUN = 0x03;
    private static final List<byte[]> BROWSING = List.of(ascii("GET /"), ascii("HEAD /"));

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads the first byte. */
    public static RawProtocol of(byte first) {
        int value = first & 0xff;
        if (value == TLS_HANDSHAKE) {
            return TLS;
        }
        return value <= LAST_STUN ? STUN : OTHER;
    }

    /**
     * Whether what is {@link #OTHER} begins as a browser does that was told {@code http} instead of {@code https}: it asks for a
     * page. Who asks for a proxy, or for anything else in the clear, does not begin so. What did not come at once with the first
     * byte is not waited for.
     */
    public static boolean isBrowsing(byte[] bytes) {
        return BROWSING.stream()
                .anyMatch(begin ->
                        bytes.length >= begin.length && Arrays.equals(bytes, 0, begin.length, begin, 0, begin.length));
    }
}
