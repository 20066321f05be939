package org.edgeways.sip.proxy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.ServerTransaction;
import org.edgeways.sip.transaction.TransportFailure;
import org.jspecify.annotations.Nullable;

/**
 * The response context of one request (RFC 3261 sections 16.2 and 16.7): its branches, and the one final response.
 *
 * <table>
 * <caption>Phases</caption>
 * <tr><th>phase</th><th>event</th><th>action</th><th>next</th></tr>
 * <tr><td>Routing</td><td>decision: Reject</td><td>send it</td><td>Answered</td></tr>
 * <tr><td>Routing</td><td>decision: Forward</td><td>branches with the highest q</td><td>Forwarding</td></tr>
 * <tr><td>Routing</td><td>decision: Handled</td><td></td><td>Handled</td></tr>
 * <tr><td>Handled, Deferred</td><td>CANCEL</td><td>487</td><td>Answered</td></tr>
 * <tr><td>any before Answered</td><td>router: final response</td><td>send it, cancel branches</td>
 *     <td>Answered</td></tr>
 * <tr><td>Forwarding, Deferred</td><td>1xx</td><td>send it on</td><td>same</td></tr>
 * <tr><td>Forwarding, Deferred</td><td>2xx</td><td>send it on, cancel other branches</td><td>Answered</td></tr>
 * <tr><td>Forwarding</td><td>6xx</td><td>keep it, cancel other branches, no new ones</td><td>Forwarding</td></tr>
 * <tr><td>Forwarding</td><td>300 to 599</td><td>keep it; more targets of the router's</td><td>Forwarding</td></tr>
 * <tr><td>Forwarding</td><td>a branch fails or times out</td><td>keep 408, 430, 480 or 503 in its place (nothing for the
 *     timeout of what is no INVITE, RFC 4320)</td><td>Forwarding</td></tr>
 * <tr><td>Forwarding</td><td>router: a target is withdrawn</td><td>cancel its branch, keep 430 in its place</td>
 *     <td>Forwarding</td></tr>
 * <tr><td>Forwarding</td><td>CANCEL</td><td>cancel branches, no new ones</td><td>Forwarding</td></tr>
 * <tr><td>Forwarding</td><td>all have ended, targets left</td><td>branches with the next q</td><td>Forwarding</td></tr>
 * <tr><td>Forwarding</td><td>all have ended</td><td>router: Send, Defer or Nothing</td>
 *     <td>Answered, Deferred, Abandoned</td></tr>
 * <tr><td>Forwarding</td><td>final timeout</td><td>router: Send, Defer or Nothing</td>
 *     <td>Answered, Deferred, Forwarding</td></tr>
 * <tr><td>any before Answered</td><td>nobody waits any more</td><td>cancel branches</td><td>Abandoned</td></tr>
 * <tr><td>Answered</td><td>2xx to INVITE</td><td>send it on (RFC 6026)</td><td>Answered</td></tr>
 * <tr><td>any</td><td>2xx of a withdrawn target</td><td></td><td>same</td></tr>
 * </table>
 *
 * It is done when it is Answered or Abandoned and all branches have ended.
 */
final class ResponseContext {

    enum Phase {
        ROUTING,
        HANDLED,
        FORWARDING,
        DEFERRED,
        ANSWERED,
        ABANDONED
    }

    private static final String ELSEWHERE = "SIP;cause=200;text=\"Call completed elsewhere\"";
    private static final HeaderName REASON = HeaderName.of("Reason");

    private final ProxyCore.Parts parts;
    private final ProxyRequest request;
    private final ServerTransaction server;
    private final String loopPart;

    private Phase phase = Phase.ROUTING;
    private final Deque<Target> waiting = new ArrayDeque<>(2);
    private final List<Branch> active = new ArrayList<>(2);
    private final ResponseSelection selection = new ResponseSelection();
    private List<String> recordRoutes = List.of();
    private TimerQueue.@Nullable Timer<ProxyTimer> finalTimeout;
    private int started;
    private int breadth;
    private boolean cancelled;
    private boolean refusedEverywhere;
    private boolean done;

