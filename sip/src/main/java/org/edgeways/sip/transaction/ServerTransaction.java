package org.edgeways.sip.transaction;

import java.util.Objects;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** The server's side of one request (RFC 3261 section 17.2). Made by {@link TransactionLayer}; equal only to itself. */
public abstract sealed class ServerTransaction extends Transaction
        permits InviteServerTransaction, NonInviteServerTransaction {

    private @Nullable SipMessage request;
    private byte @Nullable [] packed;
    private final Origin origin;
    private final String localTag;
    private final ServerKey key;
    private @Nullable SipMessage cancel;

    ServerTransaction(TransactionHost host, ServerKey key, SipMessage request, Origin origin, String localTag) {
        super(host);
        this.key = key;
        this.request = request;
        this.origin = origin;
        this.localTag = localTag;
    }

    final ServerKey key() {
        return key;
    }

    /**
     * The request as it came, with received and rport in its topmost Via; of an INVITE that was answered with 2xx only what
     * responses are made from, in a copy made anew each time. Not to be changed.
     */
    public final SipMessage request() {
        return request != null ? request : SipMessage.unpacked(Objects.requireNonNull(packed));
    }

    /** From now on only a 2xx that comes again needs the request: hundreds of thousands may wait for that. */
    final void keepLittle() {
        if (request != null) {
            packed = request.packed();
            request = null;
        }
    }

    /** Where the request came from. */
    public final Origin origin() {
        return origin;
    }

    /** The connection that the request came on. */
    public final Flow flow() {
        return origin.flow();
    }

    /** The To tag that responses made here carry if they have none of their own and the request has none. */
    public final String localTag() {
        return localTag;
    }

    /** The CANCEL that came for this INVITE, null if none has. */
    public final @Nullable SipMessage cancel() {
        return cancel;
    }

    final void cancelledBy(SipMessage request) {
        cancel = request;
    }

    /** True for an INVITE. */
    public final boolean isInvite() {
        return this instanceof InviteServerTransaction;
    }

    /** True while a final response may still be given. */
    public abstract boolean awaitsFinalResponse();

    /** The first request has come: starts the timers of the first state. */
    abstract void start(long now);

    /** The request has come again. */
    abstract void retransmitted(long now);

    /** The user gives a response; false if this state takes none of that kind. */
    abstract boolean respond(SipMessage response, long now);

    /** Nobody can receive a response any more: the machine ends where it stands. */
    abstract void abandon();

    final void transmit(SipMessage response, long now) {
        host().transmit(response, origin.replyTo(), now);
    }
}
