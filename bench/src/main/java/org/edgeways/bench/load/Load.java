package org.edgeways.bench.load;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * One load that runs: what was started, what came to its end, how long it took. In an open loop the time is counted from
 * the scheduled start and not from the moment of sending, so that waiting in the generator is not left out. Written by
 * the generator's event loop, read from any thread.
 */
public final class Load {

    private static final int SLOTS = 1 << 20;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final Duration DRAIN = Duration.ofSeconds(5);

    /** What a server says that takes no more (RFC 3261 section 21.5.4). */
    private static final int UNAVAILABLE = 503;

    private final Workload workload;
    private final boolean closedLoop;
    private final long[] startedAt = new long[SLOTS];
    private final LongAdder started = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder overrun = new LongAdder();
    private final Recorder latency = new Recorder(LONGEST_NANOS, 3);
    private final Recorder lateness = new Recorder(LONGEST_NANOS, 3);
    private final int firstNumber;
    private int nextNumber;
    private volatile boolean stopped;

    /**
     * What a load has counted.
     *
     * @param completed units of work that ended well: the final answer came
     * @param failed units that were answered otherwise
     * @param refused those of them that were answered with 503, as by a limit
     * @param lost units that were never answered; only meaningful after {@link #stop}
     */
    public record Counted(long started, long completed, long failed, long refused, long lost) {}

    Load(Workload workload, boolean closedLoop, int firstNumber) {
        this.workload = workload;
        this.closedLoop = closedLoop;
        this.firstNumber = firstNumber;
        nextNumber = firstNumber;
    }

    /** What callers do. */
    public Workload workload() {
        return workload;
    }

    // ---- the event loop's

    boolean isClosedLoop() {
        return closedLoop;
    }

    boolean isStopped() {
        return stopped;
    }

    int nextNumber() {
        return nextNumber;
    }

    /** A unit begins; its number, or -1 if too many are out already. */
    int begin(long scheduledNanos) {
        int number = nextNumber++;
        started.increment();
        int slot = number & SLOTS - 1;
        if (startedAt[slot] != 0) {
            overrun.increment();
            return -1;
        }
        startedAt[slot] = scheduledNanos == 0 ? 1 : scheduledNanos;
        return number;
    }

    void sentAfter(long nanos) {
        lateness.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
    }

    /** A unit ends with that final answer; false if it was none of this load that is out. */
    boolean end(int number, int status, long now) {
        int slot = number & SLOTS - 1;
        if (number - firstNumber < 0 || number - nextNumber >= 0 || startedAt[slot] == 0) {
            return false;
        }
        if (status < 300) {
            latency.recordValue(Math.clamp(now - startedAt[slot], 0, LONGEST_NANOS));
            completed.increment();
        } else {
            failed.increment();
            if (status == UNAVAILABLE) {
                refused.increment();
            }
        }
        startedAt[slot] = 0;
        return true;
    }

    // ---- anybody's

    /** How many have come to a good end so far. */
    public long completed() {
        return completed.sum();
    }

    /** What was counted so far. */
    public Counted counted() {
        long ended = completed.sum() + failed.sum();
        long begun = started.sum();
        return new Counted(begun, completed.sum(), failed.sum(), refused.sum(), begun - ended);
    }

    /** Times since the last call, in nanoseconds. */
    public Histogram takeLatencies() {
        return latency.getIntervalHistogram();
    }

    /** How long after its scheduled time each unit was sent, since the last call, in nanoseconds: the generator's own lag. */
    public Histogram takeLateness() {
        return lateness.getIntervalHistogram();
    }

    /** Begins no more and waits for what is out, but not for ever. */
    public Counted stop() {
        stopped = true;
        long until = System.nanoTime() + DRAIN.toNanos();
        while (counted().lost() > 0 && System.nanoTime() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return counted();
    }
}
