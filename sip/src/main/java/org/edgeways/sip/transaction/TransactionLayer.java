package org.edgeways.sip.transaction;

import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * The transaction layer (RFC 3261 section 17): matches what comes to its transaction, makes a transaction for each new
 * request, and owns their timers. Belongs to one event loop.
 */
public final class TransactionLayer implements SipEngine {

    /** A layer without transactions. */
    public TransactionLayer(
            Transmitter transmitter,
            TransactionUser user,
            SipTimers timers,
            SipEngineLimits limits,
            Counters counters,
            RandomGenerator random) {}

    @Override
    public void receive(SipMessage message, Origin from, long now) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void timeout(long now) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long nextDeadline() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sentOver(String branch, Flow flow) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void transportFailed(String branch, TransportFailure failure, long now) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void flowClosed(Flow flow, long now) {
        throw new UnsupportedOperationException();
    }

    /**
     * Gives a response to a request. A response above 100 without To tag gets {@link ServerTransaction#localTag}.
     *
     * @return false if it was dropped because the transaction takes no such response any more
     */
    public boolean respond(ServerTransaction transaction, SipMessage response, long now) {
        return false;
    }

    /**
     * Sends a request, neither ACK nor CANCEL, whose topmost Via is ours and carries a branch of {@link Branches}. Its
     * transport says whether it is reliable (all but {@code UDP} are).
     */
    public ClientTransaction send(SipMessage request, Destination to, long now) {
        return new NonInviteClientTransaction(request, "", to, true);
    }

    /**
     * Cancels an INVITE (section 9.1): at once if a provisional response has come, else when one comes. Does nothing if
     * it has its final response. If none comes within 64*T1 after the CANCEL, {@link TransactionUser#timedOut} says so.
     *
     * @param reason value of the Reason header (RFC 3326), or null for none
     */
    public void cancel(ClientTransaction invite, @Nullable String reason, long now) {}
}
