package org.edgeways.sip.proxy;

import java.util.List;
import java.util.Objects;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ServerTransaction;
import org.jspecify.annotations.Nullable;

/** One request on its way through the proxy core, with whatever its router keeps beside it. Equal only to itself. */
public final class ProxyRequest {

    private final @Nullable SipMessage acknowledgement;
    private final String method;
    private final boolean inDialog;
    private @Nullable SipMessage message;
    private final Origin origin;
    private final @Nullable ServerTransaction transaction;
    private List<NameAddress> poppedRoutes;
    private @Nullable Object attachment;
    private @Nullable ResponseContext context;

    private ProxyRequest(
            SipMessage received,
            SipMessage message,
            Origin origin,
            @Nullable ServerTransaction transaction,
            List<NameAddress> poppedRoutes) {
        this.acknowledgement = transaction == null ? received : null;
        this.method = received.method();
        this.inDialog = received.toTag() != null;
        this.message = message;
        this.origin = origin;
        this.transaction = transaction;
        this.poppedRoutes = List.copyOf(poppedRoutes);
    }

    static ProxyRequest of(ServerTransaction transaction, SipMessage message, List<NameAddress> poppedRoutes) {
        return new ProxyRequest(transaction.request(), message, transaction.origin(), transaction, poppedRoutes);
    }

    static ProxyRequest ofAcknowledgement(
            SipMessage received, SipMessage message, Origin origin, List<NameAddress> poppedRoutes) {
        return new ProxyRequest(received, message, origin, null, poppedRoutes);
    }

    /** Its response context; null until there is one, when an INVITE was answered and nothing more is awaited, and for an ACK. */
    @Nullable
    ResponseContext context() {
        return context;
    }

    void begin(ResponseContext begun) {
        context = begun;
    }

    /** No branch is left. */
    void end() {
        context = null;
    }

    /** Its server transaction, which has given a 2xx. */
    ServerTransaction answered() {
        return Objects.requireNonNull(transaction);
    }

    /**
     * The request as it came; of an INVITE that was answered with 2xx only what responses are made from is left: the request line,
     * Via, From, To, Call-ID and CSeq. Not to be changed.
     */
    public SipMessage received() {
        return transaction != null ? transaction.request() : Objects.requireNonNull(acknowledgement);
    }

    /**
     * The copy that is forwarded, without our own Route entries. A router may change it while it decides.
     *
     * @throws IllegalStateException once the request was answered with 2xx
     */
    public SipMessage message() {
        if (message == null) {
            throw new IllegalStateException("answered: " + method);
        }
        return message;
    }

    /** It was answered with 2xx: it will not be forwarded again. */
    void keepLittle() {
        message = null;
        poppedRoutes = List.of();
    }

    /** The method. */
    public String method() {
        return method;
    }

    /** Where it came from. */
    public Origin origin() {
        return origin;
    }

    /** The connection that it came on. */
    public Flow flow() {
        return origin.flow();
    }

    /** The Route entries that were ours and have been taken off {@link #message()}, topmost first; none once answered with 2xx. */
    public List<NameAddress> poppedRoutes() {
        return poppedRoutes;
    }

    /** Its server transaction; null for the ACK of a 2xx. */
    public @Nullable ServerTransaction transaction() {
        return transaction;
    }

    /** True if it has a To tag: it belongs to a dialog. */
    public boolean inDialog() {
        return inDialog;
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
