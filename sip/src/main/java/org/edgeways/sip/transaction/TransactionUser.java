package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/** Who is told what the transactions bring: a proxy core or a user agent (RFC 3261 section 5). */
public interface TransactionUser {

    /** A new request, neither ACK nor CANCEL. It is answered with {@link TransactionLayer#respond}. */
    void request(ServerTransaction transaction, long now);

    /** An ACK that belongs to no INVITE transaction here: it acknowledges a 2xx (or is a stray). */
    void acknowledged(SipMessage ack, Origin from, long now);

    /**
     * An INVITE that has no final response yet was cancelled (section 9.2); the CANCEL itself has been answered. The user
     * answers the INVITE, usually with 487.
     */
    void cancelled(ServerTransaction invite, long now);

    /**
     * A response: every provisional one, the final one, and for an INVITE each further 2xx and each retransmission of
     * one (RFC 6026 section 7.2). The top Via entry is still on it.
     */
    void response(ClientTransaction transaction, SipMessage response, long now);

    /** No final response came: Timer B or F, or a cancelled INVITE stayed unanswered. The transaction is over. */
    void timedOut(ClientTransaction transaction, long now);

    /** The request could not be sent. The transaction is over. */
    void transportFailed(ClientTransaction transaction, TransportFailure failure, long now);

    /**
     * Nobody waits for the final response any more: the connection that the request came on is gone, or the request is no
     * INVITE and older than 64*T1 (RFC 4320 section 4.2). A response to it will be dropped. An INVITE whose connection is
     * gone should be cancelled further on.
     */
    void abandoned(ServerTransaction transaction, long now);
}
