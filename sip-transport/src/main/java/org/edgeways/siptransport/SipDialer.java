package org.edgeways.siptransport;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LogText;
import org.edgeways.net.Handshakes;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a number of links open to one edge node: connects, connects again with a growing pause, pings, and closes what
 * does not answer.
 *
 * <p>States of each place: connecting → (open) → open → (closed) → pausing → (pause over) → connecting; connecting →
 * (failed) → pausing. {@link #close()} ends each.
 */
public final class SipDialer implements AutoCloseable {

    /** How long nothing may have come on a connection that is too many before it is closed: Timer B and F and a little. */
    static final Duration QUIET = Duration.ofSeconds(40);

    /** How long a node that has just joined may need until it has its settings and serves SIP. */
    static final Duration BEGINNING = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(SipDialer.class);

    private final TransportContext context;
    private volatile SipDialerSettings settings;
    private final LinkListener listener;
    private final ConnectionSetup setup;
    private final AtomicInteger open = new AtomicInteger();
    private final List<Place> places = new ArrayList<>();
    private final Set<Place> leaving = ConcurrentHashMap.newKeySet();
    private final Map<Long, Place> placeOfFlow = new ConcurrentHashMap<>();
    private volatile int wanted;
    private volatile boolean closed;
    private final long began;
    private volatile boolean reached;

    private SipDialer(
            TransportContext context, SipDialerSettings settings, SipConnectionEvents events, LinkListener listener) {
        this.context = context;
        this.began = context.clock().now();
        this.settings = settings;
        this.listener = listener;
        this.setup = ConnectionSetup.of(
                context, settings.name(), SipTransport.TLS, true, settings.connection(), new Watch(events));
        context.counters().gauge("sip_links_open", open::get, "endpoint", settings.name());
    }

    /** Starts to connect and returns at once. */
    public static SipDialer start(
            TransportContext context, SipDialerSettings settings, SipConnectionEvents events, LinkListener listener) {
        SipDialer dialer = new SipDialer(context, settings, events, listener);
        dialer.keep(settings.connections());
        return dialer;
    }

    /**
     * Keeps links as these say from now on; their name and limits of a connection stay. Where they do not lead to where it was
     * dialled before, new ones are dialled, and those of before end as those that are too many.
     */
    public synchronized void use(SipDialerSettings next) {
        settings = next;
        List<InetSocketAddress> right = next.places();
        for (Place place : List.copyOf(places)) {
            InetSocketAddress at = place.at;
            if (at != null && !right.contains(at)) {
                places.remove(place);
                leave(place, QUIET);
            }
        }
        keep(next.connections());
    }

    /**
     * Keeps so many connections open from now on. More are dialled at once; each that is too many ends when nothing but pings
     * has come on it for {@link #QUIET}, which is longer than any transaction waits, and is not dialled again.
     */
    private void keep(int connections) {
        keep(connections, QUIET);
    }

    synchronized void keep(int connections, Duration quiet) {
        wanted = connections;
        while (places.size() < connections) {
            Place place = new Place(
                    context.loops().loop(places.size() % context.loops().size()));
            places.add(place);
            place.loop.execute(place::connect);
        }
        while (places.size() > connections) {
            leave(places.removeLast(), quiet);
        }
    }

    private void leave(Place surplus, Duration quiet) {
        leaving.add(surplus);
        surplus.loop.execute(() -> surplus.leave(quiet));
    }

    /**
     * Closes the connections whose node has shown a certificate with one of these serial numbers. What is under way is looked at when
     * it is open: the {@link SipDialerSettings#tls} must refuse them already.
     */
    void endRefused(Set<BigInteger> serials) {
        placeOfFlow
                .values()
                .forEach(place -> place.loop.execute(() -> {
                    ChannelSipConnection connected = place.connection;
                    PeerIdentity peer = connected == null ? null : connected.peer();
                    if (connected != null && peer != null && serials.contains(peer.serial())) {
                        connected.close(TransportErrorCode.PEER_REFUSED);
                    }
                }));
    }

    /** A node is dialled as soon as it has joined; that it turns SIP away at first is counted as early, not as failed. */
    private boolean isBeginning() {
        return !reached && context.clock().now() - began < BEGINNING.toNanos();
    }

    /** How many connections are open now. */
    public int open() {
        return open.get();
    }

    /** Connects no more and closes what is open. */
    @Override
    public synchronized void close() {
        closed = true;
        leaving.forEach(place -> place.loop.execute(place::stop));
        places.forEach(place -> place.loop.execute(place::stop));
    }

    /** One of the connections that are to be open. Its fields belong to its event loop. */
    private final class Place {
        private final EventLoop loop;
        private int failures;
        private @Nullable ChannelSipConnection connection;
        private @Nullable Future<?> next;
        private boolean surplus;
        /** Where it is dialled or was last; null before. */
        private volatile @Nullable InetSocketAddress at;

        private volatile long lastMessage;

        Place(EventLoop loop) {
            this.loop = loop;
        }

        void connect() {
            if (closed || surplus) {
                return;
            }
            List<InetSocketAddress> all = settings.places();
            InetSocketAddress address = all.get(failures % all.size());
            at = address;
            Connector.Target target = new Connector.Target(
                    address,
                    settings.tls(),
                    settings.verifyName(),
                    settings.connectTimeout(),
                    null,
                    SipDialer.this::isBeginning);
            var _ = Connector.connect(setup, loop, target).whenComplete((made, failure) -> {
                if (made instanceof ChannelSipConnection connected) {
                    opened(connected);
                } else if (failure != null) {
                    failed(failure);
                }
            });
        }

        private void opened(ChannelSipConnection connected) {
            if (closed || surplus) {
                connected.close(TransportErrorCode.SHUT_DOWN);
                return;
            }
            connection = connected;
            reached = true;
            lastMessage = context.clock().now();
            placeOfFlow.put(connected.flow().id(), this);
            // after it is where endRefused looks: what has been refused since the handshake began does not stay
            if (isRefused(connected.peer())) {
                placeOfFlow.remove(connected.flow().id());
                connection = null;
                connected.close(TransportErrorCode.PEER_REFUSED);
                failed(new IOException(TransportErrorCode.PEER_REFUSED.meaning()));
                return;
            }
            int now = open.incrementAndGet();
            LOG.info("event=sip-link-up code=ok dialer={} open={} of={}", settings.name(), now, wanted);
            listener.up(connected, now);
            if (!connected.isOpen()) {
                lost(connected, TransportErrorCode.PEER_CLOSED);
                return;
            }
            // so that the edge knows at once that pings will come, and does not keep this link if they cease
            var _ = connected.ping();
            keepAlive(connected);
        }

        private boolean isRefused(@Nullable PeerIdentity peer) {
            return peer != null && peer.serial() != null && settings.tls().refuses(peer.serial());
        }

        private void keepAlive(ChannelSipConnection connected) {
            next = loop.schedule(
                    () -> {
                        failures = 0; // it lasted
                        long sent = context.clock().now();
                        var _ = connected.ping();
                        next = loop.schedule(
                                () -> pongDue(connected, sent),
                                settings.pongTimeout().toNanos(),
                                TimeUnit.NANOSECONDS);
                    },
                    part(settings.keepAlive(), 0.8),
                    TimeUnit.NANOSECONDS);
        }

        /** Ends it as soon as nothing is lost by it. */
        void leave(Duration quiet) {
            surplus = true;
            ChannelSipConnection connected = connection;
            if (connected == null) {
                stop();
                leaving.remove(this);
                return;
            }
            long left = lastMessage + quiet.toNanos() - context.clock().now();
            if (left <= 0) {
                connected.close(TransportErrorCode.SHUT_DOWN);
            } else {
                var _ = loop.schedule(() -> leave(quiet), left, TimeUnit.NANOSECONDS);
            }
        }

        private void pongDue(ChannelSipConnection connected, long sent) {
            if (connected.lastHeard() < sent) {
                connected.close(TransportErrorCode.PONG_MISSING);
            } else {
                keepAlive(connected);
            }
        }

        void lost(SipConnection gone, TransportErrorCode reason) {
            if (placeOfFlow.remove(gone.flow().id()) == null) {
                return;
            }
            connection = null;
            leaving.remove(this);
            int now = open.decrementAndGet();
            LOG.info("event=sip-link-down code={} dialer={} open={}", reason.code(), settings.name(), now);
            listener.down(gone, reason, now);
            pause();
        }

        private void failed(Throwable failure) {
            if (!closed) {
                Duration pause = pause();
                String why = Handshakes.reasonOf(failure);
                LOG.info(
                        "event=sip-link-failed code={} dialer={} reason=\"{}\" nextMillis={}",
                        TransportErrorCode.TARGET_UNREACHABLE.code(),
                        settings.name(),
                        LogText.clean(why),
                        pause.toMillis());
                listener.failed(failure, pause);
            }
        }

        private Duration pause() {
            if (next != null) {
                next.cancel(false);
            }
            if (closed || surplus) {
                return Duration.ZERO;
            }
            long bound = Math.min(
                    settings.longestBackOff().toNanos(), settings.firstBackOff().toNanos() << Math.min(failures++, 20));
            long pause = part(Duration.ofNanos(bound), 0.5);
            next = loop.schedule(this::connect, pause, TimeUnit.NANOSECONDS);
            return Duration.ofNanos(pause);
        }

        void stop() {
            if (next != null) {
                next.cancel(false);
            }
            if (connection != null) {
                connection.close(TransportErrorCode.SHUT_DOWN);
            }
        }
    }

    /** At random between {@code least} and the whole of it, in nanoseconds. */
    private long part(Duration whole, double least) {
        return (long) (whole.toNanos() * (least + (1 - least) * context.random().nextDouble()));
    }

    /** Passes events on and notices when one of our connections is gone. */
    private final class Watch implements SipConnectionEvents {
        private final SipConnectionEvents events;

        Watch(SipConnectionEvents events) {
            this.events = events;
        }

        @Override
        public void opened(SipConnection connection, long now) {
            events.opened(connection, now);
        }

        @Override
        public void received(SipConnection connection, SipMessage message, long now) {
            Place place = placeOfFlow.get(connection.flow().id());
            if (place != null) {
                place.lastMessage = now;
            }
            events.received(connection, message, now);
        }

        @Override
        public void refused(SipConnection connection, ErrorCode code, long now) {
            events.refused(connection, code, now);
        }

        @Override
        public void closed(SipConnection connection, TransportErrorCode reason, long now) {
            events.closed(connection, reason, now);
            Place place = placeOfFlow.get(connection.flow().id());
            if (place != null) {
                place.lost(connection, reason);
            }
        }
    }
}
