package org.edgeways.pool;

import java.util.Set;
import java.util.function.LongSupplier;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LineRate;
import org.edgeways.base.LogText;
import org.edgeways.pool.engine.PoolErrorCode;
import org.edgeways.pool.engine.PoolEvents;
import org.edgeways.pool.presence.engine.PresenceErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes what the engine tells to the log. */
final class PoolLog implements PoolEvents {

    private static final Logger LOG = LoggerFactory.getLogger("org.edgeways.pool");

    /** What everybody's devices meet every day: the first answer to a request, a dialog from before, a question. */
    private static final Set<ErrorCode> USUAL = Set.of(
            PoolErrorCode.CREDENTIALS_MISSING,
            PoolErrorCode.CREDENTIALS_STALE,
            PoolErrorCode.NOBODY_SIGNED_IN,
            PoolErrorCode.EVENT_UNSUPPORTED,
            PresenceErrorCode.EVENT_UNKNOWN,
            PresenceErrorCode.SUBSCRIPTION_UNKNOWN,
            PresenceErrorCode.PUBLICATION_UNKNOWN);

    private final LongSupplier clock;
    private final LineRate rate;

    PoolLog(LongSupplier clock, Counters counters) {
        this.clock = clock;
        this.rate = new LineRate(counters.counter("pool_log_lines_suppressed"));
    }

    @Override
    public void refused(ErrorCode code, String method, String from, String to, String flow, int status, String rule) {
        if (!USUAL.contains(code) && !rate.mayWrite(clock.getAsLong())) {
            return;
        }
        LOG.atLevel(USUAL.contains(code) ? Level.DEBUG : Level.INFO)
                .log(
                        "event=pool-refused code={} status={} method={} from=\"{}\" to=\"{}\" flow=\"{}\" rule=\"{}\"",
                        code.code(),
                        status,
                        LogText.clean(method),
                        LogText.clean(from),
                        LogText.clean(to),
                        LogText.clean(flow),
                        LogText.clean(rule));
    }

    @Override
    public void signedIn(String person, String flow, int bindings) {
        LOG.debug("event=pool-signed-in person={} flow={} bindings={}", person, LogText.clean(flow), bindings);
    }

    @Override
    public void bindingsDropped(String person, String why) {
        LOG.info("event=pool-bindings-dropped code=ok person={} reason=\"{}\"", person, LogText.clean(why));
    }

    @Override
    public void messageStored(String recipient, long id) {
        LOG.debug("event=pool-message-stored id={} recipient={}", id, recipient);
    }

    @Override
    public void messageDelivered(String recipient, long id) {
        LOG.debug("event=pool-message-delivered id={} recipient={}", id, recipient);
    }

    @Override
    public void storeFailed(String what, String why) {
        LOG.error(
                "event=pool-store-failed code={} what=\"{}\" reason=\"{}\"",
                PoolErrorCode.STORE_FAILED.code(),
                what,
                LogText.clean(why));
    }
}
