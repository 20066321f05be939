package org.edgeways.sip.transaction;

/** Why a request could not be sent, with the response that it stands for (RFC 3261 section 8.1.3.1). */
public enum TransportFailure {
    /** No connection could be made or it broke: 503. */
    UNREACHABLE(503, "Service Unavailable"),
    /** The one connection it had to go on is gone (RFC 5626 section 11.5): 430. */
    FLOW_GONE(430, "Flow Failed"),
    /** The connection's queue is full because its receiver is slow: 480. */
    CONGESTED(480, "Temporarily Unavailable");

    private final int status;
    private final String reason;

    TransportFailure(int status, String reason) {
        this.status = status;
        this.reason = reason;
    }

    /** The status of the response that it stands for. */
    public int status() {
        return status;
    }

    /** The reason phrase of the response that it stands for. */
    public String reason() {
        return reason;
    }
}
