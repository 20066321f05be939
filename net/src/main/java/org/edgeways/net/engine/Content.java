package org.edgeways.net.engine;

/** What the first decrypted bytes of a connection belong to. */
public enum Content {
    /** A request line of HTTP/1.1. */
    HTTP_1,
    /** The preface of HTTP/2 (RFC 9113 section 3.4). */
    HTTP_2,
    /** A start line of SIP, or the line breaks that keep a SIP connection alive (RFC 5626 section 3.5.1). */
    SIP,
    /** A STUN message with the magic cookie (RFC 8489 section 5). */
    STUN,
    /** Channel data of TURN (RFC 8656 section 12.4), for which nobody can have an allocation yet. */
    CHANNEL_DATA
}
