package org.edgeways.bench.load;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Begins units of work at fixed times, whether or not earlier ones have been answered: an open loop. */
final class Pacer implements Runnable {

    /** A shorter wait is not worth a system call. */
    private static final long SHORTEST_WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final Load load;
    private final List<Caller> callers;
    private final EventLoop loop;
    private final double intervalNanos;

    Pacer(Load load, List<Caller> callers, EventLoop loop, double perSecond) {
        this.load = load;
        this.callers = callers;
        this.loop = loop;
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    @Override
    public void run() {
        long origin = System.nanoTime();
        long begun = 0;
        while (!load.isStopped()) {
            long due = (long) ((System.nanoTime() - origin) / intervalNanos) + 1;
            if (due > begun) {
                long first = begun;
                loop.execute(() -> begin(origin, first, due));
                begun = due;
            }
            long next = origin + (long) (begun * intervalNanos);
            LockSupport.parkNanos(Math.max(SHORTEST_WAIT_NANOS, next - System.nanoTime()));
        }
    }

    private void begin(long origin, long from, long to) {
        for (long i = from; i < to && !load.isStopped(); i++) {
            long scheduled = origin + (long) (i * intervalNanos);
            load.sentAfter(System.nanoTime() - scheduled);
            callers.get((int) (i % callers.size())).begin(load, scheduled, true);
        }
    }
}
