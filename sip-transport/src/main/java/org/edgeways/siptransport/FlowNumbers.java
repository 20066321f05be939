package org.edgeways.siptransport;

import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.sip.transaction.Flow;

/** Numbers the connections of one process: the event loop's number in the low eight bits, a counter above it. */
public final class FlowNumbers {

    private static final int LOOP_BITS = 8;

    private final AtomicLong counter = new AtomicLong();

    /** A number that was never given before. */
    Flow next(int loop) {
        return new Flow(counter.incrementAndGet() << LOOP_BITS | loop);
    }

    /** The number of the event loop that the connection lives on. */
    public static int loopOf(Flow flow) {
        return (int) (flow.id() & (1 << LOOP_BITS) - 1);
    }
}
