package org.edgeways.sip.transaction;

import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.SipMessage;

/** What a machine acts through: its layer. */
interface TransactionHost {

    /** Something that is due at a time. */
    sealed interface Due {

        /** A timer of a machine. */
        record Fired(Transaction transaction, TimerName timer) implements Due {}

        /** A failure that was noticed inside a call of the engine and is told after it. */
        record Failed(ClientTransaction transaction, TransportFailure failure) implements Due {}

        /** Time is up for a request from or to a party that had lost a connection. */
        record Lost(Transaction transaction, Destination.Service party, Loss loss) implements Due {}

        /** An INVITE may have been on a connection that is gone, while its party had others. */
        record Again(InviteClientTransaction invite, Destination.Service party) implements Due {}

        /** The oldest of those that are kept in case their 2xx comes again. */
        record Oldest(AcceptedInvites of) implements Due {}
    }

    /** What was lost, and how long ago, when {@link Due.Lost} is due. */
    enum Loss {
        /** The last connection, {@link TransactionLayer#LOST_PARTY_GRACE} ago. */
        LAST,
        /** One of several, so long ago. */
        ONE,
        /** One of several, twice as long ago. */
        ONE_LONG_AGO
    }

    SipTimers timers();

    TransactionUser user();

    void transmit(SipMessage message, Destination to, long now);

    TimerQueue.Timer<Due> schedule(long deadline, Due due);

    void cancel(TimerQueue.Timer<Due> timer);

    /** Sends a CANCEL that the layer has no user to tell about. */
    void sendCancel(SipMessage cancel, InviteClientTransaction invite, long now);

    /**
     * The INVITE, which came over a reliable transport, was answered with 2xx: it awaits nothing any more, and its Timer L
     * fires at {@code until} or earlier.
     */
    void accepted(InviteServerTransaction invite, long until, long now);

    /** The INVITE was answered with 2xx: it awaits nothing any more, and its Timer M fires at {@code until} or earlier. */
    void accepted(InviteClientTransaction invite, long until, long now);

    /** The machine has reached its last state: it is forgotten. */
    void ended(Transaction transaction);

    /** Counts one transaction that ran into a timer. */
    void countTimeout(TimerName timer);
}
