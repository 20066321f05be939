package org.edgeways.sip.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.sip.engine.EngineClock;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.engine.Wire;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;

/** A proxy core between a caller and the flows of the targets, in virtual time; the tests of the core build on it. */
abstract class ProxyBench {

    static final Flow CALLER = new Flow(1);

    final Wire wire = new Wire();
    final EngineClock clock = new EngineClock();
    final List<Target> targets = new ArrayList<>();
    final List<String> recordRoutes = new ArrayList<>();
    final Map<Flow, List<Target>> otherWays = new HashMap<>();
    final ProxyCore core = core(SipEngineLimits.DEFAULT);

    ProxyCore core(SipEngineLimits limits) {
        return core(limits, SipTimers.DEFAULT);
    }

    ProxyCore core(SipEngineLimits limits, SipTimers timers) {
        return new ProxyCore(
                wire,
                new Router(),
                ProxySettings.of(0),
                timers,
                limits,
                new InMemoryCounters(),
                new SplittableRandom(1));
    }

    static Target target(int flow, double q) {
        return new Target(
                "sip:bob@device" + flow + ".example", List.of(), new Destination.Connection(new Flow(flow)), q, null);
    }

    List<Wire.Sent> arrives(SipMessage request) {
        core.receive(request, CALLER, clock.now());
        return wire.take();
    }

    List<SipMessage> forked(String method) {
        return arrives(Messages.request(method)).stream()
                .map(Wire.Sent::message)
                .toList();
    }

    List<String> answer(SipMessage request, int flow, int status) {
        return answer(flow, Messages.response(request, status));
    }

    List<String> answer(int flow, SipMessage response) {
        core.receive(response, new Flow(flow), clock.now());
        return describe(wire.take());
    }

    static List<String> describe(List<Wire.Sent> sent) {
        return sent.stream()
                .map(each -> (each.message().isRequest()
                                ? each.message().method()
                                : Integer.toString(each.message().status()))
                        + " to "
                        + ((Destination.Connection) each.to()).flow().id())
                .toList();
    }

    SipMessage refused(SipMessage request) {
        List<Wire.Sent> sent = arrives(request);
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().to()).isEqualTo(new Destination.Connection(CALLER));
        return sent.getFirst().message();
    }

    String seenUri = "";
    /** The request that was routed last. */
    ProxyRequest last;

    final class Router implements ProxyRouter {

        @Override
        public boolean isOurs(SipUri routeUri) {
            return routeUri.host().equals("proxy.example");
        }

        @Override
        public boolean isOurRecordRoute(SipUri requestUri) {
            return isOurs(requestUri);
        }

        @Override
        public Via via(Destination destination) {
            return Via.parse("SIP/2.0/TLS proxy.example").orThrow();
        }

        @Override
        public RoutingDecision route(ProxyRequest request, long now) {
            seenUri = request.message().requestUriText();
            last = request;
            return new RoutingDecision.Forward(targets, recordRoutes, Duration.ZERO);
        }

        @Override
        public Target routeAcknowledgement(ProxyRequest ack, long now) {
            return targets.getFirst();
        }

        @Override
        public List<Target> onBranchFinal(ProxyRequest request, Target target, SipMessage response, long now) {
            return target.destination() instanceof Destination.Connection(Flow flow)
                    ? otherWays.getOrDefault(flow, List.of())
                    : List.of();
        }
    }
}
