package org.edgeways.sip.transaction;

import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** Responses made without a transaction: to what could not be read, and to what there is no room for. */
public final class StatelessAnswer {

    private static final HeaderName[] IDENTITY = {HeaderName.VIA, HeaderName.FROM, HeaderName.CALL_ID, HeaderName.CSEQ};

    private StatelessAnswer() {}

    /**
     * The response to a refused message, or null if there must be none: it was a response, an ACK, or not enough of it
     * could be read. The driver sends it back on the same connection.
     */
    public static @Nullable SipMessage to(ParseOutcome.Refused refused) {
        SipMessage request = refused.answerable();
        return request == null ? null : to(request, refused.status(), refused.reason());
    }

    /**
     * A response to a request, null if that is an ACK. The same request gets the same To tag each time (RFC 3261 section
     * 8.2.7).
     */
    public static @Nullable SipMessage to(SipMessage request, int status, String reason) {
        if (!request.isRequest() || request.method().equals("ACK")) {
            return null;
        }
        return SipMessage.responseTo(request, status, reason, tag(request));
    }

    private static String tag(SipMessage request) {
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (HeaderName name : IDENTITY) {
            String value = request.first(name);
            for (int i = 0; value != null && i < value.length(); i++) {
                hash = (hash ^ value.charAt(i)) * 0x100_0000_01b3L;
            }
        }
        return Long.toUnsignedString(hash, 36);
    }
}
