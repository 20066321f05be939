package org.edgeways.siptransport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgeways.base.LogText;
import org.edgeways.net.ClientTls;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.transaction.SipTimers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to located next hops, opened when first needed and used again while they are open. Any thread. */
final class OutboundConnections {

    private static final Logger LOG = LoggerFactory.getLogger(SipDialer.class);
    private static final int SIP_PORT = 5060;
    private static final int SIPS_PORT = 5061;

    /** How long what was asked of a next hop that is withdrawn may be answered: 64*T1 (RFC 3261 section 17). */
    static final Duration LAST_ANSWERS = Duration.ofNanos(SipTimers.DEFAULT.transactionLifetime());

    private record Hop(String host, int port, boolean tls) {
        static Hop of(SipUri uri) {
            String transport = uri.parameters().get("transport");
            boolean tls = uri.secure() || transport == null || transport.equalsIgnoreCase("tls");
            int port = uri.port() > 0 ? uri.port() : tls ? SIPS_PORT : SIP_PORT;
            return new Hop(uri.host().toLowerCase(Locale.ROOT), port, tls);
        }
    }

    private final TransportContext context;
    private final OutboundSettings settings;
    private final ConnectionSetup secured;
    private final ConnectionSetup plain;
    private final ConcurrentHashMap<Hop, CompletableFuture<SipConnection>> open = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Hop, RedialPause> pauses = new ConcurrentHashMap<>();
    private volatile @Nullable Set<Hop> only;
    private int changes;

    /** By which change those were withdrawn whose connections are not closed yet. */
    private final Map<Hop, Integer> withdrawn = new HashMap<>();

    OutboundConnections(TransportContext context, OutboundSettings settings, SipConnectionEvents events) {
        this.context = context;
        this.settings = settings;
        secured = ConnectionSetup.of(context, "next-hop-tls", SipTransport.TLS, false, settings.connection(), events);
        plain = ConnectionSetup.of(context, "next-hop-tcp", SipTransport.TCP, false, settings.connection(), events);
    }

    /** Finds or opens a connection to that next hop; null is given when there is none to be had. */
    void find(SipUri uri, String callId, Consumer<@Nullable SipConnection> then) {
        Hop hop = Hop.of(uri);
        boolean served = hop.tls()
                ? settings.tls() != null
                : settings.plainTcp() && "tcp".equalsIgnoreCase(uri.parameters().get("transport"));
        if (!served) {
            then.accept(null);
            return;
        }
        if (!mayBeDialled(hop)) {
            then.accept(lastOf(hop));
            return;
        }
        var _ = open.compute(hop, (key, present) -> isUsable(present) ? present : dial(key, callId))
                .whenComplete((connection, failure) -> then.accept(failure == null ? connection : null));
    }

    /** Unless it was in vain a moment ago: what strangers send must not have a server that is down dialled each time. */
    private CompletableFuture<SipConnection> dial(Hop hop, String callId) {
        RedialPause pause = pauses.computeIfAbsent(hop, key -> new RedialPause(context.random()));
        long now = context.clock().now();
        if (pause.hasEndedEarly(now)) {
            failed(hop, pause, "closed as soon as it was open");
        }
        if (pause.isOver(now)) {
            return connect(hop, pause, callId);
        }
        refused(TransportErrorCode.NEXT_HOP_PAUSED);
        return CompletableFuture.failedFuture(new IOException(TransportErrorCode.NEXT_HOP_PAUSED.meaning()));
    }

    private void failed(Hop hop, RedialPause pause, @Nullable String reason) {
        Duration next = pause.failed(context.clock().now());
        TransportErrorCode code = TransportErrorCode.TARGET_UNREACHABLE;
        context.counters()
                .counter("sip_next_hop_dials_failed", "reason", code.code())
                .increment();
        if (context.mayLog()) {
            LOG.info(
                    "event=sip-target-unreachable code={} host={} port={} reason=\"{}\" nextMillis={}",
                    code.code(),
                    hop.host(),
                    hop.port(),
                    LogText.clean(reason),
                    next.toMillis());
        }
    }

    private void refused(TransportErrorCode code) {
        context.counters()
                .counter("sip_next_hops_refused", "reason", code.code())
                .increment();
    }

    private boolean mayBeDialled(Hop hop) {
        Set<Hop> those = only;
        return those == null || those.contains(hop);
    }

