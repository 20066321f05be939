package org.edgeways.sip.transaction;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.SipErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The server transactions of a layer: by what matches them (RFC 3261 section 17.2.3), by connection and by named party, with
 * how many there may be in all and of each of these.
 */
final class ServerTransactions {

    private final TransactionCounters counters;
    private final Map<ServerKey, ServerTransaction> byKey = new HashMap<>();
    private final Map<Flow, FlowServers> byFlow = new HashMap<>();
    private final TrunkShares trunks = new TrunkShares();
    private final AcceptedInvites accepted;

    /** None. */
    ServerTransactions(TimerQueue<TransactionHost.Due> queue, TransactionCounters counters) {
        this.counters = counters;
        accepted = new AcceptedInvites(TimerName.L, queue, counters.serverForgotten);
    }

    @Nullable
    ServerTransaction get(ServerKey key) {
        return byKey.get(key);
    }

    /** Those that there are now; the same collection shows what comes and goes. */
    Collection<ServerTransaction> all() {
        return byKey.values();
    }

    /** What came on that connection, in a copy; of one that named parties share, nothing. */
    List<ServerTransaction> of(Flow flow) {
        FlowServers same = byFlow.get(flow);
        return same == null ? List.of() : same.all();
    }

    /** Why one more from there is not taken; null if it is. */
    @Nullable
    SipErrorCode refusal(Origin from, SipEngineLimits limits) {
        if (byKey.size() - accepted.size() >= limits.serverTransactions()) {
            return SipErrorCode.TRANSACTIONS_TOO_MANY;
        }
        if (trunks.of(from) >= limits.serverTransactionsPerTrunk()) {
            return SipErrorCode.PARTY_TRANSACTIONS_TOO_MANY;
        }
        FlowServers same = byFlow.get(from.flow());
        if (same != null && same.open() >= limits.serverTransactionsPerFlow()) {
            return SipErrorCode.FLOW_TRANSACTIONS_TOO_MANY;
        }
        return null;
    }

    void begun(ServerTransaction transaction) {
        counters.serverStarted.increment();
        byKey.put(transaction.key(), transaction);
        trunks.begun(transaction);
        if (!transaction.origin().isTrunk()) {
            byFlow.computeIfAbsent(transaction.flow(), f -> new FlowServers()).add(transaction);
        }
    }

    /** An INVITE has got its 2xx: it takes no room from new requests any more. The oldest such go that are too many. */
    void accepted(InviteServerTransaction invite, long until, SipEngineLimits limits, long now) {
        trunks.over(invite);
        accepted.add(invite, until, limits.acceptedInvites(), now);
        FlowServers same = byFlow.get(invite.flow());
        if (same != null && !invite.origin().isTrunk()) {
            same.accepted(invite);
            int most = limits.acceptedInvitesPerFlow();
            for (var past = same.oldestPast(most); past != null; past = same.oldestPast(most)) {
                accepted.forget(past, now);
            }
        }
    }

    void ended(ServerTransaction transaction) {
        boolean kept = accepted.ended(transaction);
        if (byKey.remove(transaction.key(), transaction)) {
            counters.serverEnded.increment();
            if (!kept) {
                trunks.over(transaction);
            }
        }
        FlowServers same = byFlow.get(transaction.flow());
        if (same != null) {
            same.ended(transaction);
            if (same.isEmpty()) {
                byFlow.remove(transaction.flow());
            }
        }
    }
}
