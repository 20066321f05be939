package org.edgeways.sip.transaction;

import org.edgeways.base.Counters.Counter;
import org.edgeways.base.TimerQueue;
import org.jspecify.annotations.Nullable;

/**
 * INVITEs of one side that were answered with 2xx and stay for 64*T1 only in case the 2xx comes again (RFC 6026, state
 * Accepted). They await nothing, so they take no room from new requests: past a limit the oldest is forgotten. A 2xx that
 * comes again after that is dropped (RFC 6026 section 7.3), as it would be after those 64*T1.
 *
 * <p>All stay equally long, so that the oldest ends first: one timer is enough, and the list runs through the transactions
 * themselves. Hundreds of thousands may be in it, and the garbage collector looks at each object that they are made of.
 */
final class AcceptedInvites {

    private final TimerName ends;
    private final TimerQueue<TransactionHost.Due> queue;
    private final Counter forgotten;
    private final TransactionHost.Due.Oldest due = new TransactionHost.Due.Oldest(this);
    private TimerQueue.@Nullable Timer<TransactionHost.Due> timer;
    private @Nullable Transaction oldest;
    private @Nullable Transaction newest;
    private int size;

    /**
     * None.
     *
     * @param ends the timer that ends one of them, L or M
     * @param queue where their timer is kept
     * @param forgotten counts those that had to go early
     */
    AcceptedInvites(TimerName ends, TimerQueue<TransactionHost.Due> queue, Counter forgotten) {
        this.ends = ends;
        this.queue = queue;
        this.forgotten = forgotten;
    }

    int size() {
        return size;
    }

    /**
     * One more; the oldest go until there are no more than {@code most}.
     *
     * @param until its end, in nanoseconds since 1970; no earlier than that of any added before
     */
    void add(Transaction invite, long until, int most, long now) {
        invite.keptUntil = until;
        invite.isKept = true;
        invite.older = newest;
        if (newest == null) {
            oldest = invite;
        } else {
            newest.newer = invite;
        }
        newest = invite;
        size++;
        while (oldest != null && size > most) {
            forget(oldest, now);
        }
        await();
    }

    /** Ends one of them early. */
    void forget(Transaction invite, long now) {
        forgotten.increment();
        invite.fired(ends, now);
    }

    /** Time is up for the oldest. */
    void expire(long now) {
        timer = null;
        while (oldest != null && oldest.keptUntil <= now) {
            oldest.fired(ends, now);
        }
        await();
    }

    /** It is over; false for one that is not among them. */
    boolean ended(Transaction transaction) {
        if (!transaction.isKept) {
            return false;
        }
        Transaction before = transaction.older;
        Transaction after = transaction.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        transaction.older = null;
        transaction.newer = null;
        transaction.isKept = false;
        size--;
        if (size == 0 && timer != null) {
            queue.cancel(timer);
            timer = null;
        }
        return true;
    }

    /** The timer may fire for one that is gone; it never fires too late. */
    private void await() {
        if (timer == null && oldest != null) {
            timer = queue.schedule(oldest.keptUntil, due);
        }
    }
}
