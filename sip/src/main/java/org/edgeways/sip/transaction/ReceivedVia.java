package org.edgeways.sip.transaction;

import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.Via;

/** Marks the topmost Via of a received request with where it really came from (RFC 3261 section 18.2.1, RFC 3581). */
public final class ReceivedVia {

    private static final String RECEIVED = "received";
    private static final String RPORT = "rport";

    private ReceivedVia() {}

    /**
     * Adds {@code received} if the sent-by host differs from the source address or if the source port is asked for, and
     * tells the source port if it is asked for (RFC 3581 section 4). What the sender wrote there itself is replaced. A
     * refused request whose Via cannot be read stays as it is.
     *
     * @param address the source address as text, IPv6 without brackets
     * @param sourcePort the source port, 1 to 65535
     */
    public static void mark(SipMessage request, String address, int sourcePort) {
        if (!request.hasReadableVia()) {
            return;
        }
        Via via = request.topVia();
        Parameters parameters = via.parameters();
        boolean portAsked = parameters.has(RPORT);
        if (portAsked || !sameHost(via.host(), address)) {
            parameters = parameters.with(RECEIVED, address);
        } else if (parameters.has(RECEIVED)) {
            parameters = parameters.without(RECEIVED);
        } else {
            return;
        }
        if (portAsked) {
            parameters = parameters.with(RPORT, Integer.toString(sourcePort));
        }
        request.setTopVia(new Via(via.transport(), via.host(), via.port(), parameters));
    }

    private static boolean sameHost(String sentBy, String address) {
        boolean bracketed = sentBy.startsWith("[") && sentBy.endsWith("]");
        return (bracketed ? sentBy.substring(1, sentBy.length() - 1) : sentBy).equalsIgnoreCase(address);
    }
}