    ResponseContext(ProxyCore.Parts parts, ProxyRequest request, ServerTransaction server, String loopPart) {
        this.parts = parts;
        this.request = request;
        this.server = server;
        this.loopPart = loopPart;
    }

    Phase phase() {
        return phase;
    }

    // ---- decisions

    void decide(RoutingDecision decision, long now) {
        if (phase != Phase.ROUTING) {
            // answered, cancelled or given up while the router thought
            return;
        }
        switch (decision) {
            case RoutingDecision.Reject reject -> respond(build(reject), now);
            case RoutingDecision.Forward forward -> forward(forward, now);
            case RoutingDecision.Handled handled -> phase = Phase.HANDLED;
        }
    }

    SipMessage build(RoutingDecision.Reject reject) {
        SipMessage response = local(reject.status(), reject.reason());
        for (RoutingDecision.Field field : reject.headers()) {
            response.add(field.name(), field.value());
        }
        return response;
    }

    private SipMessage local(int status, String reason) {
        return SipMessage.responseTo(request.received(), status, reason, server.localTag());
    }

    private void forward(RoutingDecision.Forward forward, long now) {
        if (forward.targets().isEmpty()) {
            respond(local(480, "Temporarily Unavailable"), now);
            return;
        }
        breadth = parts.breadth(request.received());
        if (breadth < 1) {
            parts.counters().refused(SipErrorCode.BREADTH_EXHAUSTED);
            respond(local(440, "Max-Breadth Exceeded"), now);
            return;
        }
        phase = Phase.FORWARDING;
        recordRoutes = forward.recordRoutes();
        List<Target> targets = new ArrayList<>(forward.targets());
        targets.sort(Comparator.comparingDouble(Target::q).reversed());
        waiting.addAll(targets);
        limitBranches();
        if (forward.finalTimeout().isPositive()) {
            finalTimeout =
                    parts.timers().schedule(now + forward.finalTimeout().toNanos(), new ProxyTimer.FinalTimeout(this));
        }
        startNext(now);
    }

    private void limitBranches() {
        int allowed = Math.max(parts.transactions().limits().branchesPerFork() - started, 0);
        int leftOut = waiting.size() - allowed;
        for (int i = 0; i < leftOut; i++) {
            waiting.removeLast();
        }
        if (leftOut > 0) {
            parts.counters().branchesLeftOut(leftOut);
        }
    }

    /** Starts the waiting targets with the highest q, as many at a time as Max-Breadth allows. */
    private void startNext(long now) {
        List<Target> group = new ArrayList<>(2);
        double q = waiting.getFirst().q();
        while (!waiting.isEmpty()
                && group.size() < breadth
                && waiting.getFirst().q() == q) {
            group.add(waiting.removeFirst());
        }
        startParallel(group, breadth, now);
    }

    private void startParallel(List<Target> group, int shared, long now) {
        int share = shared / group.size();
        int more = shared % group.size();
        for (int i = 0; i < group.size(); i++) {
            start(group.get(i), i < more ? share + 1 : share, now);
        }
    }

    private void start(Target target, int share, long now) {
        started++;
        parts.counters().branches.increment();
        Branch branch = new Branch(this, target, share);
        active.add(branch);
        SipMessage outgoing = parts.forwarding().outgoing(request, target, recordRoutes, share, loopPart);
        branch.sent(parts.transactions().send(outgoing, target.destination(), now));
        if (server.isInvite()) {
            branch.ringUntil(parts.timers(), now + parts.sipTimers().timerC());
        }
    }

    // ---- what branches bring

    void provisional(Branch branch, SipMessage response, long now) {
        if (branch.ended() || response.status() == 100) {
            return;
        }
        if (server.isInvite() && !branch.hasRungTooLong()) {
            // section 16.7 step 2
            branch.ringUntil(parts.timers(), now + parts.sipTimers().timerC());
        }
        if (server.isInvite() && server.awaitsFinalResponse()) {
            SipMessage upstream = parts.upstream(request, branch.target, response);
            parts.transactions().respond(server, upstream, now);
        }
    }

