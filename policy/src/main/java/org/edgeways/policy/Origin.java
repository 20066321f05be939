package org.edgeways.policy;

/** Where a request was sent from. */
public enum Origin {
    /** The organisation's own network. */
    INSIDE,
    /** The Internet, through an edge node. */
    OUTSIDE
}
