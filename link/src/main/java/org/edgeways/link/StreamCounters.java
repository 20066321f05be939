package org.edgeways.link;

import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.base.Counters;
import org.edgeways.link.engine.LinkErrorCode;

/** What one end of the Link counts about streams and connections. */
final class StreamCounters {

    /** Streams that an end refused, by its reason. */
    static final String REFUSED = "link_streams_refused";

    private final Counters counters;
    private final String end;
    private final Counters.Counter opened;
    private final AtomicInteger running = new AtomicInteger();

    /** @param end {@code inside} or {@code edge} */
    StreamCounters(Counters counters, String end) {
        this.counters = counters;
        this.end = end;
        this.opened = counters.counter("link_streams_opened", "end", end);
        counters.gauge("link_streams_running", running::get, "end", end);
    }

    /** Counts a stream, which runs until its channel closes. */
    void opened(Channel stream) {
        opened.increment();
        running.incrementAndGet();
        stream.closeFuture().addListener(_ -> running.decrementAndGet());
    }

    void refused(LinkErrorCode code) {
        counters.counter(REFUSED, "end", end, "reason", code.code()).increment();
    }

    void broken(LinkErrorCode code) {
        counters.counter("link_streams_broken", "end", end, "reason", code.code())
                .increment();
    }

    void connectionClosed(LinkErrorCode code) {
        counters.counter("link_connections_closed", "end", end, "reason", code.code())
                .increment();
    }
}
