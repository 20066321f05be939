package org.edgeways.avedge;

import java.net.InetAddress;
import java.util.function.LongSupplier;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.LineRate;
import org.edgeways.base.LogText;
import org.edgeways.turn.engine.Output;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what engines tell as lines of {@code key=value}, the event's name first. Lines are limited to {@value
 * LineRate#LINES_PER_SECOND} per second; the rest is only counted. Of all shards.
 */
final class AvEdgeLog {

    private static final Logger LOG = LoggerFactory.getLogger(AvEdge.class);

    private final LongSupplier clock;
    private final LineRate rate;

    AvEdgeLog(LongSupplier clock, Counters counters) {
        this.clock = clock;
        this.rate = new LineRate(counters.counter("av_edge_log_lines_suppressed"));
    }

    private boolean mayWrite() {
        return rate.mayWrite(clock.getAsLong());
    }

    void plainSockets(String why) {
        LOG.warn(
                "event=av-edge-plain-sockets code={} why=\"{}\"",
                AvEdgeErrorCode.SOCKETS_PLAIN.code(),
                LogText.clean(why));
    }

    void allocated(Output.Allocated allocated) {
        if (mayWrite()) {
            LOG.info(
                    "event=av-edge-allocated code=ok allocation={} user=\"{}\" client={} relayed={}",
                    Long.toHexString(allocated.allocation()),
                    LogText.clean(allocated.username()),
                    allocated.client().address(),
                    allocated.relayed());
        }
    }

    void ended(Output.Ended ended) {
        if (mayWrite()) {
            LOG.info(
                    "event=av-edge-ended code=ok allocation={} user=\"{}\" client={} reason={} packetsFromClient={} bytesFromClient={}"
                            + " packetsToClient={} bytesToClient={}",
                    Long.toHexString(ended.allocation()),
                    LogText.clean(ended.username()),
                    ended.client().address(),
                    ShardCounts.label(ended.reason()),
                    ended.packetsFromClient(),
                    ended.bytesFromClient(),
                    ended.packetsToClient(),
                    ended.bytesToClient());
        }
    }

    void dropping(Output.Dropping dropping) {
        if (mayWrite()) {
            LOG.info(
                    "event=av-edge-dropping code={} allocation={} user=\"{}\" client={} why=\"{}\"",
                    dropping.code().code(),
                    Long.toHexString(dropping.allocation()),
                    LogText.clean(dropping.username()),
                    dropping.client().address(),
                    dropping.code().meaning());
        }
    }

    void refused(Output.Refused refused) {
        if (mayWrite()) {
            LOG.info(
                    "event=av-edge-refused code={} status={} user=\"{}\" client={} why=\"{}\"",
                    refused.code().code(),
                    refused.code().status(),
                    LogText.clean(refused.username()),
                    refused.client().address(),
                    refused.code().meaning());
        }
    }

    void portTaken(InetAddress address, int port, java.io.IOException e) {
        if (mayWrite()) {
            LOG.info(
                    "event=av-edge-port-not-opened code={} address={} port={} why=\"{}\"",
                    AvEdgeErrorCode.PORT_NOT_OPENED.code(),
                    address.getHostAddress(),
                    port,
                    LogText.clean(IoReason.of(e)));
        }
    }
}
