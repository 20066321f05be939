package org.edgeways.sip.transaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.engine.EngineClock;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.engine.Wire;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/** A transaction layer with a user that remembers, over UDP or TLS. */
final class LayerBench implements TransactionUser {

    static final Flow FLOW = new Flow(7);
    static final Destination TO = new Destination.Connection(new Flow(8));

    final Wire wire = new Wire();
    final EngineClock clock = new EngineClock();
    final InMemoryCounters counters = new InMemoryCounters();
    final List<String> heard = new ArrayList<>();
    final List<ServerTransaction> requests = new ArrayList<>();
    final Map<ClientTransaction, SipMessage> sent = new HashMap<>();
    final boolean reliable;
    final Origin caller;
    final Origin callee;
    final TransactionLayer layer;

    LayerBench(boolean reliable) {
        this(reliable, SipEngineLimits.DEFAULT);
    }

    LayerBench(boolean reliable, SipEngineLimits limits) {
        this.reliable = reliable;
        caller = reliable ? Origin.connection(FLOW) : Origin.datagrams(FLOW);
        callee = reliable ? Origin.connection(new Flow(8)) : Origin.datagrams(new Flow(8));
        layer = new TransactionLayer(wire, this, SipTimers.DEFAULT, limits, counters, new SplittableRandom(1));
    }

    static LayerBench udp() {
        return new LayerBench(false);
    }

    static LayerBench tls() {
        return new LayerBench(true);
    }

    void receive(SipMessage message) {
        layer.receive(message, message.isRequest() ? caller : callee, clock.now());
    }

    /** A request arrives and the layer makes a transaction of it. */
    ServerTransaction arrives(String method) {
        receive(request(method));
        return requests.getLast();
    }

    SipMessage request(String method) {
        return Messages.request(
                method,
                "sip:bob@acorn.example",
                reliable ? "TLS" : "UDP",
                "z9hG4bK" + method.toLowerCase(java.util.Locale.ROOT) + "1");
    }

    boolean respond(ServerTransaction transaction, int status) {
        return layer.respond(
                transaction, SipMessage.responseTo(transaction.request(), status, "Status " + status), clock.now());
    }

    ClientTransaction send(String method) {
        return send(method, TO);
    }

    ClientTransaction send(String method, Destination to) {
        SipMessage request = request(method);
        request.setTopVia(request.topVia()
                .with("branch", Branches.create(0, new SplittableRandom(requests.size() + 1_000L * sent.size()))));
        ClientTransaction transaction = layer.send(request, to, clock.now());
        sent.put(transaction, request);
        return transaction;
    }

    void answer(ClientTransaction transaction, int status) {
        SipMessage request = sent.get(transaction);
        receive(Messages.response(request != null ? request : transaction.request(), status));
    }

    void pass(long milliseconds) {
        clock.pass(layer, milliseconds);
    }

    boolean idle() {
        return layer.nextDeadline() == TimerQueue.NEVER;
    }

    List<String> takeHeard() {
        List<String> taken = List.copyOf(heard);
        heard.clear();
        return taken;
    }

    private void hear(String what, long now) {
        heard.add(what + "@" + (now - EngineClock.START) / 1_000_000);
    }

    @Override
    public void request(ServerTransaction transaction, long now) {
        requests.add(transaction);
        hear("request " + transaction.request().method(), now);
    }

    @Override
    public void acknowledged(SipMessage ack, Origin from, long now) {
        hear("acknowledged", now);
    }

    @Override
    public void cancelled(ServerTransaction invite, long now) {
        hear("cancelled", now);
    }

    @Override
    public void response(ClientTransaction transaction, SipMessage response, long now) {
        hear("response " + response.status(), now);
    }

    @Override
    public void timedOut(ClientTransaction transaction, long now) {
        hear("timed out", now);
    }

    @Override
    public void transportFailed(ClientTransaction transaction, TransportFailure failure, long now) {
        hear("failed " + failure.status(), now);
    }

    @Override
    public void abandoned(ServerTransaction transaction, long now) {
        hear("abandoned", now);
    }

    static String reason(SipMessage message) {
        return message.first(HeaderName.of("Reason"));
    }
}
