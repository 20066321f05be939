package org.edgeways.sip.proxy;

import java.util.List;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ServerTransaction;
import org.jspecify.annotations.Nullable;

/** One request on its way through the proxy core, with whatever its router keeps beside it. Equal only to itself. */
public final class ProxyRequest {

    private final SipMessage received;
    private final SipMessage message;
    private final Origin origin;
    private final @Nullable ServerTransaction transaction;
    private final List<NameAddress> poppedRoutes;
    private @Nullable Object attachment;
    private @Nullable ResponseContext context;

    ProxyRequest(
            SipMessage received,
            SipMessage message,
            Origin origin,
            @Nullable ServerTransaction transaction,
            List<NameAddress> poppedRoutes) {
        this.received = received;
        this.message = message;
        this.origin = origin;
        this.transaction = transaction;
        this.poppedRoutes = List.copyOf(poppedRoutes);
    }

    /** Its response context; null until there is one, and for an ACK. */
    @Nullable
    ResponseContext context() {
        return context;
    }

    void begin(ResponseContext begun) {
        context = begun;
    }

    /** The request as it came. Not to be changed. */
    public SipMessage received() {
        return received;
    }

    /** The copy that is forwarded, without our own Route entries. A router may change it while it decides. */
    public SipMessage message() {
        return message;
    }

    /** The method. */
    public String method() {
        return received.method();
    }

    /** Where it came from. */
    public Origin origin() {
        return origin;
    }

    /** The connection that it came on. */
    public Flow flow() {
        return origin.flow();
    }

    /** The Route entries that were ours and have been taken off {@link #message()}, topmost first. */
    public List<NameAddress> poppedRoutes() {
        return poppedRoutes;
    }

    /** Its server transaction; null for the ACK of a 2xx. */
    public @Nullable ServerTransaction transaction() {
        return transaction;
    }

    /** True if it has a To tag: it belongs to a dialog. */
    public boolean inDialog() {
        return received.toTag() != null;
    }

    /** True while no final response has been sent. */
    public boolean awaitsFinalResponse() {
        return transaction != null && transaction.awaitsFinalResponse();
    }

    /** Keeps something of the router's beside the request. */
    public void attach(@Nullable Object what) {
        attachment = what;
    }

    /** What {@link #attach} kept, null if that is nothing or not of that type. */
    public <T> @Nullable T attachment(Class<T> type) {
        return type.isInstance(attachment) ? type.cast(attachment) : null;
    }
}
