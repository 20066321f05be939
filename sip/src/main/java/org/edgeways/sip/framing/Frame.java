package org.edgeways.sip.framing;

import org.edgeways.sip.message.SipErrorCode;

/** What a {@link StreamFramer} found in a byte stream. */
public sealed interface Frame {

    /**
     * A keep-alive of RFC 5626 section 3.5.1. A double CRLF comes out as two of these, the first with {@code ping}
     * false, the second with {@code ping} true.
     *
     * @param ping true for the second CRLF in a row: answer it with one CRLF. False for a lone CRLF: the answer to our
     *     own ping if we wait for one, else of no meaning (RFC 3261 section 7.5)
     */
    record KeepAlive(boolean ping) implements Frame {}

    /**
     * One whole message: start line, header section, and as many body bytes as its Content-Length says.
     *
     * @param bytes the message, byte for byte; owned by the receiver
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Message(byte[] bytes) implements Frame {}

    /**
     * The stream cannot be cut into messages any more; no frame follows. To be answered with
     * {@link Refusals#answer(Broken, org.edgeways.sip.message.SipLimits)} where that gives an answer, then closed.
     *
     * @param code which kind of error
     * @param status the SIP status that says so to the sender, 400 to 599
     * @param reason the reason phrase, which names the header where one is at fault
     * @param offset where in the message the error was noticed, in bytes from its start
     * @param head what has come of the message's start line and header section
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Broken(SipErrorCode code, int status, String reason, long offset, byte[] head) implements Frame {}
}
