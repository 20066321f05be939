package org.edgeways.siptransport;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.edgeways.base.LogText;
import org.edgeways.net.ClientTls;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to located next hops, opened when first needed and used again while they are open. Any thread. */
final class OutboundConnections {

    private static final Logger LOG = LoggerFactory.getLogger(SipDialer.class);
    private static final int SIP_PORT = 5060;
    private static final int SIPS_PORT = 5061;

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
    private volatile @Nullable Set<Hop> only;

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
        if (!served || !mayBeDialled(hop)) {
            then.accept(null);
            return;
        }
        var _ = open.compute(hop, (key, present) -> isUsable(present) ? present : connect(key, callId))
                .whenComplete((connection, failure) -> {
                    if (failure != null) {
                        LOG.info(
                                "event=sip-target-unreachable code={} host={} port={} reason=\"{}\"",
                                TransportErrorCode.TARGET_UNREACHABLE.code(),
                                hop.host(),
                                hop.port(),
                                LogText.clean(failure.getMessage()));
                    }
                    then.accept(failure == null ? connection : null);
                });
    }

    private boolean mayBeDialled(Hop hop) {
        Set<Hop> those = only;
        return those == null || those.contains(hop);
    }

    /** Dials these next hops only from now on, and closes the connections to others. */
    void keepOnly(Collection<SipUri> nextHops) {
        only = nextHops.stream().map(Hop::of).collect(Collectors.toUnmodifiableSet());
        open.forEach(this::endUnlessWanted);
    }

    /** Closes the connections to next hops that have shown a certificate which is no more taken. */
    void endRefused() {
        open.forEach(this::endUnlessWanted);
    }

    private void endUnlessWanted(Hop hop, CompletableFuture<SipConnection> connecting) {
        if (connecting.isDone() && !connecting.isCompletedExceptionally()) {
            endUnlessWanted(hop, connecting.join());
        }
    }

    private void endUnlessWanted(Hop hop, SipConnection connection) {
        TransportErrorCode why = !mayBeDialled(hop)
                ? TransportErrorCode.NEXT_HOP_WITHDRAWN
                : isRefused(connection.peer()) ? TransportErrorCode.PEER_REFUSED : null;
        if (why != null && connection.isOpen()) {
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

    private CompletableFuture<SipConnection> connect(Hop hop, String callId) {
        String host =
                hop.host().startsWith("[") ? hop.host().substring(1, hop.host().length() - 1) : hop.host();
        int loop = Math.floorMod(callId.hashCode(), context.loops().size());
        ClientTls tls = hop.tls() ? settings.tls() : null;
        // what has been withdrawn or refused while it connected does not stay
        return Connector.connect(
                        hop.tls() ? secured : plain,
                        context.loops().loop(loop),
                        new Connector.Target(
                                InetSocketAddress.createUnresolved(host, hop.port()),
                                tls,
                                host,
                                settings.connectTimeout()))
                .whenComplete((connection, failure) -> {
                    if (connection != null) {
                        endUnlessWanted(hop, connection);
                    }
                });
    }
}
