package org.edgeways.sip.proxy;

import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.ClientTransaction;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ServerTransaction;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.TransactionLayer;
import org.edgeways.sip.transaction.TransactionUser;
import org.edgeways.sip.transaction.Transmitter;
import org.edgeways.sip.transaction.TransportFailure;

/**
 * The stateful proxy (RFC 3261 section 16) with its transaction layer. Belongs to one event loop.
 *
 * <p>After each call, also of {@link #respond} and {@link #send}, {@link #nextDeadline} may have changed.
 */
public final class ProxyCore implements SipEngine {

    /** What the core's parts share. */
    record Parts(
            ProxyRouter router,
            ProxySettings settings,
            SipTimers sipTimers,
            ProxyCounters counters,
            TimerQueue<ProxyTimer> timers,
            TransactionLayer transactions,
            RequestForwarding forwarding) {

        /** How many branches a request may still split into (RFC 5393 section 5). */
        int breadth(SipMessage received) {
            String value = received.first(HeaderName.MAX_BREADTH);
            if (value == null) {
                return settings.maxBreadth();
            }
            if (value.isEmpty() || value.length() > 9 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return settings.maxBreadth();
            }
            // nobody needs more than we give to a request without a limit
            return Math.min(Integer.parseInt(value), settings.maxBreadth());
        }

        /** A branch's response as it goes on to who sent the request (RFC 3261 section 16.7 step 3): our Via comes off. */
        SipMessage upstream(ProxyRequest request, Target target, SipMessage response) {
            SipMessage upstream = response.copy();
            // what stays is what the request came with, which onForward may have hidden
            upstream.setAll(HeaderName.VIA, request.received().values(HeaderName.VIA));
            router.onResponse(request, target, upstream);
            return upstream;
        }
    }

    private final Transmitter transmitter;
    private final RequestCheck check;
    private final Parts parts;

    /** A core without requests. */
    public ProxyCore(
            Transmitter transmitter,
            ProxyRouter router,
            ProxySettings settings,
            SipTimers timers,
            SipEngineLimits limits,
            Counters counters,
            RandomGenerator random) {
        this.transmitter = transmitter;
        this.check = new RequestCheck(router, settings, new LoopDetection(random));
        this.parts = new Parts(
                router,
                settings,
                timers,
                new ProxyCounters(counters),
                new TimerQueue<>(),
                new TransactionLayer(transmitter, new User(), timers, limits, counters, random),
                new RequestForwarding(router, settings, random));
    }

    /** Holds to other limits from now on; what has begun goes on. */
    public void use(SipEngineLimits limits) {
        parts.transactions().use(limits);
    }

    // ---- what the driver calls

    @Override
    public void receive(SipMessage message, Origin from, long now) {
        parts.transactions().receive(message, from, now);
    }

    @Override
    public void timeout(long now) {
        parts.transactions().timeout(now);
        for (ProxyTimer due = parts.timers().poll(now);
                due != null;
                due = parts.timers().poll(now)) {
            switch (due) {
                case ProxyTimer.TimerC(Branch branch) -> branch.context.timerC(branch, now);
                case ProxyTimer.FinalTimeout(ResponseContext context) -> context.finalTimeout(now);
            }
        }
    }

    @Override
    public long nextDeadline() {
        return Math.min(parts.transactions().nextDeadline(), parts.timers().nextDeadline());
    }

    @Override
    public void sentOver(String branch, Origin over) {
        parts.transactions().sentOver(branch, over);
    }

    @Override
    public void transportFailed(String branch, TransportFailure failure, long now) {
        parts.transactions().transportFailed(branch, failure, now);
    }

    @Override
    public void flowClosed(Flow flow, long now) {
        parts.transactions().flowClosed(flow, now);
    }

    @Override
    public void partyLost(Destination.Service party, long now) {
        parts.transactions().partyLost(party, now);
    }

    @Override
    public void partyReduced(Destination.Service party, long now) {
        parts.transactions().partyReduced(party, now);
    }

    @Override
    public void partyFound(Destination.Service party, long now) {
        parts.transactions().partyFound(party, now);
    }

    // ---- what the router calls

    /**
     * Answers a request in the router's name: after {@link RoutingDecision.Handled}, {@link FinalOutcome.Defer}, or ahead
     * of the branches. A final response cancels the branches of an INVITE that still ring.
     *
     * @return false if it was dropped because the request was answered or given up
     */
    public boolean respond(ProxyRequest request, SipMessage response, long now) {
        ResponseContext context = request.context();
        return context != null && context.respond(response, now);
    }

