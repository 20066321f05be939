package org.edgeways.sip.transaction;

/**
 * Where a message came from, as its driver knows it; one object per connection is enough.
 *
 * @param flow the connection that it came on
 * @param replyTo where responses to a request go, which is also who the sender is: two connections of one service are
 *     one party, so that a CANCEL may come on another of them than its INVITE; every other connection is a party of its
 *     own
 * @param reliable false over UDP, where the machines retransmit
 */
public record Origin(Flow flow, Destination replyTo, boolean reliable) {

    /** A reliable connection that stands for itself. */
    public static Origin connection(Flow flow) {
        return new Origin(flow, new Destination.Connection(flow), true);
    }

    /** One of the connections of a named node or service. */
    public static Origin service(Flow flow, String name) {
        return new Origin(flow, new Destination.Service(name), true);
    }

    /** A pair of UDP addresses. */
    public static Origin datagrams(Flow flow) {
        return new Origin(flow, new Destination.Connection(flow), false);
    }

    /**
     * True for a connection of a named node or service: it carries many people's transactions and is exempt from the
     * limit per connection.
     */
    public boolean isTrunk() {
        return replyTo instanceof Destination.Service;
    }
}
