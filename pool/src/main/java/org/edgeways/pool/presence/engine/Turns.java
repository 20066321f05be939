package org.edgeways.pool.presence.engine;

/**
 * The order in which subscriptions are told when there is something to tell to very many at once: so many in each turn. One
 * of these is over all subscriptions, so that the queues to the edge nodes, which are bounded, take the NOTIFYs and other
 * requests find their way between; others are over those of one watcher each ({@link PresenceLimits#notifiesPerWatcher()}).
 */
final class Turns {

    /** Most NOTIFYs in one turn over all subscriptions. */
    static final int NOTIFIES = 200;

    /** From one turn over all subscriptions to the next. */
    static final long TURN_NANOS = 20_000_000L;

    private final int notifies;
    private final long turnNanos;
    private long turn;
    private int taken;

    /** @param notifies most in one turn */
    Turns(int notifies, long turnNanos) {
        this.notifies = notifies;
        this.turnNanos = turnNanos;
    }

    /** Takes the next place: when to tell, which is {@code now} unless too many were told or wait already. */
    long take(long now) {
        if (turn + turnNanos <= now) {
            turn = now;
            taken = 0;
        } else if (taken == notifies) {
            turn += turnNanos;
            taken = 0;
        }
        taken++;
        return Math.max(turn, now);
    }
}
