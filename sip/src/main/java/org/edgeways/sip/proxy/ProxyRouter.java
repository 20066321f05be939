package org.edgeways.sip.proxy;

import java.util.List;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/**
 * Decides for a proxy core where requests go, and edits what passes. Called on the core's event loop; must not block.
 * The hooks are called in this order: {@link #route}; per branch {@link #onForward}, {@link #onResponse} for each response
 * and {@link #onBranchFinal}; {@link #onFinal} unless a 2xx went ahead of it; {@link #onDone}.
 */
public interface ProxyRouter {

    /** True if a Route entry names this proxy, so that it is taken off. */
    boolean isOurs(SipUri routeUri);

    /**
     * True if the Request-URI is one that this proxy put into Record-Route and a strict router moved there (RFC 3261
     * section 16.4); asked only if the request has a Route.
     */
    default boolean isOurRecordRoute(SipUri requestUri) {
        return false;
    }

    /** The Via entry (without branch) to write on requests to that destination. */
    Via via(Destination destination);

    /** Where the request goes. Never called for ACK and CANCEL. */
    RoutingDecision route(ProxyRequest request, long now);

    /** Where the ACK of a 2xx goes; null to drop it. The record routes of dialogs are in {@link ProxyRequest}. */
    @Nullable
    Target routeAcknowledgement(ProxyRequest ack, long now);

    /**
     * Edits a request before our Via is put on top: everything else is in place. What the inside's topology is hidden
     * with: other Via entries that are removed here come back in the responses.
     */
    default void onForward(ProxyRequest request, Target target, SipMessage outgoing) {}

    /**
     * The Reason (RFC 3326) that the CANCELs to the branches get when the caller's own CANCEL had one: all that a CANCEL
     * carries on, since each hop makes it anew. Not called where this element cancels by itself.
     *
     * @return null for none
     */
    default @Nullable String onCancel(ProxyRequest request, String reason) {
        return reason;
    }

    /**
     * Edits a response of a branch (not 100) as it will be sent: its Via entries are already those of the request as it
     * came.
     */
    default void onResponse(ProxyRequest request, Target target, SipMessage upstream) {}

    /**
     * A branch has its first final response, one of its own or one made here: 408, 430, 480 or 503. Also called if the
     * request was answered in the meantime.
     *
     * @return more targets to try (another flow of the same device); ignored if the request was answered
     */
    default List<Target> onBranchFinal(ProxyRequest request, Target target, SipMessage response, long now) {
        return List.of();
    }

    /**
     * Whether a target of {@link RoutingDecision.Forward} that had to wait, because of its q or of Max-Breadth, may be tried now
     * that its turn has come.
     */
    default boolean mayStart(ProxyRequest request, Target target, long now) {
        return true;
    }

    /**
     * All branches have ended without a 2xx.
     *
     * @param best the response that RFC 3261 section 16.7 chooses; null if there is none, for a request that is no INVITE
     *     and timed out (RFC 4320)
     */
    default FinalOutcome onFinal(ProxyRequest request, @Nullable SipMessage best, long now) {
        return best == null ? new FinalOutcome.Nothing() : new FinalOutcome.Send(best);
    }

    /** {@link RoutingDecision.Forward#finalTimeout} has passed without a final response; {@code Nothing} to go on waiting. */
    default FinalOutcome onFinalTimeout(ProxyRequest request, long now) {
        return new FinalOutcome.Nothing();
    }

    /**
     * An INVITE that the router answers itself ({@link RoutingDecision.Handled}) was cancelled and has been answered with
     * 487.
     */
    default void onCancelled(ProxyRequest request, long now) {}

    /** The request is over: answered or given up, and all branches ended. */
    default void onDone(ProxyRequest request, long now) {}
}
