package org.edgeways.siptransport;

/**
 * What all connections of one listener or dialer have in common.
 *
 * @param endpoint the name of the listener or dialer
 * @param link true if its connections are links
 */
record ConnectionSetup(
        TransportContext context,
        String endpoint,
        SipTransport transport,
        boolean link,
        SipConnectionSettings settings,
        SipConnectionEvents events,
        TransportCounters counters) {

    static ConnectionSetup of(
            TransportContext context,
            String endpoint,
            SipTransport transport,
            boolean link,
            SipConnectionSettings settings,
            SipConnectionEvents events) {
        TransportCounters counters = new TransportCounters(context.counters(), endpoint);
        return new ConnectionSetup(context, endpoint, transport, link, settings, events, counters);
    }
}
