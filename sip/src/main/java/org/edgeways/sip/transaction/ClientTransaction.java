package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/** The client's side of one request (RFC 3261 section 17.1). Made by {@link TransactionLayer}; equal only to itself. */
public abstract sealed class ClientTransaction permits InviteClientTransaction, NonInviteClientTransaction {

    private final SipMessage request;
    private final String branch;
    private final Destination destination;
    private final boolean reliable;

    ClientTransaction(SipMessage request, String branch, Destination destination, boolean reliable) {
        this.request = request;
        this.branch = branch;
        this.destination = destination;
        this.reliable = reliable;
    }

    /** The request as it was sent. Not to be changed. */
    public final SipMessage request() {
        return request;
    }

    /** The branch in its topmost Via. */
    public final String branch() {
        return branch;
    }

    /** Where it was sent. */
    public final Destination destination() {
        return destination;
    }

    /** False if it goes over UDP. */
    public final boolean reliable() {
        return reliable;
    }

    /** True for an INVITE. */
    public final boolean isInvite() {
        return this instanceof InviteClientTransaction;
    }

    /** True until a final response, a timeout or a failure. */
    public abstract boolean awaitsFinalResponse();
}
