package org.edgeways.siptransport;

import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.LineRate;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.port.PortContext;

/** What listeners, dialers and shards of one role share. Closing it ends its DNS resolver only, not the event loops. */
public final class TransportContext implements AutoCloseable {

    private final EventLoops loops;
    private final ProcessClock clock;
    private final Counters counters;
    private final RandomGenerator random;
    private final LineRate lines;
    private final FlowNumbers flows = new FlowNumbers();
    private final ConnectionTable connections = new ConnectionTable();
    private final LinkTable links = new LinkTable();
    private final AddressResolverGroup<InetSocketAddress> resolver =
            new DnsAddressResolverGroup(new DnsNameResolverBuilder().datagramChannelType(NioDatagramChannel.class));

    /**
     * A context with empty tables.
     *
     * @param random for jitter; used from several threads
     */
    public TransportContext(EventLoops loops, ProcessClock clock, Counters counters, RandomGenerator random) {
        this.loops = loops;
        this.clock = clock;
        this.counters = counters;
        this.random = random;
        this.lines = new LineRate(counters.counter("sip_log_lines_suppressed"));
        counters.gauge("sip_connections", connections::size);
    }

    /** The event loops. */
    public EventLoops loops() {
        return loops;
    }

    /** The clock. */
    public ProcessClock clock() {
        return clock;
    }

    /** Where is counted. */
    public Counters counters() {
        return counters;
    }

    /** The same for listeners of the net room. */
    public PortContext port() {
        return new PortContext(loops, clock, counters, lines);
    }

    /** All open connections. */
    public ConnectionTable connections() {
        return connections;
    }

    /** The connections between edge and inside. */
    public LinkTable links() {
        return links;
    }

    /** Whether one more line about what a stranger did may be written to the log. */
    boolean mayLog() {
        return lines.mayWrite(clock.now());
    }

    RandomGenerator random() {
        return random;
    }

    FlowNumbers flows() {
        return flows;
    }

    AddressResolverGroup<InetSocketAddress> resolver() {
        return resolver;
    }

    @Override
    public void close() {
        resolver.close();
    }
}
