package org.edgeways.net;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.base.Counters;
import org.edgeways.base.SourceNetwork;
import org.jspecify.annotations.Nullable;

/**
 * Decides at accept who comes in: limits in all, per source network, of handshakes at once and of new connections per
 * second, and the ban list. Safe
 * to use from any thread.
 *
 * <p>Counts {@code net_connections_accepted} and {@code net_connections_refused{reason=…}}, and shows
 * {@code net_connections} and {@code net_handshakes}, each labelled with the listener's name.
 */
public final class Admission {

    /** What became of one attempt. */
    public sealed interface Decision {
        /** Come in. The ticket must be closed when the connection is. */
        record Admitted(Ticket ticket) implements Decision {}

        /** Stay out. */
        record Refused(NetErrorCode code) implements Decision {}
    }

    /** The place of one admitted connection. */
    public final class Ticket implements AutoCloseable {
        private final SourceNetwork source;
        private final AtomicBoolean shakingHands = new AtomicBoolean(true);
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Ticket(SourceNetwork source) {
            this.source = source;
        }

        /** Where it comes from. */
        public SourceNetwork source() {
            return source;
        }

        /** Gives the handshake's place back; more calls do nothing. */
        public void handshakeDone() {
            if (shakingHands.compareAndSet(true, false)) {
                handshakes.decrementAndGet();
                leave(handshakesBySource, source);
            }
        }

        /** Gives all places back; more calls do nothing. */
        @Override
        public void close() {
            handshakeDone();
            if (open.compareAndSet(true, false)) {
                connections.decrementAndGet();
                leave(bySource, source);
            }
        }
    }

    private final String name;
    private volatile AdmissionLimits limits;
    private final BanCheck bans;
    private final Counters counters;
    private final Counters.Counter accepted;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger handshakes = new AtomicInteger();
    private final SourceRate rate;
    private final ConcurrentHashMap<SourceNetwork, Integer> bySource = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<SourceNetwork, Integer> handshakesBySource = new ConcurrentHashMap<>();

    /**
     * Lets in within {@code limits} who is not banned.
     *
     * @param name of the listener, for the counters
     */
    public Admission(String name, AdmissionLimits limits, BanCheck bans, Counters counters) {
        this.name = name;
        this.limits = limits;
        this.bans = bans;
        this.rate = new SourceRate(limits.connectionsPerSecondPerSource(), limits.connectionBurstPerSource());
        this.counters = counters;
        accepted = counters.counter("net_connections_accepted", "listener", name);
        counters.gauge("net_connections", connections::get, "listener", name);
        counters.gauge("net_handshakes", handshakes::get, "listener", name);
    }

    /** Holds to other limits from now on; who is in stays. */
    public void use(AdmissionLimits next) {
        rate.use(next.connectionsPerSecondPerSource(), next.connectionBurstPerSource());
        limits = next;
    }

    /** The limits it holds to. */
    public AdmissionLimits limits() {
        return limits;
    }

    /**
     * Decides about one new connection.
     *
     * @param now nanoseconds since 1970
     */
    public Decision admit(InetAddress remote, long now) {
        SourceNetwork source = SourceNetwork.of(remote);
        @Nullable NetErrorCode refusal = take(source, now);
        if (refusal != null) {
            counters.counter("net_connections_refused", "listener", name, "reason", refusal.code())
                    .increment();
            return new Decision.Refused(refusal);
        }
        accepted.increment();
        return new Decision.Admitted(new Ticket(source));
    }

    private @Nullable NetErrorCode take(SourceNetwork source, long now) {
        AdmissionLimits held = limits;
        if (bans.isBanned(source, now)) {
            return NetErrorCode.SOURCE_BANNED;
        }
        if (!rate.take(source, now)) {
            return NetErrorCode.CONNECTION_RATE_EXCEEDED;
        }
        if (!within(connections, held.connections())) {
            return NetErrorCode.CONNECTIONS_EXHAUSTED;
        }
        if (bySource.merge(source, 1, Integer::sum) > held.connectionsPerSource()) {
            leave(bySource, source);
            connections.decrementAndGet();
            return NetErrorCode.CONNECTIONS_PER_SOURCE_EXHAUSTED;
        }
        // those of all sources last: what one source has too many of is never counted among them
        NetErrorCode tooMany = null;
        if (handshakesBySource.merge(source, 1, Integer::sum) > held.handshakesPerSource()) {
            tooMany = NetErrorCode.HANDSHAKES_PER_SOURCE_EXHAUSTED;
        } else if (!within(handshakes, held.handshakes())) {
            tooMany = NetErrorCode.HANDSHAKES_EXHAUSTED;
        }
        if (tooMany != null) {
            leave(handshakesBySource, source);
            leave(bySource, source);
            connections.decrementAndGet();
        }
        return tooMany;
    }

    private static boolean within(AtomicInteger taken, int limit) {
        if (taken.incrementAndGet() > limit) {
            taken.decrementAndGet();
            return false;
        }
        return true;
    }

    private static void leave(ConcurrentHashMap<SourceNetwork, Integer> table, SourceNetwork source) {
        table.computeIfPresent(source, (key, count) -> count == 1 ? null : count - 1);
    }
}
