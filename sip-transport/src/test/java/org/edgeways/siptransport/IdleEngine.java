package org.edgeways.siptransport;

import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.sip.transaction.TransportFailure;

/** Does nothing. */
class IdleEngine implements SipEngine {
    @Override
    public void receive(SipMessage message, Origin from, long now) {}

    @Override
    public void timeout(long now) {}

    @Override
    public long nextDeadline() {
        return TimerQueue.NEVER;
    }

    @Override
    public void sentOver(String branch, Origin over) {}

    @Override
    public void transportFailed(String branch, TransportFailure failure, long now) {}

    @Override
    public void flowClosed(Flow flow, long now) {}

    @Override
    public void partyLost(Destination.Service party, long now) {}

    @Override
    public void partyReduced(Destination.Service party, long now) {}

    @Override
    public void partyFound(Destination.Service party, long now) {}
}
