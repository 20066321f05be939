package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipUri;

/** Where a message is to go. The driver finds or opens the connection. */
public sealed interface Destination {

    /**
     * This connection and no other: if it is gone, the transmission fails.
     *
     * @param flow the connection
     */
    record Connection(Flow flow) implements Destination {}

    /**
     * Any connection of a named node or service, from the table of connections that the inside has opened.
     *
     * @param name as the peer's certificate gives it
     */
    record Service(String name) implements Destination {}

    /**
     * Wherever RFC 3263 leads to; the driver resolves, connects and fails over.
     *
     * @param uri the next hop
     */
    record Locate(SipUri uri) implements Destination {}
}
