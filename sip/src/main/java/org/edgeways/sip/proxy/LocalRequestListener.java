package org.edgeways.sip.proxy;

import org.edgeways.sip.message.SipMessage;

/** Who waits for the responses to a request that this element sends for itself. */
public interface LocalRequestListener {

    /** A response, provisional or final, without our Via. */
    void response(SipMessage response, long now);

    /**
     * No final response will come.
     *
     * @param status 408 for a timeout, else that of the {@link org.edgeways.sip.transaction.TransportFailure}
     */
    void failed(int status, long now);
}
