package org.edgeways.siptransport;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.edgeways.base.TimerQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds one engine with its role to one event loop: takes work from any thread, does it there, and runs the timers by
 * one scheduled task at the next deadline.
 */
public final class SipShard {

    private static final Logger LOG = LoggerFactory.getLogger(SipShard.class);

    private final int number;
    private final EventLoop loop;
    private final TransportContext context;
    private final AtomicInteger waiting = new AtomicInteger();
    private @Nullable SipRole role;

    // the event loop's own
    private long armedFor = TimerQueue.NEVER;
    private @Nullable Future<?> timer;

    SipShard(int number, EventLoop loop, TransportContext context) {
        this.number = number;
        this.loop = loop;
        this.context = context;
        context.counters().gauge("sip_shard_waiting", waiting::get, "shard", Integer.toString(number));
    }

    void bind(SipRole bound) {
        role = bound;
    }

    /** Its number, which branches carry. */
    public int number() {
        return number;
    }

    /** Nanoseconds since 1970. */
    public long now() {
        return context.clock().now();
    }

    /**
     * Does {@code work} on the event loop, after what is going on there now, and looks at the deadlines again. May be
     * called from any thread. An exception is logged and counted and touches nothing else.
     *
     * @param work gets the time
     */
    public void execute(LongConsumer work) {
        waiting.incrementAndGet();
        loop.execute(() -> {
            waiting.decrementAndGet();
            run(work);
        });
    }

    /** How much work waits to be done. */
    public int waiting() {
        return waiting.get();
    }

    /** As {@link #execute}, but at once when on the event loop already and not within other work of this shard. */
    void hand(LongConsumer work) {
        if (loop.inEventLoop()) {
            run(work);
        } else {
            execute(work);
        }
    }

    SipRole role() {
        SipRole bound = role;
        if (bound == null) {
            throw new IllegalStateException("shard " + number + " has no role yet");
        }
        return bound;
    }

    private void run(LongConsumer work) {
        try {
            work.accept(now());
        } catch (RuntimeException e) {
            context.counters()
                    .counter("sip_role_failures", "shard", Integer.toString(number))
                    .increment();
            LOG.error("event=sip-role-failed code={} shard={}", TransportErrorCode.ROLE_FAILED.code(), number, e);
        }
        arm();
    }

    private void arm() {
        SipRole bound = role();
        long deadline = Math.min(bound.engine().nextDeadline(), bound.nextDeadline());
        if (deadline >= armedFor) {
            return; // what is armed comes first and arms again
        }
        if (timer != null) {
            timer.cancel(false);
        }
        armedFor = deadline;
        timer = loop.schedule(this::due, Math.max(0, deadline - now()), TimeUnit.NANOSECONDS);
    }

    private void due() {
        armedFor = TimerQueue.NEVER;
        timer = null;
        run(now -> {
            SipRole bound = role();
            bound.engine().timeout(now);
            bound.timeout(now);
        });
    }
}
