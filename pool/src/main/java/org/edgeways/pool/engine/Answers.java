package org.edgeways.pool.engine;

import org.edgeways.base.Counters;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.RoutingDecision;

/** Turns refusals into responses, counts them and tells the driver. */
final class Answers {

    private final Counters counters;
    private final PoolEvents events;

    Answers(Counters counters, PoolEvents events) {
        this.counters = counters;
        this.events = events;
    }

    /** The decision that answers with a refusal. */
    RoutingDecision reject(ProxyRequest request, Refusal refusal) {
        tell(request, refusal);
        RoutingDecision.Reject reject = RoutingDecision.Reject.of(refusal.status(), refusal.reason());
        for (Refusal.HeaderLine line : refusal.headers()) {
            reject = reject.with(line.name(), line.value());
        }
        return reject;
    }

    /** The response of a refusal. */
    SipMessage refusal(ProxyRequest request, Refusal refusal) {
        tell(request, refusal);
        SipMessage response = SipMessage.responseTo(request.received(), refusal.status(), refusal.reason());
        refusal.headers().forEach(line -> response.add(line.name(), line.value()));
        return response;
    }

    private void tell(ProxyRequest request, Refusal refusal) {
        counters.counter("pool_requests_refused", "code", refusal.code().code()).increment();
        SipMessage message = request.received();
        // what a device inside says of its connection is its own invention
        String flow = request.origin().isTrunk() ? message.first(SenderRule.FLOW) : null;
        events.refused(
                refusal.code(),
                message.method(),
                address(message.from()),
                address(message.to()),
                flow == null ? "inside " + request.flow().id() : flow,
                refusal.status(),
                refusal.rule());
    }

    private static String address(NameAddress address) {
        SipUri uri = address.sipUri();
        return uri == null ? String.valueOf(address.uri()) : uri.addressOfRecord();
    }
}
