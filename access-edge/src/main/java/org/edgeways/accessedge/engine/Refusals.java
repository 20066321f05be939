package org.edgeways.accessedge.engine;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.SourceNetwork;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.transaction.Flow;
import org.jspecify.annotations.Nullable;

/** Refuses: counts, tells the driver, and makes the answer, which says why in its phrase and in a Warning. */
public final class Refusals {

    private volatile EdgeNames names;
    private final Duration retryAfter;
    private final SourceGuard guard;
    private final EdgeEvents events;
    private final Counters counters;
    private final RandomGenerator random;

    /**
     * @param retryAfter what Retry-After says at least, up to twice as much by chance, so that clients do not all come
     *     back at once
     */
    public Refusals(
            EdgeNames names,
            Duration retryAfter,
            SourceGuard guard,
            EdgeEvents events,
            Counters counters,
            RandomGenerator random) {
        this.names = names;
        this.retryAfter = retryAfter;
        this.guard = guard;
        this.events = events;
        this.counters = counters;
        this.random = random;
    }

    /** Signs what is refused from now on with these names. */
    public void use(EdgeNames next) {
        names = next;
    }

    /** Refuses a request of a client; if nobody is signed in there, it counts as scanning. */
    RoutingDecision fromClient(
            ProxyRequest request, ClientFlow client, AccessEdgeErrorCode code, String detail, long now) {
        note(code, client.flow(), client.source(), request.method(), detail);
        if (!client.isSignedIn(now) && code.status() != 480) {
            guard.scanned(client.source(), now);
        }
        return answer(code);
    }

    /** Refuses a request from inside or from a connection that is not known. */
    RoutingDecision fromElsewhere(ProxyRequest request, AccessEdgeErrorCode code, String detail) {
        note(code, request.flow(), null, request.method(), detail);
        return answer(code);
    }

    /** Counts and tells a refusal that is answered elsewhere or not at all. */
    public void note(
            AccessEdgeErrorCode code, Flow flow, @Nullable SourceNetwork source, String method, String detail) {
        counters.counter("access_edge_refusals", "code", code.code()).increment();
        events.refused(new EdgeEvents.Refusal(code, flow, source, method, detail));
    }

    private RoutingDecision answer(AccessEdgeErrorCode code) {
        RoutingDecision.Reject reject =
                RoutingDecision.Reject.of(code.status(), code.meaning()).with(HeaderName.WARNING, warning(code));
        return mayComeBack(code) ? reject.with(HeaderName.RETRY_AFTER, retryAfter()) : reject;
    }

    /** Puts the reason, and Retry-After where it helps, on an answer that is made without a transaction. */
    public void explain(SipMessage response, AccessEdgeErrorCode code) {
        response.set(HeaderName.WARNING, warning(code));
        if (mayComeBack(code)) {
            response.set(HeaderName.RETRY_AFTER, retryAfter());
        }
    }

    private static boolean mayComeBack(AccessEdgeErrorCode code) {
        return code.status() == 480 || code.status() == 503;
    }

    private String warning(AccessEdgeErrorCode code) {
        return "399 " + names.outsideHost() + " \"" + code.code() + "\"";
    }

    /** A value for Retry-After in seconds. */
    String retryAfter() {
        long seconds = Math.max(1, retryAfter.toSeconds());
        return Long.toString(seconds + random.nextLong(seconds + 1));
    }
}
