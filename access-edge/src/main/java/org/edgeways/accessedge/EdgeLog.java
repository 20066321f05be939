package org.edgeways.accessedge;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.edgeways.accessedge.engine.AccessEdgeErrorCode;
import org.edgeways.accessedge.engine.ClientFlow;
import org.edgeways.accessedge.engine.EdgeEvents;
import org.edgeways.accessedge.engine.SourceGuard;
import org.edgeways.base.Counters;
import org.edgeways.base.LineRate;
import org.edgeways.base.LogText;
import org.edgeways.base.SourceNetwork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the engine tells as lines of {@code key=value}, the event's name first. What peers wrote is cut and cleaned
 * of control characters. Lines about refusals are limited to 100 per second; the rest is only counted.
 */
final class EdgeLog implements EdgeEvents {

    private static final Logger LOG = LoggerFactory.getLogger(AccessEdge.class);

    private final LongSupplier clock;
    private final LineRate rate;

    EdgeLog(LongSupplier clock, Counters counters) {
        this.clock = clock;
        this.rate = new LineRate(counters.counter("access_edge_log_lines_suppressed"));
    }

    @Override
    public void refused(Refusal refusal) {
        if (rate.mayWrite(clock.getAsLong())) {
            LOG.info(
                    "event=access-edge-refused code={} method={} source={} flow={} detail=\"{}\"",
                    refusal.code().code(),
                    LogText.clean(refusal.method()),
                    refusal.source() == null ? "inside" : refusal.source(),
                    refusal.flow().id(),
                    LogText.clean(refusal.detail()));
        }
    }

    @Override
    public void signedIn(ClientFlow client, String person, Duration lifetime, boolean renewal) {
        String event = renewal ? "access-edge-sign-in-renewed" : "access-edge-signed-in";
        (renewal ? LOG.atDebug() : LOG.atInfo())
                .log(
                        "event={} code=ok person={} source={} flow={} transport={} seconds={}",
                        event,
                        LogText.clean(person),
                        client.source(),
                        client.flow().id(),
                        client.transport(),
                        lifetime.toSeconds());
    }

    @Override
    public void signedOut(ClientFlow client, String person) {
        LOG.info(
                "event=access-edge-signed-out code=ok person={} source={} flow={}",
                LogText.clean(person),
                client.source(),
                client.flow().id());
    }

    @Override
    public void rerouted(ClientFlow client, String person, String method) {
        LOG.info(
                "event=access-edge-rerouted code=ok person={} method={} flow={}",
                LogText.clean(person),
                LogText.clean(method),
                client.flow().id());
    }

    void nameLeftOut(String name) {
        if (rate.mayWrite(clock.getAsLong())) {
            LOG.warn(
                    "event=access-edge-name-left-out code={} name={}",
                    AccessEdgeErrorCode.INSIDE_NAMES_FULL.code(),
                    LogText.clean(name));
        }
    }

    void banned(SourceNetwork source, SourceGuard.Cause cause, Duration time, int times) {
        LOG.warn(
                "event=access-edge-banned code={} source={} cause={} seconds={} times={}",
                AccessEdgeErrorCode.SOURCE_BANNED.code(),
                source,
                cause.label(),
                time.toSeconds(),
                times);
    }
}
