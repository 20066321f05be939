package org.edgeways.avedge;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.edgeways.net.ProcessClock;

/** The time of a node, which stands still until a test moves it. */
final class TestTime {

    private final AtomicLong passed = new AtomicLong();
    private final AtomicReference<Instant> host;
    final ProcessClock clock;

    /** @param host what the host's clock says, right or wrong */
    TestTime(Instant host) {
        this.host = new AtomicReference<>(host);
        this.clock = new ProcessClock(this::host, passed::get);
    }

    /** What the host's clock says. */
    Instant host() {
        return host.get();
    }

    /** Somebody sets the host's clock; no time passes. */
    void set(Instant now) {
        host.set(now);
    }

    /** Time passes. */
    void pass(Duration time) {
        passed.addAndGet(time.toNanos());
        host.updateAndGet(now -> now.plus(time));
    }
}
