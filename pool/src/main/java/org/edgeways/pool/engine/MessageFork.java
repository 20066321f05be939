package org.edgeways.pool.engine;

import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** One message on its way from its sender to all devices of its recipient. Belongs to {@link Messages}. */
final class MessageFork {

    final String recipient;
    /** False for what is worthless later: that somebody is typing. */
    final boolean storable;
    /** How often a person of that address had been removed when it came. */
    int removals;
    /** A device has answered 2xx. */
    boolean delivered;
    /** The first answer by which a device refused the message, ready for the sender. */
    @Nullable
    SipMessage refusal;
    /** It is being stored or has been. */
    boolean storing;
    /** The time for an answer has passed. */
    boolean timedOut;
    /** Under which it is stored, 0 before. */
    long storedId;

    MessageFork(String recipient, boolean storable) {
        this.recipient = recipient;
        this.storable = storable;
    }
}
