package org.edgeways.sip.transaction;

import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** Responses made without a transaction: to what could not be read, and to what there is no room for. */
public final class StatelessAnswer {

    private StatelessAnswer() {}

    /**
     * The response to a refused message, or null if there must be none: it was a response, an ACK, or not enough of it
     * could be read. The driver sends it back on the same connection.
     */
    public static @Nullable SipMessage to(ParseOutcome.Refused refused) {
        throw new UnsupportedOperationException();
    }

    /** A response to a request, null if that is an ACK. The same request gets the same To tag each time. */
    public static @Nullable SipMessage to(SipMessage request, int status, String reason) {
        throw new UnsupportedOperationException();
    }
}