    /** What is still open to a next hop that is withdrawn: a CANCEL or a retransmission follows its request. */
    private @Nullable SipConnection lastOf(Hop hop) {
        CompletableFuture<SipConnection> present = open.get(hop);
        if (present != null && present.isDone() && isUsable(present)) {
            return present.join();
        }
        TransportErrorCode code = TransportErrorCode.NEXT_HOP_WITHDRAWN;
        refused(code);
        if (context.mayLog()) {
            LOG.warn("event=sip-next-hop-refused code={} host={} port={}", code.code(), hop.host(), hop.port());
        }
        return null;
    }

    /**
     * Dials these next hops from now on, and those of before until {@link #keepOnly} is called with what this gives.
     *
     * @return the number of this change
     */
    synchronized int allow(Collection<SipUri> nextHops) {
        Set<Hop> before = only;
        if (before != null) {
            only = Stream.concat(before.stream(), nextHops.stream().map(Hop::of))
                    .collect(Collectors.toUnmodifiableSet());
        }
        withdrawn.keySet().removeIf(this::mayBeDialled);
        return ++changes;
    }

    /**
     * Dials these next hops only from now on. A connection to another is closed after {@code lastAnswers}, unless its next hop
     * is one again by then.
     *
     * @param change of {@link #allow}; nothing happens if there was another after it
     */
    synchronized void keepOnly(Collection<SipUri> nextHops, int change, Duration lastAnswers) {
        if (change != changes) {
            return;
        }
        only = nextHops.stream().map(Hop::of).collect(Collectors.toUnmodifiableSet());
        open.forEach((hop, connecting) -> {
            if (!mayBeDialled(hop)) {
                leave(hop, connecting, lastAnswers);
            }
        });
    }

    private synchronized void leave(Hop hop, CompletableFuture<SipConnection> connecting, Duration lastAnswers) {
        int change = withdrawn.computeIfAbsent(hop, key -> changes);
        var _ = context.loops()
                .loop(0)
                .schedule(() -> endIfStill(hop, change, connecting), lastAnswers.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Closes the connections to next hops that have shown a certificate which is no more taken. */
    void endRefused() {
        open.forEach((hop, connecting) -> {
            if (connecting.isDone() && !connecting.isCompletedExceptionally()) {
                endIfRefused(hop, connecting.join());
            }
        });
    }

    /** If it was wanted again since, a withdrawal after that has a time of its own. */
    private synchronized void endIfStill(Hop hop, int change, CompletableFuture<SipConnection> connecting) {
        if (!withdrawn.remove(hop, change)) {
            return;
        }
        var _ = connecting.whenComplete((connection, failure) -> {
            if (connection != null) {
                end(hop, connection, TransportErrorCode.NEXT_HOP_WITHDRAWN);
            }
        });
    }

    private void endIfRefused(Hop hop, SipConnection connection) {
        if (isRefused(connection.peer())) {
            end(hop, connection, TransportErrorCode.PEER_REFUSED);
        }
    }

    private static void end(Hop hop, SipConnection connection, TransportErrorCode why) {
        if (connection.isOpen()) {
            LOG.warn("event=sip-next-hop-closed code={} host={} port={}", why.code(), hop.host(), hop.port());
            connection.close(why);
        }
    }

    private boolean isRefused(@Nullable PeerIdentity peer) {
        ClientTls tls = settings.tls();
        return tls != null && peer != null && peer.serial() != null && tls.refuses(peer.serial());
    }

    private static boolean isUsable(@Nullable CompletableFuture<SipConnection> present) {
        return present != null
                && !present.isCompletedExceptionally()
                && (!present.isDone() || present.join().isOpen());
    }

    private CompletableFuture<SipConnection> connect(Hop hop, RedialPause pause, String callId) {
        String host =
                hop.host().startsWith("[") ? hop.host().substring(1, hop.host().length() - 1) : hop.host();
        int loop = Math.floorMod(callId.hashCode(), context.loops().size());
        ClientTls tls = hop.tls() ? settings.tls() : null;
        return Connector.connect(
                        hop.tls() ? secured : plain,
                        context.loops().loop(loop),
                        new Connector.Target(
                                InetSocketAddress.createUnresolved(host, hop.port()),
                                tls,
                                host,
                                settings.connectTimeout()))
                .whenComplete((connection, failure) -> {
                    if (connection == null) {
                        failed(hop, pause, failure.getMessage());
                        return;
                    }
                    pause.opened(context.clock().now());
                    // what has been refused or withdrawn while it connected does not stay
                    endIfRefused(hop, connection);
                    if (!mayBeDialled(hop)) {
                        leave(hop, CompletableFuture.completedFuture(connection), LAST_ANSWERS);
                    }
                });
    }
}
