package org.edgeways.sip.transaction;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.edgeways.base.Counters.Counter;

/**
 * INVITEs of one side that were answered with 2xx and stay for 64*T1 only in case the 2xx comes again (RFC 6026, state
 * Accepted). They await nothing, so they take no room from new requests: past a limit the oldest is forgotten. A 2xx that
 * comes again after that is dropped (RFC 6026 section 7.3), as it would be after those 64*T1.
 */
final class AcceptedInvites<T extends Transaction> {

    private final Set<T> oldestFirst = new LinkedHashSet<>();
    private final Consumer<T> forget;
    private final Counter forgotten;

    /**
     * None.
     *
     * @param forget ends one of them early
     * @param forgotten counts those that had to go early
     */
    AcceptedInvites(Consumer<T> forget, Counter forgotten) {
        this.forget = forget;
        this.forgotten = forgotten;
    }

    int size() {
        return oldestFirst.size();
    }

    /** One more; the oldest go until there are no more than {@code most}. */
    void add(T invite, int most) {
        oldestFirst.add(invite);
        while (oldestFirst.size() > most) {
            T oldest = oldestFirst.iterator().next();
            forgotten.increment();
            forget.accept(oldest);
            oldestFirst.remove(oldest);
        }
    }

    /** It is over; false for one that is not among them. */
    boolean ended(Transaction transaction) {
        return !oldestFirst.isEmpty() && oldestFirst.remove(transaction);
    }
}
