package org.edgeways.sip.fuzz;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.framing.Frame;
import org.edgeways.sip.framing.StreamFramer;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.ProxyRouter;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.ReceivedVia;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;

/**
 * Any bytes as what a client sends to a proxy, whose far side answers now this, now that: nothing throws, all that the
 * proxy writes can be read, and when all timers have run out nothing is left.
 */
public final class ProxyTarget {

    private static final long START = 1_700_000_000_000_000_000L;
    private static final long TOO_LATE = START + Duration.ofHours(1).toNanos();
    private static final Flow CLIENT = new Flow(1);
    private static final Flow FAR = new Flow(2);
    private static final int[] ANSWERS = {0, 100, 180, 183, 200, 202, 302, 404, 430, 486, 503, 603, 999};

    private final SplittableRandom random;
    private final Deque<SipMessage> written = new ArrayDeque<>();
    private final ProxyCore core;
    private long now = START;

    private ProxyTarget(long seed) {
        random = new SplittableRandom(seed);
        core = new ProxyCore(
                (message, to, at) -> transmitted(message, to),
                new Router(),
                ProxySettings.of(1),
                SipTimers.DEFAULT,
                SipEngineLimits.DEFAULT,
                new InMemoryCounters(),
                new SplittableRandom(seed));
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        new ProxyTarget(Arrays.hashCode(data)).run(data);
    }

    private void run(byte[] data) {
        StreamFramer framer = new StreamFramer(SipLimits.DEFAULT);
        framer.feed(data, 0, data.length);
        for (Frame frame = framer.next(); frame != null; frame = framer.next()) {
            if (frame instanceof Frame.Message(byte[] bytes)
                    && SipParser.parse(bytes, SipLimits.DEFAULT) instanceof ParseOutcome.Good(SipMessage message)) {
                if (message.isRequest()) {
                    ReceivedVia.mark(message, "192.0.2.9", 5060);
                }
                core.receive(message, CLIENT, now);
                answer();
                passTo(now + random.nextInt(3) * 1_000_000_000L);
            }
        }
        if (random.nextBoolean()) {
            core.flowClosed(random.nextBoolean() ? FAR : CLIENT, now);
        }
        passTo(TOO_LATE);
        Invariant.same(core.nextDeadline(), TimerQueue.NEVER, "something never ends");
    }

    private void passTo(long until) {
        while (core.nextDeadline() <= until) {
            now = Math.max(now, core.nextDeadline());
            core.timeout(now);
            answer();
        }
        now = Math.max(now, until);
    }

    private void transmitted(SipMessage message, Destination to) {
        ParseOutcome outcome = SipParser.parse(message.encode(), MessageTarget.WIDE);
        Invariant.that(outcome instanceof ParseOutcome.Good, "the proxy wrote " + outcome);
        if (message.isRequest() && to instanceof Destination.Connection(Flow flow) && flow.equals(FAR)) {
            written.add(message.copy());
        }
    }

    /** What the far side says to what it got. */
    private void answer() {
        List<SipMessage> requests = new ArrayList<>(written);
        written.clear();
        for (SipMessage request : requests) {
            if (request.method().equals("ACK")) {
                continue;
            }
            for (int i = random.nextInt(3); i >= 0; i--) {
                int status = ANSWERS[random.nextInt(ANSWERS.length)];
                if (status >= 100 && status < 700) {
                    core.receive(SipMessage.responseTo(request, status, "Fuzzed", "far" + i), FAR, now);
                }
            }
        }
    }

    private final class Router implements ProxyRouter {

        @Override
        public boolean isOurs(SipUri routeUri) {
            return routeUri.host().endsWith("example") || routeUri.host().startsWith("ss1");
        }

        @Override
        public boolean isOurRecordRoute(SipUri requestUri) {
            return requestUri.isLooseRouter();
        }

        @Override
        public Via via(Destination destination) {
            return ((Result.Ok<Via>) Via.parse("SIP/2.0/TLS edge.acorn.example:5061")).value();
        }

        @Override
        public RoutingDecision route(ProxyRequest request, long at) {
            String uri = request.received().requestUriText();
            return switch (random.nextInt(8)) {
                case 0 -> RoutingDecision.Reject.of(404, "Not Found");
                case 1 -> new RoutingDecision.Forward(List.of(), List.of(), Duration.ZERO);
                case 2, 3 ->
                    new RoutingDecision.Forward(
                            List.of(target(uri), target("sip:other@acorn.example")),
                            List.of("<sip:in.acorn.example;lr>", "<sip:out.acorn.example;lr>"),
                            Duration.ofSeconds(10));
                default -> RoutingDecision.Forward.to(target(uri));
            };
        }

        @Override
        public Target routeAcknowledgement(ProxyRequest ack, long at) {
            return random.nextBoolean() ? target(ack.received().requestUriText()) : null;
        }

        private Target target(String uri) {
            return Target.of(uri, new Destination.Connection(FAR));
        }
    }
}
