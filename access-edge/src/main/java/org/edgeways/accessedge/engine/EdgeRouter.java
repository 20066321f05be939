package org.edgeways.accessedge.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.proxy.FinalOutcome;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.ProxyRouter;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.tokens.Sealer;
import org.jspecify.annotations.Nullable;

/**
 * The Access Edge as the router of a proxy core: requests of clients go to the inside, requests of the inside go to the
 * client whose connection their token names. A connection that is in neither list of the directory is refused whatever
 * it sends, so that a client whose connection closes in the meantime is never taken for the inside.
 */
public final class EdgeRouter implements ProxyRouter {

    /** What new requests are decided with. */
    private record Legs(EdgePolicy policy, InwardLeg inward, OutwardLeg outward) {}

    private final FlowDirectory directory;
    private final SourceGuard guard;
    private final Sealer sealer;
    private final Surroundings surroundings;
    private final Refusals refusals;
    private final EdgeEvents events;
    private final Counters counters;
    private Legs legs;

    /** One router for one proxy core; the directory, the guard and the names may be shared by several. */
    public EdgeRouter(
            EdgePolicy policy,
            FlowDirectory directory,
            SourceGuard guard,
            Sealer sealer,
            Surroundings surroundings,
            Refusals refusals,
            EdgeEvents events,
            Counters counters) {
        this.directory = directory;
        this.guard = guard;
        this.sealer = sealer;
        this.surroundings = surroundings;
        this.refusals = refusals;
        this.events = events;
        this.counters = counters;
        this.legs = legs(policy);
    }

    /** Decides by another policy from now on; requests that are on their way end by the one by which they began. */
    public void use(EdgePolicy policy) {
        legs = legs(policy);
    }

    private Legs legs(EdgePolicy policy) {
        TopologyHiding hiding =
                new TopologyHiding(policy.names(), policy.domains(), policy.insideNames(), sealer, counters);
        Hygiene hygiene = new Hygiene(counters);
        return new Legs(
                policy,
                new InwardLeg(policy, directory, guard, hiding, hygiene, sealer, surroundings, refusals, events),
                new OutwardLeg(policy, directory, hiding, hygiene, sealer, surroundings, refusals, events, counters));
    }

    /** A request of this edge's own. */
    public record Telling(SipMessage request, Destination to) {}

    /**
     * What the pool is told when a client's connection has ended on which somebody was signed in: an OPTIONS that names it. So
     * their watchers hear of it now and not when the registration ends. Servers that are not our pool are told nothing.
     */
    public List<Telling> flowEnded(Flow flow, RandomGenerator random) {
        EdgePolicy policy = legs.policy();
        Map<NextHop, Telling> tellings = new LinkedHashMap<>();
        for (String domain : policy.domains().names()) {
            if (policy.nextHops().of(domain) instanceof NextHop.Service pool) {
                tellings.computeIfAbsent(
                        pool, hop -> new Telling(flowEnded("sip:" + domain, flow, random), hop.destination()));
            }
        }
        return List.copyOf(tellings.values());
    }

    private SipMessage flowEnded(String pool, Flow flow, RandomGenerator random) {
        SipMessage told = SipMessage.request("OPTIONS", pool);
        told.add(HeaderName.MAX_FORWARDS, "70");
        told.add(HeaderName.FROM, "<sip:" + names().insideHost() + ">;tag=" + identifier(random));
        told.add(HeaderName.TO, "<" + pool + ">");
        told.add(HeaderName.CALL_ID, identifier(random));
        told.add(HeaderName.CSEQ, "1 OPTIONS");
        told.add(Hygiene.FLOW_ENDED, names().flowMark(flow.id()));
        return told;
    }

    private static String identifier(RandomGenerator random) {
        return Long.toString(random.nextLong(Long.MAX_VALUE), Character.MAX_RADIX);
    }

    private EdgeNames names() {
        return legs.policy().names();
    }

    @Override
    public boolean isOurs(SipUri routeUri) {
        return names().isOutside(routeUri.host()) || names().isInside(routeUri.host());
    }

    @Override
    public boolean isOurRecordRoute(SipUri requestUri) {
        return isOurs(requestUri) && requestUri.isLooseRouter() && requestUri.userInfo() != null;
    }

    @Override
    public Via via(Destination destination) {
        if (destination instanceof Destination.Connection(var flow)) {
            ClientFlow client = directory.client(flow);
            if (client != null) {
                return names().viaOutside(client.transport());
            }
            if (!directory.isInside(flow)) {
                // gone in the meantime: nothing will be sent, and nothing must be learned if it is
                return names().viaOutside(ClientTransport.TLS);
            }
        }
        return names().viaInside();
    }

    @Override
    public RoutingDecision route(ProxyRequest request, long now) {
        ClientFlow client = directory.client(request.flow());
        if (client != null) {
            return legs.inward().route(request, client, now);
        }
        if (directory.isInside(request.flow())) {
            return legs.outward().route(request, now);
        }
        return refusals.fromElsewhere(
                request,
                AccessEdgeErrorCode.FLOW_UNKNOWN,
                "flow " + request.flow().id());
    }

    @Override
    public @Nullable Target routeAcknowledgement(ProxyRequest ack, long now) {
        ClientFlow client = directory.client(ack.flow());
        if (client != null) {
            return legs.inward().acknowledge(ack, client, now);
        }
        return route(ack, now) instanceof RoutingDecision.Forward forward
                ? forward.targets().getFirst()
                : null;
    }

    @Override
    public void onForward(ProxyRequest request, Target target, SipMessage outgoing) {
        switch (request.attachment(Passage.class)) {
            case Passage.Outward outwards -> outwards.leg().edit(outgoing, outwards);
            case Passage.Inward inwards -> {}
            case null -> {}
        }
    }

    @Override
    public @Nullable String onCancel(ProxyRequest request, String reason) {
        return request.attachment(Passage.class) instanceof Passage.Outward outwards
                ? outwards.leg().cancelReason(reason)
                : reason;
    }

    @Override
    public void onResponse(ProxyRequest request, Target target, SipMessage upstream) {
        switch (request.attachment(Passage.class)) {
            case Passage.Inward inwards -> inwards.leg().editResponse(request, upstream, inwards);
            case Passage.Outward outwards -> outwards.leg().editResponse(upstream, outwards);
            case null -> {}
        }
    }

    @Override
    public List<Target> onBranchFinal(ProxyRequest request, Target target, SipMessage response, long now) {
        if (request.attachment(Passage.class) instanceof Passage.Inward inwards) {
            inwards.leg().learn(request, response, inwards, now);
        }
        return List.of();
    }

    @Override
    public FinalOutcome onFinal(ProxyRequest request, @Nullable SipMessage best, long now) {
        if (best == null) {
            return new FinalOutcome.Nothing();
        }
        if (request.attachment(Passage.class) instanceof Passage.Inward inwards
                && inwards.unavailable() != null
                && best.status() >= 430) {
            // a client must not conclude from the inside's trouble that this edge or its own connection is dead
            AccessEdgeErrorCode code = AccessEdgeErrorCode.INSIDE_UNREACHABLE;
            refusals.note(code, request.flow(), inwards.client().source(), request.method(), "no answer to be had");
            SipMessage answer = SipMessage.responseTo(request.received(), code.status(), code.meaning());
            refusals.explain(answer, code);
            if (!inwards.unavailable().isEmpty()) {
                answer.set(HeaderName.RETRY_AFTER, inwards.unavailable());
            }
            return new FinalOutcome.Send(answer);
        }
        return new FinalOutcome.Send(best);
    }
}
