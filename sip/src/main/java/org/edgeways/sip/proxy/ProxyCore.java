package org.edgeways.sip.proxy;

import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.Transmitter;
import org.edgeways.sip.transaction.TransportFailure;

/** The stateful proxy (RFC 3261 section 16) with its transaction layer. Belongs to one event loop. */
public final class ProxyCore implements SipEngine {

    /** A core without requests. */
    public ProxyCore(
            Transmitter transmitter,
            ProxyRouter router,
            ProxySettings settings,
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
     * Decides a request that the router put off with {@link RoutingDecision.Later}. Does nothing if it was answered or
     * cancelled in the meantime.
     */
    public void resume(ProxyRequest request, RoutingDecision decision, long now) {}

    /**
     * Answers a request in the router's name: after {@link RoutingDecision.Handled}, {@link FinalOutcome.Defer}, or ahead
     * of the branches. A final response cancels the branches of an INVITE that still ring.
     *
     * @return false if it was dropped because the request was answered or given up
     */
    public boolean respond(ProxyRequest request, SipMessage response, long now) {
        return false;
    }

    /**
     * Sends a request of this element's own, neither ACK nor CANCEL. The core puts Via on top; all else is the caller's.
     */
    public void send(SipMessage request, Destination to, LocalRequestListener listener, long now) {}
}
