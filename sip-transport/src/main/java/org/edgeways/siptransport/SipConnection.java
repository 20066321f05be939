package org.edgeways.siptransport;

import java.net.InetSocketAddress;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.jspecify.annotations.Nullable;

/** One open connection that carries SIP. All methods may be called from any thread and none blocks. */
public interface SipConnection {

    /** Its number in this process. */
    Flow flow();

    /** How engines are told where a message came from: a link is a trunk, every other connection stands for itself. */
    Origin origin();

    /** How SIP travels on it. */
    SipTransport transport();

    /** The other end. */
    InetSocketAddress remoteAddress();

    /** Our end. */
    InetSocketAddress localAddress();

    /** Who the other end is by its verified certificate; null if it showed none. */
    @Nullable
    PeerIdentity peer();

    /** True for a connection between edge and inside, which stands in the {@link LinkTable}. */
    boolean isLink();

    /** The name of the listener or dialer that it comes from. */
    String endpoint();

    /** True until it is closed. */
    boolean isOpen();

    /**
     * True from the moment that a message found the queue full until half of the queue has been taken: new requests for
     * this connection are to be answered 480.
     */
    boolean isCongested();

    /**
     * True for a link on which something was sent and nothing has come since for {@link SipConnectionSettings#linkUnanswered}:
     * it may be dead, so that another is better.
     */
    default boolean isUnanswered() {
        return false;
    }

    /** Has a link ask whether its other end lives, and end if no answer comes; elsewhere does nothing. */
    default void ask() {}

    /** Queues a message. It is encoded before this returns and may then be changed. */
    default SendOutcome send(SipMessage message) {
        return send(message.encode());
    }

    /** Queues one whole encoded message, which must not be changed any more. */
    SendOutcome send(byte[] message);

    /** Closes it after what is queued has been tried once; more calls do nothing. */
    void close(TransportErrorCode reason);
}