    void success(Branch branch, SipMessage response, long now) {
        if (branch.isWithdrawn() || (branch.ended() && !server.isInvite())) {
            // without an ACK the device ends a call that it took too late (section 13.3.1.4)
            return;
        }
        SipMessage upstream = parts.upstream(request, branch.target, response);
        boolean first = !branch.ended();
        if (first) {
            end(branch);
            parts.router().onBranchFinal(request, branch.target, upstream, now);
        }
        if (server.isInvite() || isOpen()) {
            // 16.7 step 5: every 2xx to an INVITE goes on; those too late are dropped by the server transaction
            parts.transactions().respond(server, upstream, now);
        }
        if (isOpen()) {
            answered(ELSEWHERE, now);
            request.keepLittle();
            recordRoutes = List.of();
        }
        finishIfDone(now);
        if (done && server.isInvite()) {
            branch.transaction().attach(new AnsweredInvite(request, branch.target));
            server.attach(null);
            request.end();
        }
    }

    void failure(Branch branch, SipMessage response, long now) {
        if (branch.ended()) {
            return;
        }
        SipMessage upstream = parts.upstream(request, branch.target, response);
        if (branch.hasRungTooLong() && upstream.status() == 487) {
            // it was us who cancelled, not the caller
            upstream = local(408, "Request Timeout");
        }
        ended(branch, upstream, true, now);
    }

    /** A branch will have no response of its own. */
    void failure(Branch branch, int status, String reason, long now) {
        if (branch.ended()) {
            return;
        }
        // RFC 4320 section 4.2: a timeout of what is no INVITE is answered with nothing
        ended(branch, local(status, reason), server.isInvite() || status != 408, now);
    }

    private void ended(Branch branch, SipMessage response, boolean counts, long now) {
        end(branch);
        List<Target> more = parts.router().onBranchFinal(request, branch.target, response, now);
        if (counts) {
            selection.add(response);
        }
        if (phase == Phase.FORWARDING) {
            if (response.status() >= 600) {
                // 16.7 step 5: no new branches, and an end to the others
                refusedEverywhere = true;
                waiting.clear();
                cancelBranches("SIP;cause=" + response.status(), now);
            } else if (!more.isEmpty() && !cancelled && !refusedEverywhere) {
                startMore(branch, more, now);
            }
        }
        continueOrFinish(now);
    }

    /** The router knows other ways to the same place: they inherit the branch's breadth. */
    private void startMore(Branch instead, List<Target> more, long now) {
        for (Target target : more.reversed()) {
            waiting.addFirst(target);
        }
        limitBranches();
        List<Target> group = new ArrayList<>(more.size());
        while (group.size() < Math.min(more.size(), instead.breadth) && !waiting.isEmpty()) {
            group.add(waiting.removeFirst());
        }
        if (!group.isEmpty()) {
            startParallel(group, instead.breadth, now);
        }
    }

    private void continueOrFinish(long now) {
        if (phase == Phase.FORWARDING && active.isEmpty()) {
            waiting.removeIf(target -> !parts.router().mayStart(request, target, now));
            if (waiting.isEmpty()) {
                chooseFinal(now);
            } else {
                startNext(now);
            }
        }
        finishIfDone(now);
    }

    private void chooseFinal(long now) {
        SipMessage best = selection.best();
        boolean unanswered = best == null || best.status() == 408;
        if (server.isInvite() && unanswered) {
            best = cancelled ? local(487, "Request Terminated") : local(408, "Request Timeout");
        } else if (best != null && best.status() == 503) {
            // 16.7 step 6: one next hop's trouble is not this element's
            best = local(500, "Server Internal Error");
        } else if (best != null && best.status() == 430 && parts.settings().endsFlows()) {
            best = local(480, "Temporarily Unavailable");
        }
        FinalOutcome outcome = parts.router().onFinal(request, best, now);
        if (!isOpen()) {
            return;
        }
        switch (outcome) {
            case FinalOutcome.Send(SipMessage response) -> respond(response, now);
            case FinalOutcome.Defer defer -> phase = Phase.DEFERRED;
            case FinalOutcome.Nothing nothing -> {
                if (server.isInvite() && best != null) {
                    // an INVITE is never left without a final response
                    respond(best, now);
                } else {
                    close(Phase.ABANDONED);
                }
            }
        }
    }

