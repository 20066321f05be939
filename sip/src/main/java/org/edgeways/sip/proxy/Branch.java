package org.edgeways.sip.proxy;

import org.edgeways.base.TimerQueue;
import org.edgeways.sip.transaction.ClientTransaction;
import org.jspecify.annotations.Nullable;

/** One branch of a forwarded request. */
final class Branch {

    final ResponseContext context;
    final Target target;
    final int breadth;
    private @Nullable ClientTransaction transaction;
    private TimerQueue.@Nullable Timer<ProxyTimer> timerC;
    private boolean ended;
    private boolean rangTooLong;
    private boolean withdrawn;

    Branch(ResponseContext context, Target target, int breadth) {
        this.context = context;
        this.target = target;
        this.breadth = breadth;
    }

    void sent(ClientTransaction as) {
        transaction = as;
        as.attach(this);
    }

    ClientTransaction transaction() {
        ClientTransaction sent = transaction;
        if (sent == null) {
            throw new IllegalStateException("the branch was not sent");
        }
        return sent;
    }

    void ringUntil(TimerQueue<ProxyTimer> timers, long deadline) {
        stopRinging(timers);
        timerC = timers.schedule(deadline, new ProxyTimer.TimerC(this));
    }

    void stopRinging(TimerQueue<ProxyTimer> timers) {
        if (timerC != null) {
            timers.cancel(timerC);
            timerC = null;
        }
    }

    /** It has its first final response, or will never have one. */
    void end(TimerQueue<ProxyTimer> timers) {
        ended = true;
        stopRinging(timers);
    }

    boolean ended() {
        return ended;
    }

    /** Timer C has cancelled it. */
    void rangTooLong() {
        rangTooLong = true;
    }

    boolean hasRungTooLong() {
        return rangTooLong;
    }

    /** It may not lead to a call any more. */
    void withdraw() {
        withdrawn = true;
    }

    boolean isWithdrawn() {
        return withdrawn;
    }
}
