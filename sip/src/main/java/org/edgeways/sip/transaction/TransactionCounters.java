package org.edgeways.sip.transaction;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.edgeways.base.Counters;
import org.edgeways.base.Counters.Counter;
import org.edgeways.sip.message.SipErrorCode;

/** What a transaction layer counts. */
final class TransactionCounters {

    final Counter serverStarted;
    final Counter serverEnded;
    final Counter clientStarted;
    final Counter clientEnded;
    final Counter serverForgotten;
    final Counter clientForgotten;
    final Counter requestsAbsorbed;
    final Counter requestsAgain;
    final Counter responsesStray;

    private final Counters counters;
    private final Map<TimerName, Counter> timeouts = new EnumMap<>(TimerName.class);
    private final Map<TransportFailure, Counter> failures = new EnumMap<>(TransportFailure.class);

    TransactionCounters(Counters counters) {
        this.counters = counters;
        serverStarted = counters.counter("sip_transactions_started", "side", "server");
        serverEnded = counters.counter("sip_transactions_ended", "side", "server");
        clientStarted = counters.counter("sip_transactions_started", "side", "client");
        clientEnded = counters.counter("sip_transactions_ended", "side", "client");
        serverForgotten = counters.counter("sip_accepted_invites_forgotten", "side", "server");
        clientForgotten = counters.counter("sip_accepted_invites_forgotten", "side", "client");
        requestsAbsorbed = counters.counter("sip_requests_absorbed");
        requestsAgain = counters.counter("sip_requests_sent_again");
        responsesStray = counters.counter("sip_responses_stray");
    }

    void refused(SipErrorCode code) {
        counters.counter("sip_transactions_refused", "code", code.code()).increment();
    }

    void timeout(TimerName timer) {
        timeouts.computeIfAbsent(
                        timer,
                        t -> counters.counter(
                                "sip_transaction_timeouts", "timer", t.name().toLowerCase(Locale.ROOT)))
                .increment();
    }

    void failure(TransportFailure failure) {
        failures.computeIfAbsent(
                        failure,
                        f -> counters.counter(
                                "sip_transport_failures", "code", f.code().code()))
                .increment();
    }
}