    // ---- what the router and the caller bring

    boolean respond(SipMessage response, long now) {
        if (!isOpen()) {
            return false;
        }
        if (response.status() < 200) {
            return parts.transactions().respond(server, response, now);
        }
        boolean sent = parts.transactions().respond(server, response, now);
        answered(response.status() < 300 ? ELSEWHERE : "SIP;cause=" + response.status(), now);
        finishIfDone(now);
        return sent;
    }

    void finalTimeout(long now) {
        finalTimeout = null;
        if (phase != Phase.FORWARDING) {
            return;
        }
        FinalOutcome outcome = parts.router().onFinalTimeout(request, now);
        if (phase != Phase.FORWARDING) {
            return;
        }
        switch (outcome) {
            case FinalOutcome.Send(SipMessage response) -> respond(response, now);
            case FinalOutcome.Defer defer -> {
                waiting.clear();
                phase = Phase.DEFERRED;
            }
            case FinalOutcome.Nothing nothing -> {}
        }
    }

    /** Section 16.10. */
    void cancel(long now) {
        cancelled = true;
        switch (phase) {
            case ROUTING, HANDLED, DEFERRED -> {
                respond(local(487, "Request Terminated"), now);
                parts.router().onCancelled(request, now);
            }
            case FORWARDING -> {
                waiting.clear();
                SipMessage cancel = server.cancel();
                String reason = cancel == null ? null : cancel.first(REASON);
                cancelBranches(reason == null ? null : parts.router().onCancel(request, reason), now);
            }
            case ANSWERED, ABANDONED -> {}
        }
    }

    /**
     * The INVITE may not reach those targets any more, for a reason of the router's: their branches are cancelled and count
     * as if their connections were gone, and no 2xx of theirs goes on.
     */
    void withdraw(Predicate<Target> targets, long now) {
        if (!server.isInvite()) {
            return;
        }
        waiting.removeIf(targets);
        for (Branch branch : List.copyOf(active)) {
            if (targets.test(branch.target)) {
                branch.withdraw();
                parts.transactions().cancel(branch.transaction(), null, now);
                failure(branch, TransportFailure.FLOW_GONE.status(), TransportFailure.FLOW_GONE.reason(), now);
            }
        }
    }

    /** Section 16.8. */
    void timerC(Branch branch, long now) {
        if (!branch.ended()) {
            parts.counters().timerC.increment();
            branch.rangTooLong();
            parts.transactions().cancel(branch.transaction(), null, now);
            if (!branch.transaction().isProceeding()) {
                // the CANCEL waits for a provisional response, the caller does not
                failure(branch, 408, "Request Timeout", now);
            }
        }
    }

    void abandon(long now) {
        if (isOpen()) {
            close(Phase.ABANDONED);
            cancelBranches(null, now);
            finishIfDone(now);
        }
    }

    // ---- the end

    private boolean isOpen() {
        return phase != Phase.ANSWERED && phase != Phase.ABANDONED;
    }

    private void answered(String reason, long now) {
        close(Phase.ANSWERED);
        cancelBranches(reason, now);
    }

    private void close(Phase last) {
        phase = last;
        waiting.clear();
        if (finalTimeout != null) {
            parts.timers().cancel(finalTimeout);
            finalTimeout = null;
        }
    }

    private void cancelBranches(@Nullable String reason, long now) {
        if (server.isInvite()) {
            for (Branch branch : active) {
                parts.transactions().cancel(branch.transaction(), reason, now);
            }
        }
    }

    private void end(Branch branch) {
        branch.end(parts.timers());
        active.remove(branch);
    }

    private void finishIfDone(long now) {
        if (!done && !isOpen() && active.isEmpty()) {
            done = true;
            parts.router().onDone(request, now);
        }
    }
}
