package org.edgeways.sip.transaction;

import java.util.HashMap;
import java.util.Map;

/**
 * How many server transactions each named node or service has ({@link Origin#isTrunk}), over all of its connections. A node that is
 * taken over can fill its own share, and leaves the rest to others and to clients.
 */
final class TrunkShares {

    private final Map<Destination, Integer> open = new HashMap<>();

    /** How many the sender has. */
    int of(Origin from) {
        return open.getOrDefault(from.replyTo(), 0);
    }

    /** One more has begun; of who is no node or service, nothing. */
    void begun(ServerTransaction transaction) {
        if (transaction.origin().isTrunk()) {
            open.merge(transaction.origin().replyTo(), 1, Integer::sum);
        }
    }

    /** One takes no room any more. */
    void over(ServerTransaction transaction) {
        if (transaction.origin().isTrunk()) {
            open.computeIfPresent(transaction.origin().replyTo(), (party, count) -> count == 1 ? null : count - 1);
        }
    }
}
