package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** The client's side of one request (RFC 3261 section 17.1). Made by {@link TransactionLayer}; equal only to itself. */
public abstract sealed class ClientTransaction extends Transaction
        permits InviteClientTransaction, NonInviteClientTransaction {

    private @Nullable SipMessage request;
    private final String method;
    private final String branch;
    private final Destination destination;
    private final boolean reliable;
    private @Nullable Flow flow;
    private @Nullable Destination party;

    ClientTransaction(TransactionHost host, SipMessage request, Destination destination) {
        super(host);
        this.request = request;
        this.method = request.method();
        this.branch = String.valueOf(request.topVia().branch());
        this.destination = destination;
        this.reliable = !request.topVia().transport().equalsIgnoreCase("UDP");
        this.flow = destination instanceof Destination.Connection(Flow only) ? only : null;
    }

    /**
     * The request as it was sent. Not to be changed.
     *
     * @throws IllegalStateException once an INVITE was answered with 2xx
     */
    public final SipMessage request() {
        if (request == null) {
            throw new IllegalStateException("answered: " + this);
        }
        return request;
    }

    /** Its method. */
    public final String method() {
        return method;
    }

    /** Nothing will be sent any more: hundreds of thousands may wait for a 2xx that comes again. */
    final void forgetRequest() {
        request = null;
    }

    /** The branch in its topmost Via. */
    public final String branch() {
        return branch;
    }

    /** Where it was sent. */
    public final Destination destination() {
        return destination;
    }

    /** The connection that it went over, null if the driver has not said. */
    public final @Nullable Flow flow() {
        return flow;
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

    /** True from the first provisional response until a final one, a timeout or a failure. */
    public abstract boolean isProceeding();

    /** Sends the request for the first time. */
    abstract void start(long now);

    /** Sends the request once more; no timer changes. Only while a final response is awaited. */
    final void again(long now) {
        host().transmit(request(), sameHop(), now);
    }

    /** A response to it has come. */
    abstract void received(SipMessage response, long now);

    /** It, or the ACK to its final response, could not be sent. */
    abstract void failed(TransportFailure failure, long now);

    final void sentOver(Origin over) {
        flow = over.flow();
        party = over.replyTo();
    }

    /** Whether it went to that party. */
    final boolean wentTo(Destination.Service named) {
        return named.equals(party == null ? destination : party);
    }

    /** Whether a response from there can be one to this request. */
    final boolean mayComeFrom(Origin origin) {
        return switch (destination) {
            case Destination.Connection(Flow only) -> origin.flow().equals(only);
            case Destination.Service service ->
                party == null ? origin.isTrunk() : origin.replyTo().equals(party);
            case Destination.Locate locate -> flow == null || origin.flow().equals(flow);
        };
    }

    @Override
    public final String toString() {
        return method + " " + branch;
    }

    /** Where what belongs to the same transaction goes: retransmissions, ACK and CANCEL. */
    final Destination sameHop() {
        Flow over = flow;
        return destination instanceof Destination.Locate && over != null
                ? new Destination.Connection(over)
                : destination;
    }
}
