package org.edgeways.sip.engine;

import org.edgeways.sip.transaction.SipEngine;

/** Virtual time for one engine. */
public final class EngineClock {

    /** When time starts. */
    public static final long START = 1_700_000_000_000_000_000L;

    private long now = START;

    /** The present, in nanoseconds since 1970. */
    public long now() {
        return now;
    }

    /** Lets time pass and the engine do what is due, each thing at its very time. */
    public void pass(SipEngine engine, long milliseconds) {
        long until = now + milliseconds * 1_000_000;
        while (engine.nextDeadline() <= until) {
            now = Math.max(now, engine.nextDeadline());
            engine.timeout(now);
        }
        now = until;
    }
}
