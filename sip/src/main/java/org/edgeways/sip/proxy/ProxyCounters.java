package org.edgeways.sip.proxy;

import org.edgeways.base.Counters;
import org.edgeways.base.Counters.Counter;
import org.edgeways.sip.message.SipErrorCode;

/** What a proxy core counts. */
final class ProxyCounters {

    final Counter branches;
    final Counter acknowledgementsDropped;
    final Counter timerC;

    private final Counters counters;

    ProxyCounters(Counters counters) {
        this.counters = counters;
        branches = counters.counter("sip_proxy_branches");
        acknowledgementsDropped = counters.counter("sip_proxy_acknowledgements_dropped");
        timerC = counters.counter("sip_transaction_timeouts", "timer", "c");
    }

    void refused(SipErrorCode code) {
        counters.counter("sip_proxy_requests_refused", "code", code.code()).increment();
    }

    void branchesLeftOut(int count) {
        counters.counter("sip_proxy_branches_left_out", "code", SipErrorCode.BRANCHES_TOO_MANY.code())
                .add(count);
    }
}
