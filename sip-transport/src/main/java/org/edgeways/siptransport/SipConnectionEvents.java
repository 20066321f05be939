package org.edgeways.siptransport;

import java.net.InetAddress;
import org.edgeways.base.ErrorCode;
import org.edgeways.sip.message.SipMessage;

/**
 * Who is told what happens on connections. Called on the event loop of the connection, so never twice at a time for one
 * connection, but at the same time for several. Must not block. {@code now} is in nanoseconds since 1970.
 */
public interface SipConnectionEvents {

    /** A connection is ready: the TLS handshake (and the WebSocket upgrade) is done. */
    void opened(SipConnection connection, long now);

    /** A valid message has come. In a request the topmost Via carries received and rport as RFC 3581 wants. */
    void received(SipConnection connection, SipMessage message, long now);

    /** Something came that is no valid message. It has been answered if it could be, counted and logged. */
    void refused(SipConnection connection, ErrorCode code, long now);

    /** The last call for this connection. */
    void closed(SipConnection connection, TransportErrorCode reason, long now);

    /** A TLS handshake or WebSocket upgrade failed before there was a connection: for scan budgets. */
    default void handshakeFailed(String endpoint, InetAddress remote, ErrorCode code, long now) {}
}
