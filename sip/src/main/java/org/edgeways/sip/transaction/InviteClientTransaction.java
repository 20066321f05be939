package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/** Machine. */
final class InviteClientTransaction extends ClientTransaction {

    InviteClientTransaction(SipMessage request, String branch, Destination destination, boolean reliable) {
        super(request, branch, destination, reliable);
    }

    @Override
    public boolean awaitsFinalResponse() {
        throw new UnsupportedOperationException();
    }
}
