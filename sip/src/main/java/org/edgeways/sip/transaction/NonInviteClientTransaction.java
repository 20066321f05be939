package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/** Machine. */
final class NonInviteClientTransaction extends ClientTransaction {

    NonInviteClientTransaction(SipMessage request, String branch, Destination destination, boolean reliable) {
        super(request, branch, destination, reliable);
    }

    @Override
    public boolean awaitsFinalResponse() {
        throw new UnsupportedOperationException();
    }
}
