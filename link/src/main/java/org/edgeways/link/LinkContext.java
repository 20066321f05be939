package org.edgeways.link;

import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.LineRate;
import org.edgeways.net.EventLoops;

/** What all connections of one end of the Link share. Closing it ends its DNS resolver only, not the event loops. */
public final class LinkContext implements AutoCloseable {

    private final EventLoops loops;
    private final LongSupplier clock;
    private final Counters counters;
    private final RandomGenerator random;
    private final LineRate lines;
    private final AddressResolverGroup<InetSocketAddress> resolver =
            new DnsAddressResolverGroup(new DnsNameResolverBuilder().datagramChannelType(NioDatagramChannel.class));

    /**
     * A context.
     *
     * @param clock nanoseconds since 1970, never going back
     * @param random for pauses and WebSocket keys; used from several threads
     */
    public LinkContext(EventLoops loops, LongSupplier clock, Counters counters, RandomGenerator random) {
        this.loops = loops;
        this.clock = clock;
        this.counters = counters;
        this.random = random;
        this.lines = new LineRate(counters.counter("link_log_lines_suppressed"));
    }

    EventLoops loops() {
        return loops;
    }

    long now() {
        return clock.getAsLong();
    }

    Counters counters() {
        return counters;
    }

    RandomGenerator random() {
        return random;
    }

    AddressResolverGroup<InetSocketAddress> resolver() {
        return resolver;
    }

    /** Whether one more line about what the other end did may be written to the log. */
    boolean mayLog() {
        return lines.mayWrite(now());
    }

    @Override
    public void close() {
        resolver.close();
    }
}
