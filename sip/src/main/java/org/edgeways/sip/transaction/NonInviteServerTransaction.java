package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/** Machine. */
final class NonInviteServerTransaction extends ServerTransaction {

    NonInviteServerTransaction(SipMessage request, Origin origin, String localTag) {
        super(request, origin, localTag);
    }

    @Override
    public boolean awaitsFinalResponse() {
        throw new UnsupportedOperationException();
    }
}
