package org.edgeways.bench.load;

/** What callers do over and over. */
public enum Workload {
    /** MESSAGE and its 200. */
    MESSAGE,
    /** INVITE, 200, ACK, BYE, 200; takes no time in between. */
    CALL,
    /** REGISTER, 401, REGISTER with the digest, 200. */
    SIGN_IN
}
