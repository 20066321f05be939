package org.edgeways.pool.presence.engine;

/**
 * The order in which subscriptions are told when there is something to tell to very many at once: so many in each turn, so
 * that the queues to the edge nodes, which are bounded, take them and other requests find their way between.
 */
final class Turns {

    /** Most NOTIFYs in one turn. */
    static final int NOTIFIES = 200;

    /** From one turn to the next. */
    static final long TURN_NANOS = 20_000_000L;

    private long turn;
    private int taken;

    /** Takes the next place: when to tell, which is {@code now} unless too many were told or wait already. */
    long take(long now) {
        if (turn + TURN_NANOS <= now) {
            turn = now;
            taken = 0;
        } else if (taken == NOTIFIES) {
            turn += TURN_NANOS;
            taken = 0;
        }
        taken++;
        return Math.max(turn, now);
    }
}
