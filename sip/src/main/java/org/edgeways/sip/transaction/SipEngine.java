package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/**
 * What a driver drives: a transaction layer with its user, bound to one event loop. No method blocks, throws because of
 * what a peer sent, or may be called from two threads at a time. Times are nanoseconds since 1970 and never go back.
 */
public interface SipEngine {

    /** A message has come. A request's topmost Via has been marked before ({@link ReceivedVia}). */
    void receive(SipMessage message, Origin from, long now);

    /** A message has come on a reliable connection that stands for itself. */
    default void receive(SipMessage message, Flow from, long now) {
        receive(message, Origin.connection(from), now);
    }

    /** Does everything that is due. May be called too early or too often. */
    void timeout(long now);

    /** When {@link #timeout} is to be called next, or {@link org.edgeways.base.TimerQueue#NEVER}. */
    long nextDeadline();

    /**
     * The request whose topmost Via has that branch goes (or went) over that connection. From then on, its responses
     * count only if they come on that connection or, for a {@link Destination.Service}, on another connection of the same
     * party. For a {@link Destination.Connection} the driver need not say it.
     */
    void sentOver(String branch, Origin over);

    /** The request whose topmost Via has that branch could not be sent. Unknown branches are ignored. */
    void transportFailed(String branch, TransportFailure failure, long now);

    /** {@link #transportFailed(String, TransportFailure, long)} for {@link TransportFailure#UNREACHABLE}. */
    default void transportFailed(String branch, long now) {
        transportFailed(branch, TransportFailure.UNREACHABLE, now);
    }

    /**
     * A connection is gone. Requests that went to it and were not answered fail with {@link TransportFailure#FLOW_GONE};
     * those that went over it on behalf of a {@link Destination.Locate} fail as {@link TransportFailure#UNREACHABLE};
     * those to a {@link Destination.Service} go on waiting, since the answer may come on another of its connections, until
     * {@link #partyReduced} or {@link #partyLost}.
     */
    void flowClosed(Flow flow, long now);

    /**
     * One connection of a named party is gone, and it has others; {@link #flowClosed} has told of it. Whatever was under way on
     * that connection is lost: requests to the party, and its answers, which may take any of them. So INVITEs that were not
     * answered are sent once more after T1, which the party absorbs or answers as it has before. Another request would be taken
     * for a new one if it was answered there, and is not repeated: it fails as {@link TransportFailure#UNREACHABLE} in
     * {@link TransactionLayer#LOST_PARTY_GRACE}, or in twice that if the party has said 100 by then (RFC 4320).
     */
    void partyReduced(Destination.Service party, long now);

    /**
     * The last connection of a named party is gone; {@link #flowClosed} has told of each. Its requests that were not answered
     * fail as {@link TransportFailure#UNREACHABLE} in {@link TransactionLayer#LOST_PARTY_GRACE}, so that nobody waits for
     * a party that has died until a timer of half a minute or three runs out; an INVITE does not if {@link #partyFound} was
     * called by then, since whoever is called may still be rung. Requests from it that were not answered are given up as
     * if their connection had gone, if it is not back by then: nobody is there to be told.
     */
    void partyLost(Destination.Service party, long now);

    /** A named party has a connection; it need not have been lost. */
    void partyFound(Destination.Service party, long now);
}
