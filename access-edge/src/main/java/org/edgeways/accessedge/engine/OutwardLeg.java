package org.edgeways.accessedge.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.tokens.FlowToken;
import org.edgeways.tokens.RouteToken;
import org.edgeways.tokens.Sealer;
import org.jspecify.annotations.Nullable;

/** Requests of the inside to clients outside, and the responses to them. */
final class OutwardLeg {

    private static final Set<String> MAKE_DIALOGS = Set.of("INVITE", "SUBSCRIBE", "REFER");

    private final EdgePolicy policy;
    private final EdgeNames names;
    private final FlowDirectory directory;
    private final TopologyHiding hiding;
    private final Hygiene hygiene;
    private final Sealer sealer;
    private final Surroundings surroundings;
    private final Refusals refusals;
    private final EdgeEvents events;
    private final Counters counters;

    OutwardLeg(
            EdgePolicy policy,
            FlowDirectory directory,
            TopologyHiding hiding,
            Hygiene hygiene,
            Sealer sealer,
            Surroundings surroundings,
            Refusals refusals,
            EdgeEvents events,
            Counters counters) {
        this.policy = policy;
        this.names = policy.names();
        this.directory = directory;
        this.hiding = hiding;
        this.hygiene = hygiene;
        this.sealer = sealer;
        this.surroundings = surroundings;
        this.refusals = refusals;
        this.events = events;
        this.counters = counters;
    }

    RoutingDecision route(ProxyRequest request, long now) {
        String tokenText = tokenOf(request.poppedRoutes());
        if (tokenText == null) {
            return refusals.fromElsewhere(
                    request, AccessEdgeErrorCode.DESTINATION_UNKNOWN, "no Route entry of ours with a token");
        }
        if (!(FlowToken.open(sealer, tokenText) instanceof Result.Ok<FlowToken>(var token))) {
            return refusals.fromElsewhere(request, AccessEdgeErrorCode.TOKEN_FORGED, "the inside's Route");
        }
        ClientFlow named = directory.named(token);
        // RFC 5626 section 5.3: a new request for a connection that is gone fails, so that its sender forgets the
        // binding; a dialog goes on over the connection on which the same person's device has signed in since
        ClientFlow client =
                named == null && request.inDialog() ? directory.signedIn(token.person(), token.device(), now) : named;
        if (client == null) {
            return refusals.fromElsewhere(request, AccessEdgeErrorCode.FLOW_GONE, "connection " + token.connection());
        }
        if (client != named) {
            counters.counter("access_edge_rerouted").increment();
            events.rerouted(client, token.person(), request.method());
        }
        if (surroundings.isCongested(client.flow()) && !request.method().equals("ACK")) {
            return refusals.fromElsewhere(
                    request,
                    AccessEdgeErrorCode.CLIENT_CONGESTED,
                    "connection " + client.flow().id());
        }
        return forward(request, client, token, client == named ? tokenText : null);
    }

    private RoutingDecision forward(
            ProxyRequest request, ClientFlow client, FlowToken token, @Nullable String sameToken) {
        FlowToken present =
                new FlowToken(names.node(), names.boot(), client.flow().id(), token.person(), token.device());
        String routeInside = names.routeInside(sameToken != null ? sameToken : present.seal(sealer));
        List<String> recordRoutes = request.message().elements(HeaderName.RECORD_ROUTE);
        RouteToken route = new RouteToken(present, policy.hiding() ? recordRoutes : List.of());
        String routeOutside = null;
        if (route.fits()) {
            routeOutside = names.routeOutside(route.seal(sealer), client.transport());
        } else {
            refusals.note(AccessEdgeErrorCode.ROUTE_TOO_LONG, request.flow(), null, request.method(), "record routes");
        }
        request.attach(new Passage.Outward(this, client, token.person(), routeInside, routeOutside, recordRoutes));
        SipMessage message = request.message();
        message.remove(HeaderName.ROUTE);
        Target target = Target.of(message.requestUriText(), new Destination.Connection(client.flow()));
        List<String> own = new ArrayList<>(2);
        if (!policy.hiding()) {
            own.add(routeInside);
        }
        if (routeOutside != null) {
            own.add(routeOutside);
        }
        return new RoutingDecision.Forward(List.of(target), own, Duration.ZERO);
    }

    /** The token of the topmost entry that was ours as the inside knows us. */
    private @Nullable String tokenOf(List<NameAddress> popped) {
        for (NameAddress route : popped) {
            SipUri uri = route.sipUri();
            if (uri != null && names.isInside(uri.host()) && uri.userInfo() != null) {
                return uri.userInfo();
            }
        }
        return null;
    }

    /** Edits a request as it goes to the client. */
    void edit(SipMessage outgoing, Passage.Outward passage) {
        outgoing.remove(HeaderName.ROUTE);
        outgoing.remove(HeaderName.P_PREFERRED_IDENTITY);
        outgoing.remove(Hygiene.FLOW_MARK);
        // credentials are for servers inside: the digest of a password is nothing for a client
        outgoing.remove(HeaderName.AUTHORIZATION);
        outgoing.remove(HeaderName.PROXY_AUTHORIZATION);
        Privacy.apply(outgoing);
        if (!policy.hiding()) {
            return;
        }
        outgoing.remove(HeaderName.VIA);
        outgoing.remove(HeaderName.RECORD_ROUTE);
        if (passage.routeOutside() != null) {
            outgoing.addFirst(HeaderName.RECORD_ROUTE, passage.routeOutside());
        }
        hiding.hide(outgoing, passage.client(), passage.person(), uri -> false);
    }

    /** The Reason of a CANCEL as the client gets it; null if it would name the inside. */
    @Nullable
    String cancelReason(String reason) {
        return policy.hiding() && hiding.reveals(reason) ? null : reason;
    }

    /**
     * Edits a client's response as it goes to the inside, which is told whose it is. Where it makes a dialog, the route that was recorded is put back
     * even if the client has left it out (RFC 3261 section 12.1.1 has it copied): else the inside would dial the client.
     */
    void editResponse(SipMessage upstream, Passage.Outward passage) {
        boolean recorded = upstream.has(HeaderName.RECORD_ROUTE) || makesDialog(upstream);
        hygiene.cleanResponse(upstream);
        upstream.set(Hygiene.FLOW_MARK, names.flowMark(passage.client().flow().id()));
        if (recorded) {
            List<String> routes = new ArrayList<>();
            if (!policy.hiding() && passage.routeOutside() != null) {
                routes.add(passage.routeOutside());
            }
            routes.add(passage.routeInside());
            routes.addAll(passage.recordRoutes());
            upstream.setElements(HeaderName.RECORD_ROUTE, routes);
        }
        hiding.restoreAddresses(upstream, HeaderName.CONTACT, passage.person()::equals);
    }

    private static boolean makesDialog(SipMessage response) {
        return response.status() > 100
                && response.status() < 300
                && response.toTag() != null
                && MAKE_DIALOGS.contains(response.cseq().method());
    }
}
