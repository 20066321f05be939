package org.edgeways.siptransport;

/** What became of a message given to a connection. */
public enum SendOutcome {
    /** It is queued. */
    SENT,
    /** The queue is at its bound because the receiver is slow; nothing was queued. */
    FULL,
    /** The connection is closed; nothing was queued. */
    CLOSED
}
