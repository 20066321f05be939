package org.edgeways.link.engine;

/** What the edge end is to do. */
public sealed interface AcceptAction {

    /**
     * Opens a control stream on that connection; how it went is told by {@link AcceptBook#controlOpened} or
     * {@link AcceptBook#controlEnded}. The stream is booked.
     */
    record OpenControl(long connection, String inside) implements AcceptAction {}

    /** Ends the control stream on that connection, because another one is to take its place. */
    record CloseControl(long connection, String inside) implements AcceptAction {}

    /** Ends a connection once its streams have ended. */
    record Drain(long connection) implements AcceptAction {}
}
