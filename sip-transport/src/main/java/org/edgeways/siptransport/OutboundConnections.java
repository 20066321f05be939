package org.edgeways.siptransport;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.edgeways.base.LogText;
import org.edgeways.net.ClientTls;
import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to located next hops, opened when first needed and used again while they are open. Any thread. */
final class OutboundConnections {

    private static final Logger LOG = LoggerFactory.getLogger(SipDialer.class);
    private static final int SIP_PORT = 5060;
    private static final int SIPS_PORT = 5061;

    private record Hop(String host, int port, boolean tls) {}

    private final TransportContext context;
    private final OutboundSettings settings;
    private final ConnectionSetup secured;
    private final ConnectionSetup plain;
    private final ConcurrentHashMap<Hop, CompletableFuture<SipConnection>> open = new ConcurrentHashMap<>();

    OutboundConnections(TransportContext context, OutboundSettings settings, SipConnectionEvents events) {
        this.context = context;
        this.settings = settings;
        secured = ConnectionSetup.of(context, "next-hop-tls", SipTransport.TLS, false, settings.connection(), events);
        plain = ConnectionSetup.of(context, "next-hop-tcp", SipTransport.TCP, false, settings.connection(), events);
    }

    /** Finds or opens a connection to that next hop; null is given when there is none to be had. */
    void find(SipUri uri, String callId, Consumer<@Nullable SipConnection> then) {
        String transport = uri.parameters().get("transport");
        boolean tls = uri.secure() || transport == null || transport.equalsIgnoreCase("tls");
        boolean served = tls
                ? settings.tls() != null
                : settings.plainTcp() && transport != null && transport.equalsIgnoreCase("tcp");
        if (!served) {
            then.accept(null);
            return;
        }
        int port = uri.port() > 0 ? uri.port() : tls ? SIPS_PORT : SIP_PORT;
        Hop hop = new Hop(uri.host().toLowerCase(Locale.ROOT), port, tls);
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
        return Connector.connect(
                hop.tls() ? secured : plain,
                context.loops().loop(loop),
                new Connector.Target(
                        InetSocketAddress.createUnresolved(host, hop.port()), tls, host, settings.connectTimeout()));
    }
}
