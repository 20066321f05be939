package org.edgeways.sip.engine;

import org.edgeways.sip.transaction.SipEngine;

/** Virtual time for one engine. */
public final class EngineClock {

    /** When time starts. */
    public static final long START = 1_700_000_000_000_000_000L;

    private static final int MOST_TIMEOUTS = 1_000_000;

    private long now = START;

    /** The present, in nanoseconds since 1970. */
    public long now() {
        return now;
    }

    /** Lets time pass and the engine do what is due, each thing at its very time. */
    public void pass(SipEngine engine, long milliseconds) {
        long until = now + milliseconds * 1_000_000;
        for (int timeouts = 0; engine.nextDeadline() <= until; timeouts++) {
            if (timeouts == MOST_TIMEOUTS) {
                throw new AssertionError("the engine has no end of things to do");
            }
            now = Math.max(now, engine.nextDeadline());
            engine.timeout(now);
        }
        now = until;
    }
}
