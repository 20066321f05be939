package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipErrorCode;

/** Why a request could not be sent, with the response that it stands for (RFC 3261 section 8.1.3.1). */
public enum TransportFailure {
    /** No connection could be made or it broke: 503. */
    UNREACHABLE(503, "Service Unavailable", SipErrorCode.DESTINATION_UNREACHABLE),
    /** The one connection it had to go on is gone (RFC 5626 section 11.5): 430. */
    FLOW_GONE(430, "Flow Failed", SipErrorCode.FLOW_GONE),
    /** The connection's queue is full because its receiver is slow: 480. */
    CONGESTED(480, "Temporarily Unavailable", SipErrorCode.DESTINATION_CONGESTED);

    private final int status;
    private final String reason;
    private final SipErrorCode code;

    TransportFailure(int status, String reason, SipErrorCode code) {
        this.status = status;
        this.reason = reason;
        this.code = code;
    }

    /** The status of the response that it stands for. */
    public int status() {
        return status;
    }

    /** The reason phrase of the response that it stands for. */
    public String reason() {
        return reason;
    }

    /** What logs and counters call it. */
    public SipErrorCode code() {
        return code;
    }
}
