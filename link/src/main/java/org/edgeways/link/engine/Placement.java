package org.edgeways.link.engine;

/** Where a stream goes. */
public sealed interface Placement {

    /** On that connection; the stream is booked until {@link AcceptBook#ended}. */
    record On(long connection) implements Placement {}

    /** Nowhere. */
    record Refused(LinkErrorCode code) implements Placement {}
}
