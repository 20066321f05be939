package org.edgeways.siptransport;

import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;

/** What one listener or dialer counts. */
final class TransportCounters {

    private final Counters counters;
    private final String endpoint;
    private final Counters.Counter received;
    private final Counters.Counter sent;
    private final Counters.Counter full;

    TransportCounters(Counters counters, String endpoint) {
        this.counters = counters;
        this.endpoint = endpoint;
        received = counters.counter("sip_messages_received", "endpoint", endpoint);
        sent = counters.counter("sip_messages_sent", "endpoint", endpoint);
        full = counters.counter("sip_messages_queue_full", "endpoint", endpoint);
    }

    void unsent() {
        counters.counter("sip_datagrams_unsent", "endpoint", endpoint).increment();
    }

    Counters.Counter received() {
        return received;
    }

    Counters.Counter sent() {
        return sent;
    }

    Counters.Counter full() {
        return full;
    }

    void refused(ErrorCode code) {
        counters.counter("sip_messages_refused", "endpoint", endpoint, "reason", code.code())
                .increment();
    }

    void closed(TransportErrorCode reason) {
        counters.counter("sip_connections_closed", "endpoint", endpoint, "reason", reason.code())
                .increment();
    }

    void handshakeFailed(ErrorCode code) {
        counters.counter("net_handshakes_failed", "endpoint", endpoint, "reason", code.code())
                .increment();
    }

    /** It was dialled before it serves what it was dialled for; nobody did anything wrong. */
    void handshakeEarly() {
        counters.counter("net_handshakes_early", "endpoint", endpoint).increment();
    }

    void roleFailed() {
        counters.counter("sip_role_failures", "endpoint", endpoint).increment();
    }
}
