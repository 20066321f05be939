package org.edgeways.connector;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LogText;
import org.edgeways.connector.ConnectorSettings.Wire;
import org.edgeways.connector.engine.ConnectorErrorCode;
import org.edgeways.connector.engine.ConnectorNames;
import org.edgeways.connector.engine.ConnectorRouter;
import org.edgeways.connector.engine.Surroundings;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.ClientTls;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.siptransport.DatagramPeer;
import org.edgeways.siptransport.LinkedNode;
import org.edgeways.siptransport.OutboundSettings;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipConnectionEvents;
import org.edgeways.siptransport.SipConnectionSettings;
import org.edgeways.siptransport.SipDialers;
import org.edgeways.siptransport.SipListener;
import org.edgeways.siptransport.SipListenerSettings;
import org.edgeways.siptransport.SipRole;
import org.edgeways.siptransport.SipShards;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.siptransport.TransportErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connector, running: dials the edge nodes, and talks with one existing SIP server inside over TLS, TCP or UDP. It keeps
 * nothing: after a restart the server's next request finds the way by its Route.
 */
public final class Connector implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);
    private static final String SERVER_ENDPOINT = "server";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final ConnectorSettings settings;
    private final TransportContext transport;
    private final Counters counters;
    private final RandomGenerator random;
    private volatile Set<String> hosts = Set.of();
    private @Nullable SipDialers dialers;
    private @Nullable SipListener listener;
    private @Nullable DatagramPeer datagrams;

    private Connector(
            ConnectorSettings settings, TransportContext transport, Counters counters, RandomGenerator random) {
        this.settings = settings;
        this.transport = transport;
        this.counters = counters;
        this.random = random;
    }

    /**
     * Starts a connector. When this returns, it listens for the server; links to edge nodes may take longer.
     * Blocks while it looks up the server's name.
     *
     * @param random a {@link java.security.SecureRandom} except in tests; used from several threads
     * @throws IOException if an address cannot be had, or the server's name is unknown
     */
    public static Connector start(
            ConnectorSettings settings, TransportContext transport, Counters counters, RandomGenerator random)
            throws IOException {
        Connector connector = new Connector(settings, transport, counters, random);
        try {
            connector.open();
            return connector;
        } catch (IOException | RuntimeException e) {
            connector.close();
            throw e;
        }
    }

    private void open() throws IOException {
        Set<InetAddress> addresses =
                Set.of(InetAddress.getAllByName(settings.server().host()));
        ConnectorNames names = new ConnectorNames(
                bracketed(settings.host()),
                settings.listen().getPort(),
                settings.server().wire().transport());
        ConnectorRouter router = new ConnectorRouter(names, new Connections(), counters, random);
        SipShards shards = SipShards.perLoop(transport, outbound(), (shard, transmitter) -> {
            ProxyCore core = new ProxyCore(
                    transmitter,
                    router,
                    ProxySettings.of(shard.number()),
                    SipTimers.DEFAULT,
                    settings.transactions(),
                    counters,
                    random);
            return (SipRole) () -> core;
        });
        openToServer(addresses, new ServerConnections(shards, addresses, counters));
        dialers = new SipDialers(transport, shards);
        dial(settings.edges());
    }

    /**
     * Keeps links to these edge nodes from now on and to no others, as {@link SipDialers#keep} says.
     *
     * @param edges with the hosts that they write into Path and Record-Route
     */
    public synchronized void dial(Collection<LinkedNode> edges) {
        hosts = edges.stream()
                .map(edge -> edge.host().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        if (dialers != null) {
            dialers.keep(edges, settings.linkTls(), settings.link());
        }
    }

    /** Closes the links to nodes that have shown a certificate with one of these serial numbers. */
    public synchronized void endRefused(Set<BigInteger> serials) {
        if (dialers != null) {
            dialers.endRefused(serials);
        }
    }

    private OutboundSettings outbound() {
        ClientTls tls = settings.serverTls();
        return switch (settings.server().wire()) {
            case Wire.Tls secured -> OutboundSettings.tls(secured.dials());
            case Wire.Tcp plain ->
                new OutboundSettings(tls, true, CONNECT_TIMEOUT, SipConnectionSettings.BETWEEN_PARTS);
            case Wire.Udp none -> OutboundSettings.none();
        };
    }

    private void openToServer(Set<InetAddress> addresses, SipConnectionEvents events) throws IOException {
        Admission admission = new Admission(SERVER_ENDPOINT, AdmissionLimits.defaults(), BanCheck.NONE, counters);
        InetSocketAddress at = settings.listen();
        switch (settings.server().wire()) {
            case Wire.Tls tls ->
                listener = SipListener.open(
                        transport,
                        SipListenerSettings.tls(SERVER_ENDPOINT, at, tls.accepts(), admission)
                                .with(SipConnectionSettings.BETWEEN_PARTS),
                        events);
            case Wire.Tcp tcp ->
                listener = SipListener.open(
                        transport,
                        SipListenerSettings.tcp(SERVER_ENDPOINT, at, admission)
                                .with(SipConnectionSettings.BETWEEN_PARTS),
                        events);
            case Wire.Udp udp ->
                datagrams = DatagramPeer.open(
                        transport,
                        SERVER_ENDPOINT,
                        at,
                        new InetSocketAddress(
                                reachable(addresses), settings.server().port()),
                        SipConnectionSettings.BETWEEN_PARTS,
                        events);
        }
    }

    /** One of the version of IP that we listen on, if there is one. */
    private InetAddress reachable(Set<InetAddress> addresses) {
        Class<?> version = settings.listen().getAddress().getClass();
        return addresses.stream()
                .filter(address -> address.getClass() == version)
                .findFirst()
                .orElseGet(() -> addresses.iterator().next());
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** Closes everything; not the event loops. */
    @Override
    public synchronized void close() {
        if (dialers != null) {
            dialers.close();
        }
        if (listener != null) {
            listener.close();
        }
        if (datagrams != null) {
            datagrams.close();
        }
    }

    /** What the router may know. */
    private final class Connections implements Surroundings {

        private final SipUri server = new SipUri(
                false,
                null,
                bracketed(settings.server().host()),
                settings.server().port(),
                Parameters.NONE.with("transport", settings.server().wire().transport()),
                null);

        @Override
        public boolean isEdge(String host) {
            return hosts.contains(host);
        }

        @Override
        public boolean isLinked(String edge) {
            return !transport.links().connections(edge).isEmpty();
        }

        @Override
        public @Nullable Destination server() {
            if (!(settings.server().wire() instanceof Wire.Udp)) {
                return new Destination.Locate(server);
            }
            DatagramPeer open = datagrams;
            return open == null ? null : new Destination.Connection(open.flow());
        }
    }

    /** Lets only the server in where the server is expected. */
    private static final class ServerConnections implements SipConnectionEvents {

        private final SipConnectionEvents shards;
        private final Set<InetAddress> addresses;
        private final Counters counters;

        ServerConnections(SipConnectionEvents shards, Set<InetAddress> addresses, Counters counters) {
            this.shards = shards;
            this.addresses = addresses;
            this.counters = counters;
        }

        private boolean isServer(SipConnection connection) {
            return addresses.contains(connection.remoteAddress().getAddress())
                    // an edge node has a certificate of the same authority, and is not the server
                    && (connection.peer() == null || connection.peer().node() == null);
        }

        @Override
        public void opened(SipConnection connection, long now) {
            if (!isServer(connection)) {
                ConnectorErrorCode code = ConnectorErrorCode.SOURCE_FOREIGN;
                counters.counter("connector_refused", "code", code.code()).increment();
                LOG.warn(
                        "event=connector-source-refused code={} source={}",
                        code.code(),
                        LogText.address(connection.remoteAddress()));
                connection.close(TransportErrorCode.CLOSED_BY_ROLE);
            }
            shards.opened(connection, now);
        }

        @Override
        public void received(SipConnection connection, SipMessage message, long now) {
            if (isServer(connection)) {
                shards.received(connection, message, now);
            }
        }

        @Override
        public void refused(SipConnection connection, ErrorCode code, long now) {
            shards.refused(connection, code, now);
        }

        @Override
        public void closed(SipConnection connection, TransportErrorCode reason, long now) {
            shards.closed(connection, reason, now);
        }
    }
}
