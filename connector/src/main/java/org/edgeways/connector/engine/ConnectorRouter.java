package org.edgeways.connector.engine;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.proxy.FinalOutcome;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.ProxyRouter;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/**
 * The connector as the router of a proxy core. What an edge node sends goes to the server, wherever its Request-URI points
 * to. What the server sends must have a Route that names an edge node, from the Path of a sign-in or the Record-Route of a
 * dialog: it goes to that node over the connections that we opened to it, and nowhere else. It puts itself into Path
 * (RFC 3327) and Record-Route, so that the server comes back to it.
 */
public final class ConnectorRouter implements ProxyRouter {

    /** Requests that can begin a dialog (RFC 3261, 6665, 3515). */
    private static final Set<String> DIALOG_FORMING = Set.of("INVITE", "SUBSCRIBE", "REFER", "NOTIFY");

    private static final int RETRY_AFTER_SECONDS = 5;
    private static final int TEMPORARILY_UNAVAILABLE = 480;
    private static final int UNAVAILABLE = 503;

    /** The server cannot serve a request at the moment. */
    private record Unavailable(String retryAfter) {}

    private final ConnectorNames names;
    private final Surroundings surroundings;
    private final Counters counters;
    private final RandomGenerator random;

    /** @param random for the jitter of Retry-After */
    public ConnectorRouter(ConnectorNames names, Surroundings surroundings, Counters counters, RandomGenerator random) {
        this.names = names;
        this.surroundings = surroundings;
        this.counters = counters;
        this.random = random;
    }

    @Override
    public boolean isOurs(SipUri routeUri) {
        return names.isOurs(routeUri);
    }

    @Override
    public boolean isOurRecordRoute(SipUri requestUri) {
        return names.isOurs(requestUri) && requestUri.isLooseRouter();
    }

    @Override
    public Via via(Destination destination) {
        return destination instanceof Destination.Service ? names.viaToEdge() : names.viaToServer();
    }

    @Override
    public RoutingDecision route(ProxyRequest request, long now) {
        return request.origin().isTrunk() ? toServer(request) : toEdge(request);
    }

    private RoutingDecision toServer(ProxyRequest request) {
        Destination server = surroundings.server();
        return server == null ? refuse(ConnectorErrorCode.SERVER_UNREACHABLE) : forward(request, server);
    }

    private RoutingDecision toEdge(ProxyRequest request) {
        return switch (edgeOf(request.message())) {
            case Result.Bad<String> bad ->
                refuse(bad.code() instanceof ConnectorErrorCode code ? code : ConnectorErrorCode.ROUTE_MALFORMED);
            case Result.Ok<String>(String edge) ->
                surroundings.isLinked(edge)
                        ? forward(request, new Destination.Service(edge))
                        : refuse(ConnectorErrorCode.EDGE_UNREACHABLE);
        };
    }

    /** The edge node that the first Route left names. */
    private Result<String> edgeOf(SipMessage message) {
        List<String> routes = message.elements(HeaderName.ROUTE);
        if (routes.isEmpty()) {
            return Result.bad(ConnectorErrorCode.ROUTE_MISSING, 0, message.method());
        }
        return switch (NameAddress.parse(routes.getFirst())) {
            case Result.Bad<NameAddress> bad -> bad.as();
            case Result.Ok<NameAddress>(NameAddress route) -> {
                SipUri uri = route.sipUri();
                String host = uri == null ? "" : uri.host().toLowerCase(Locale.ROOT);
                yield surroundings.isEdge(host)
                        ? Result.ok(host)
                        : Result.bad(ConnectorErrorCode.EDGE_UNKNOWN, 0, host);
            }
        };
    }

    private RoutingDecision forward(ProxyRequest request, Destination destination) {
        List<String> recorded = DIALOG_FORMING.contains(request.method()) ? List.of(names.route()) : List.of();
        return new RoutingDecision.Forward(
                List.of(Target.of(request.message().requestUriText(), destination)), recorded, Duration.ZERO);
    }

    @Override
    public void onForward(ProxyRequest request, Target target, SipMessage outgoing) {
        if (request.method().equals("REGISTER") && request.origin().isTrunk()) {
            outgoing.addFirst(HeaderName.PATH, names.path(supportsOutbound(outgoing)));
        }
    }

    /** RFC 5626 section 5.1: the edge node says so in its Path; registrars look for it in the topmost entry. */
    private static boolean supportsOutbound(SipMessage register) {
        return register.elements(HeaderName.PATH).stream()
                .anyMatch(path -> NameAddress.parse(path) instanceof Result.Ok<NameAddress>(NameAddress entry)
                        && entry.sipUri() != null
                        && entry.sipUri().parameters().has("ob"));
    }

    @Override
    public @Nullable Target routeAcknowledgement(ProxyRequest ack, long now) {
        if (ack.origin().isTrunk()) {
            Destination server = surroundings.server();
            return server == null ? null : Target.of(ack.message().requestUriText(), server);
        }
        if (edgeOf(ack.message()) instanceof Result.Ok<String>(String edge) && surroundings.isLinked(edge)) {
            return Target.of(ack.message().requestUriText(), new Destination.Service(edge));
        }
        count(ConnectorErrorCode.ACKNOWLEDGEMENT_DROPPED);
        return null;
    }

    /** Notes that the server could not be reached or said itself that it cannot serve. */
    @Override
    public List<Target> onBranchFinal(ProxyRequest request, Target target, SipMessage response, long now) {
        if (request.origin().isTrunk() && response.status() == UNAVAILABLE) {
            String after = response.first(HeaderName.RETRY_AFTER);
            request.attach(new Unavailable(after == null ? retryAfter() : after));
        }
        return List.of();
    }

    /** A 503 would go on as 500 (RFC 3261 section 16.7 step 6), from which nobody learns that trying again may help. */
    @Override
    public FinalOutcome onFinal(ProxyRequest request, @Nullable SipMessage best, long now) {
        Unavailable unavailable = request.attachment(Unavailable.class);
        if (best == null || unavailable == null) {
            return ProxyRouter.super.onFinal(request, best, now);
        }
        ConnectorErrorCode code = ConnectorErrorCode.SERVER_UNREACHABLE;
        count(code);
        SipMessage answer = SipMessage.responseTo(request.received(), code.status(), code.meaning());
        answer.set(HeaderName.RETRY_AFTER, unavailable.retryAfter());
        return new FinalOutcome.Send(answer);
    }

    private RoutingDecision refuse(ConnectorErrorCode code) {
        count(code);
        RoutingDecision.Reject refusal = RoutingDecision.Reject.of(code.status(), code.meaning());
        return code.status() == TEMPORARILY_UNAVAILABLE ? refusal.with(HeaderName.RETRY_AFTER, retryAfter()) : refusal;
    }

    /** So that not everybody tries again at once. */
    private String retryAfter() {
        return Integer.toString(RETRY_AFTER_SECONDS + random.nextInt(RETRY_AFTER_SECONDS));
    }

    private void count(ConnectorErrorCode code) {
        counters.counter("connector_refused", "code", code.code()).increment();
    }
}
