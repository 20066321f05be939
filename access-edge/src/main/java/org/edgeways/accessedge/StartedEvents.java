package org.edgeways.accessedge;

import java.net.InetAddress;
import org.edgeways.base.ErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipConnectionEvents;
import org.edgeways.siptransport.TransportErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Stands between listeners and the edge, which can only be put together when all ports are known. Whoever connects before
 * is turned away.
 */
final class StartedEvents implements SipConnectionEvents {

    private volatile @Nullable SipConnectionEvents started;

    void begin(SipConnectionEvents events) {
        started = events;
    }

    @Override
    public void opened(SipConnection connection, long now) {
        SipConnectionEvents events = started;
        if (events == null) {
            connection.close(TransportErrorCode.CLOSED_BY_ROLE);
        } else {
            events.opened(connection, now);
        }
    }

    @Override
    public void received(SipConnection connection, SipMessage message, long now) {
        SipConnectionEvents events = started;
        if (events != null) {
            events.received(connection, message, now);
        }
    }

    @Override
    public void refused(SipConnection connection, ErrorCode code, long now) {
        SipConnectionEvents events = started;
        if (events != null) {
            events.refused(connection, code, now);
        }
    }

    @Override
    public void closed(SipConnection connection, TransportErrorCode reason, long now) {
        SipConnectionEvents events = started;
        if (events != null) {
            events.closed(connection, reason, now);
        }
    }

    @Override
    public void handshakeFailed(String endpoint, InetAddress remote, ErrorCode code, long now) {
        SipConnectionEvents events = started;
        if (events != null) {
            events.handshakeFailed(endpoint, remote, code, now);
        }
    }
}
