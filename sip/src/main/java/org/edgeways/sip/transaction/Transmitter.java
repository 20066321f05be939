package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/** What an engine sends through: its driver. */
public interface Transmitter {

    /**
     * Sends {@code message}. It must not be changed: an engine may send the same object again. Never throws. That a
     * request could not be sent is told to {@link SipEngine#transportFailed}, at once or later; that a response could not
     * be sent needs no telling beyond {@link SipEngine#flowClosed}.
     *
     * @param now nanoseconds since 1970
     */
    void transmit(SipMessage message, Destination to, long now);
}
