package org.edgeways.control;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.edgeways.base.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that have settings of higher numbers than this inside knows of. Its record is an older one, put back from a copy: then each
 * node is so once after a start. Or the node lies: each time that it is believed costs a number and an event, so that it is not
 * believed again soon. Counts {@code control_revisions_refused}.
 */
final class NumbersAhead {

    /** After that time a node is believed again. */
    static final Duration AGAIN = Duration.ofHours(6);

    private static final Logger LOG = LoggerFactory.getLogger(NumbersAhead.class);

    private final Ledger ledger;
    private final InstantSource clock;
    private final Counters counters;
    private final Map<String, Instant> believed = new ConcurrentHashMap<>();

    NumbersAhead(Ledger ledger, InstantSource clock, Counters counters) {
        this.ledger = ledger;
        this.clock = clock;
        this.counters = counters;
    }

    /** When that node was so the last time, since the start; empty if it was not. On any thread. */
    Optional<Instant> since(String node) {
        return Optional.ofNullable(believed.get(node));
    }

    /**
     * The next numbers are above the one that the node has, also what it is to run needs another. On the desk.
     *
     * @param mayLog whether one more line about that node may be written to the log
     * @return false if it is not believed
     */
    boolean skip(String node, long held, BooleanSupplier mayLog) {
        Instant now = clock.instant();
        Instant last = believed.get(node);
        if (last != null && now.isBefore(last.plus(AGAIN))) {
            return refused(ControlErrorCode.REVISION_AHEAD_AGAIN, node, held, mayLog);
        }
        if (!ledger.skipTo(node, held)) {
            return refused(ControlErrorCode.REVISION_TOO_HIGH, node, held, mayLog);
        }
        believed.put(node, now);
        if (mayLog.getAsBoolean()) {
            LOG.warn(
                    "event=control-revisions-skipped code={} node={} revision={}",
                    ControlErrorCode.RECORD_OLDER.code(),
                    node,
                    held);
        }
        return true;
    }

    private boolean refused(ControlErrorCode code, String node, long held, BooleanSupplier mayLog) {
        counters.counter("control_revisions_refused", "reason", code.code()).increment();
        if (mayLog.getAsBoolean()) {
            LOG.error("event=control-revision-refused code={} node={} revision={}", code.code(), node, held);
        }
        return false;
    }
}
