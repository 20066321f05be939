package org.edgeways.sip.transaction;

import org.edgeways.base.TimerQueue;
import org.edgeways.sip.transaction.TransactionHost.Due;
import org.jspecify.annotations.Nullable;

/**
 * What the four machines share: at most two timers, one that repeats (A, E, G, the 100) and one that bounds the present
 * state's life (all others).
 */
abstract sealed class Transaction permits ServerTransaction, ClientTransaction {

    private final TransactionHost host;
    private TimerQueue.@Nullable Timer<Due> repeat;
    private TimerQueue.@Nullable Timer<Due> lifetime;
    private @Nullable Object attachment;

    /** Its place in {@link AcceptedInvites}. */
    @Nullable
    Transaction older;

    @Nullable
    Transaction newer;

    long keptUntil;
    boolean isKept;

    Transaction(TransactionHost host) {
        this.host = host;
    }

    /** Keeps something of the user's beside the transaction. */
    public final void attach(@Nullable Object what) {
        attachment = what;
    }

    /** What {@link #attach} kept, or null. */
    public final @Nullable Object attachment() {
        return attachment;
    }

    final TransactionHost host() {
        return host;
    }

    /** A timer of this machine is due. */
    abstract void fired(TimerName timer, long now);

    final void startRepeat(TimerName timer, long deadline) {
        stopRepeat();
        repeat = host.schedule(deadline, new Due.Fired(this, timer));
    }

    final void startLifetime(TimerName timer, long deadline) {
        stopLifetime();
        lifetime = host.schedule(deadline, new Due.Fired(this, timer));
    }

    final void stopRepeat() {
        if (repeat != null) {
            host.cancel(repeat);
            repeat = null;
        }
    }

    final void stopLifetime() {
        if (lifetime != null) {
            host.cancel(lifetime);
            lifetime = null;
        }
    }

    /** Stops the timers and leaves the layer's tables. */
    final void end() {
        stopRepeat();
        stopLifetime();
        host.ended(this);
    }

    /** Throws if the timer that is due is another than the one that the machine's state has. */
    static void require(TimerName expected, TimerName due, Object state) {
        if (due != expected) {
            throw illegal(due, state);
        }
    }

    /** A timer or event that the machine's state cannot have: our own bug. */
    static IllegalStateException illegal(Object what, Object state) {
        return new IllegalStateException(what + " in state " + state);
    }
}
