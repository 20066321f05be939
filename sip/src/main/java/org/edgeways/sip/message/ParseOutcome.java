package org.edgeways.sip.message;

import org.jspecify.annotations.Nullable;

/** What came out of reading one message. */
public sealed interface ParseOutcome {

    /** A message whose mandatory headers are valid. */
    record Good(SipMessage message) implements ParseOutcome {}

    /**
     * A message that is refused.
     *
     * @param code what is wrong
     * @param status the response that RFC 3261 gives to it, 400 to 599
     * @param reason the reason phrase, which names the header
     * @param offset where, in bytes from the start of the message
     * @param answerable the request as far as it was read, with whatever it has of Via, From, To, Call-ID and CSeq, each
     *     perhaps malformed: good for {@link SipMessage#responseTo} and nothing else; null if it has no Via, was a response
     *     or an ACK, so that no response can be given
     */
    record Refused(
            SipErrorCode code,
            int status,
            String reason,
            int offset,
            @Nullable SipMessage answerable) implements ParseOutcome {}
}