    /**
     * Ends the branches of an INVITE that ring where it may not go any more: they are cancelled, and count as answered with
     * 430. A 2xx that crosses the CANCEL goes no further: its device ends the call, since no ACK comes. Does nothing if
     * it is no INVITE, or no such branch awaits its final response.
     */
    public void withdraw(ProxyRequest request, Predicate<Target> targets, long now) {
        ResponseContext context = request.context();
        if (context != null) {
            context.withdraw(targets, now);
        }
    }

    /**
     * Sends a request of this element's own, neither ACK nor CANCEL nor INVITE. The core puts Via on top; all else is the
     * caller's.
     */
    public void send(SipMessage request, Destination to, LocalRequestListener listener, long now) {
        SipMessage outgoing =
                parts.forwarding().local(request.copy(), parts.router().via(to));
        parts.transactions().send(outgoing, to, now).attach(listener);
    }

    // ---- what the transactions bring

    private void request(ServerTransaction transaction, long now) {
        SipMessage received = transaction.request();
        switch (check.check(received)) {
            case RequestCheck.Outcome.Refuse(SipErrorCode code, RoutingDecision.Reject response) -> {
                parts.counters().refused(code);
                SipMessage answer =
                        SipMessage.responseTo(received, response.status(), response.reason(), transaction.localTag());
                response.headers().forEach(field -> answer.add(field.name(), field.value()));
                parts.transactions().respond(transaction, answer, now);
            }
            case RequestCheck.Outcome.Pass pass -> {
                ProxyRequest request = ProxyRequest.of(transaction, pass.message(), pass.poppedRoutes());
                ResponseContext context = new ResponseContext(parts, request, transaction, pass.loopPart());
                request.begin(context);
                transaction.attach(context);
                context.decide(parts.router().route(request, now), now);
            }
        }
    }

    /** The ACK of a 2xx is forwarded without state (section 16.11), and never answered. */
    private void acknowledge(SipMessage ack, Origin from, long now) {
        switch (check.check(ack)) {
            case RequestCheck.Outcome.Refuse refuse -> {
                parts.counters().refused(refuse.code());
                parts.counters().acknowledgementsDropped.increment();
            }
            case RequestCheck.Outcome.Pass pass -> {
                ProxyRequest request = ProxyRequest.ofAcknowledgement(ack, pass.message(), from, pass.poppedRoutes());
                Target target = parts.router().routeAcknowledgement(request, now);
                if (target == null) {
                    parts.counters().acknowledgementsDropped.increment();
                    return;
                }
                SipMessage outgoing =
                        parts.forwarding().outgoing(request, target, List.of(), parts.breadth(ack), pass.loopPart());
                transmitter.transmit(outgoing, target.destination(), now);
            }
        }
    }

    private static void response(Branch branch, SipMessage response, long now) {
        ResponseContext context = branch.context;
        if (response.status() < 200) {
            context.provisional(branch, response, now);
        } else if (response.status() < 300) {
            context.success(branch, response, now);
        } else {
            context.failure(branch, response, now);
        }
    }

    /** The core as its transaction layer sees it. */
    private final class User implements TransactionUser {

        @Override
        public void request(ServerTransaction transaction, long now) {
            ProxyCore.this.request(transaction, now);
        }

        @Override
        public void acknowledged(SipMessage ack, Origin from, long now) {
            acknowledge(ack, from, now);
        }

        @Override
        public void cancelled(ServerTransaction invite, long now) {
            if (invite.attachment() instanceof ResponseContext context) {
                context.cancel(now);
            }
        }

        @Override
        public void response(ClientTransaction transaction, SipMessage response, long now) {
            switch (transaction.attachment()) {
                case Branch branch -> ProxyCore.response(branch, response, now);
                case AnsweredInvite answered -> answered.again(parts, response, now);
                case LocalRequestListener listener -> {
                    SipMessage own = response.copy();
                    own.removeFirstElement(HeaderName.VIA);
                    listener.response(own, now);
                }
                case null, default -> throw stray(transaction);
            }
        }

        @Override
        public void timedOut(ClientTransaction transaction, long now) {
            failed(transaction, 408, "Request Timeout", now);
        }

        @Override
        public void transportFailed(ClientTransaction transaction, TransportFailure failure, long now) {
            failed(transaction, failure.status(), failure.reason(), now);
        }

        @Override
        public void abandoned(ServerTransaction transaction, long now) {
            if (transaction.attachment() instanceof ResponseContext context) {
                context.abandon(now);
            }
        }

        private static void failed(ClientTransaction transaction, int status, String reason, long now) {
            switch (transaction.attachment()) {
                case Branch branch -> branch.context.failure(branch, status, reason, now);
                case LocalRequestListener listener -> listener.failed(status, now);
                case null, default -> throw stray(transaction);
            }
        }

        private static IllegalStateException stray(ClientTransaction transaction) {
            return new IllegalStateException("not sent by this core: " + transaction);
        }
    }
}
