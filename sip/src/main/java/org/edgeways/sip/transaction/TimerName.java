package org.edgeways.sip.transaction;

/** The timers of the machines, by their letters in RFC 3261 and RFC 6026, and three that have none. */
enum TimerName {
    /** INVITE client: retransmit the request. */
    A,
    /** INVITE client: give up while no response has come. */
    B,
    /** INVITE client: absorb retransmissions of a final response that is no 2xx. */
    D,
    /** Other client: retransmit the request. */
    E,
    /** Other client: give up. */
    F,
    /** INVITE server: retransmit the final response. */
    G,
    /** INVITE server: stop waiting for the ACK. */
    H,
    /** INVITE server: absorb retransmissions of the ACK. */
    I,
    /** Other server: absorb retransmissions of the request. */
    J,
    /** Other client: absorb retransmissions of the response. */
    K,
    /** INVITE server: absorb retransmissions of the INVITE after a 2xx (RFC 6026). */
    L,
    /** INVITE client: pass retransmissions of 2xx and 2xx of other branches on (RFC 6026). */
    M,
    /** Both servers: say 100 (RFC 3261 section 17.2.1, RFC 4320 section 4.1). */
    TRYING,
    /** Other server: nobody waits for a response any more (RFC 4320 section 4.2). */
    EXPIRY,
    /** INVITE client: give up after a CANCEL (RFC 3261 section 9.1). */
    CANCELLED
}
