package org.edgeways.avedge;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.LineRate;
import org.edgeways.base.LogText;
import org.edgeways.turn.engine.Output;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what engines tell as lines of {@code key=value}, the event's name first. Lines of each event, and of each code, are limited
 * to {@value LineRate#LINES_PER_SECOND} per second, so that one client's many (linphonec is refused 40 peers in each call) do not
 * hide others; the rest is only counted. Of all shards.
 */
final class AvEdgeLog {

    private static final Logger LOG = LoggerFactory.getLogger(AvEdge.class);

    private final LongSupplier clock;
    private final Counters.Counter suppressed;
    private final Map<String, LineRate> rates = new ConcurrentHashMap<>();

    AvEdgeLog(LongSupplier clock, Counters counters) {
        this.clock = clock;
        this.suppressed = counters.counter("av_edge_log_lines_suppressed");
    }

    private boolean mayWrite(String what) {
        return rates.computeIfAbsent(what, first -> new LineRate(suppressed)).mayWrite(clock.getAsLong());
    }

    /** A bug: what was being done is dropped. */
    void shardFailed(Throwable e) {
        if (mayWrite(AvEdgeErrorCode.SHARD_FAILED.code())) {
            LOG.error(
                    "event=av-edge-shard-failed code={}: a bug; what was being done is dropped",
                    AvEdgeErrorCode.SHARD_FAILED.code(),
                    e);
        }
    }

    void shardEnded(int shard, Throwable e) {
        LOG.error(
                "event=av-edge-shard-ended code={} shard={}: the node has to be started again to have it back",
                AvEdgeErrorCode.SHARD_ENDED.code(),
                shard,
                e);
    }

    void plainSockets(String why) {
        LOG.warn(
                "event=av-edge-plain-sockets code={} why=\"{}\"",
                AvEdgeErrorCode.SOCKETS_PLAIN.code(),
                LogText.clean(why));
    }

    void allocated(Output.Allocated allocated) {
        if (mayWrite("allocated")) {
            LOG.info(
                    "event=av-edge-allocated code=ok allocation={} user=\"{}\" client={} relayed={}",
                    Long.toHexString(allocated.allocation()),
                    LogText.clean(allocated.username()),
                    allocated.client().address(),
                    allocated.relayed());
        }
    }

    void ended(Output.Ended ended) {
        if (mayWrite("ended")) {
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
        if (mayWrite(dropping.code().code())) {
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
        if (mayWrite(refused.code().code())) {
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
        if (mayWrite(AvEdgeErrorCode.PORT_NOT_OPENED.code())) {
            LOG.info(
                    "event=av-edge-port-not-opened code={} address={} port={} why=\"{}\"",
                    AvEdgeErrorCode.PORT_NOT_OPENED.code(),
                    address.getHostAddress(),
                    port,
                    LogText.clean(IoReason.of(e)));
        }
    }
}
