package org.edgeways.accessedge;

import java.net.InetAddress;
import java.util.Collection;
import java.util.function.Consumer;
import org.edgeways.accessedge.engine.AccessEdgeErrorCode;
import org.edgeways.accessedge.engine.ClientFlow;
import org.edgeways.accessedge.engine.ClientTransport;
import org.edgeways.accessedge.engine.FlowDirectory;
import org.edgeways.accessedge.engine.Refusals;
import org.edgeways.accessedge.engine.SourceGuard;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.SourceNetwork;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.StatelessAnswer;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipConnectionEvents;
import org.edgeways.siptransport.TransportErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What happens on the connections that the listeners accepted, before and after the shards are told: enters them into
 * the directory, keeps the request rate and the bans.
 */
final class EdgeConnections implements SipConnectionEvents {

    static final String OUTSIDE_TLS = "outside-tls";
    static final String OUTSIDE_WSS = "outside-wss";
    static final String INSIDE_LEG = "inside-leg";

    private final FlowDirectory directory;
    private final SourceGuard guard;
    private final PolicyInForce inForce;
    private final Refusals refusals;
    private final SipConnectionEvents shards;
    private final boolean nextHopsOnly;
    private final Consumer<Flow> ended;

    /**
     * @param nextHopsOnly whether a server on the inside leg, which is no service of ours, has to be a next hop that we dial
     * @param ended hears of each connection that has ended while somebody was signed in on it
     */
    EdgeConnections(
            FlowDirectory directory,
            SourceGuard guard,
            PolicyInForce inForce,
            Refusals refusals,
            SipConnectionEvents shards,
            boolean nextHopsOnly,
            Consumer<Flow> ended) {
        this.directory = directory;
        this.guard = guard;
        this.inForce = inForce;
        this.refusals = refusals;
        this.shards = shards;
        this.nextHopsOnly = nextHopsOnly;
        this.ended = ended;
    }

    /** True for a connection of one of our listeners; the others are those that we opened to a next hop. */
    static boolean isAccepted(SipConnection connection) {
        return switch (connection.endpoint()) {
            case OUTSIDE_TLS, OUTSIDE_WSS, INSIDE_LEG -> true;
            default -> false;
        };
    }

    @Override
    public void opened(SipConnection connection, long now) {
        switch (connection.endpoint()) {
            case OUTSIDE_TLS -> directory.clientOpened(connection.flow(), ClientTransport.TLS, source(connection));
            case OUTSIDE_WSS -> directory.clientOpened(connection.flow(), ClientTransport.WSS, source(connection));
            case INSIDE_LEG -> insideOpened(connection);
            default -> throw new IllegalStateException("no listener of ours: " + connection.endpoint());
        }
        shards.opened(connection, now);
    }

    /** Every certificate of the authority opens a connection here; not everybody who has one is the inside. */
    private void insideOpened(SipConnection connection) {
        if (refusedInside(connection)) {
            return;
        }
        directory.insideOpened(connection.flow());
        inForce.learn(connection);
    }

    /** Ends the connections of servers that are no next hops any more, and so would not be taken now. */
    void endRefused(Collection<SipConnection> all) {
        all.stream()
                .filter(connection -> connection.endpoint().equals(INSIDE_LEG) && connection.isOpen())
                .forEach(this::refusedInside);
    }

    private boolean refusedInside(SipConnection connection) {
        PeerIdentity peer = connection.peer();
        if (peer == null || peer.node() != null) {
            refuse(connection, AccessEdgeErrorCode.NODE_AS_INSIDE, peer == null ? "" : "node " + peer.node());
            return true;
        }
        if (nextHopsOnly && peer.service() == null && !inForce.dials(peer)) {
            refuse(connection, AccessEdgeErrorCode.SERVER_NOT_NEXT_HOP, "server " + String.join(" ", peer.names()));
            return true;
        }
        return false;
    }

    private void refuse(SipConnection connection, AccessEdgeErrorCode code, String who) {
        refusals.note(code, connection.flow(), source(connection), "", who);
        connection.close(TransportErrorCode.CLOSED_BY_ROLE);
    }

    private static SourceNetwork source(SipConnection connection) {
        return SourceNetwork.of(connection.remoteAddress().getAddress());
    }

    @Override
    public void received(SipConnection connection, SipMessage message, long now) {
        ClientFlow client = directory.client(connection.flow());
        if (client != null && message.isRequest() && !admitted(client, connection, message, now)) {
            return;
        }
        shards.received(connection, message, now);
    }

    private boolean admitted(ClientFlow client, SipConnection connection, SipMessage request, long now) {
        if (closedAsBanned(client, connection, request.method(), now)) {
            return false;
        }
        // what was begun may be ended past the rate; who is not signed in has begun nothing
        boolean ends = (request.method().equals("ACK") || request.method().equals("CANCEL")) && client.isSignedIn(now);
        if (guard.admitRequest(client.source(), now) || ends) {
            return true;
        }
        AccessEdgeErrorCode code = AccessEdgeErrorCode.RATE_EXCEEDED;
        refusals.note(code, client.flow(), client.source(), request.method(), "requests per second");
        SipMessage answer = StatelessAnswer.to(request, code.status(), code.meaning());
        if (answer != null) {
            refusals.explain(answer, code);
            var _ = connection.send(answer);
        }
        return false;
    }

    /** While its network is banned, a connection lives only if somebody is signed in on it and behaves. */
    private boolean closedAsBanned(@Nullable ClientFlow client, SipConnection connection, String method, long now) {
        if (client == null || !guard.isBanned(client.source(), now) || client.isSparedByBans(now)) {
            return false;
        }
        refusals.note(AccessEdgeErrorCode.SOURCE_BANNED, client.flow(), client.source(), method, "connection closed");
        connection.close(TransportErrorCode.CLOSED_BY_ROLE);
        return true;
    }

    @Override
    public void refused(SipConnection connection, ErrorCode code, long now) {
        ClientFlow client = directory.client(connection.flow());
        if (client != null && !client.isSignedIn(now)) {
            guard.scanned(client.source(), now);
            closedAsBanned(client, connection, "", now);
        }
        shards.refused(connection, code, now);
    }

    @Override
    public void closed(SipConnection connection, TransportErrorCode reason, long now) {
        ClientFlow client = directory.closed(connection.flow());
        if (client != null && client.isSignedIn(now)) {
            ended.accept(connection.flow());
        }
        shards.closed(connection, reason, now);
    }

    @Override
    public void handshakeFailed(String endpoint, InetAddress remote, ErrorCode code, long now) {
        if (!endpoint.equals(INSIDE_LEG) && isScanning(code)) {
            guard.scanned(SourceNetwork.of(remote), now);
        }
        shards.handshakeFailed(endpoint, remote, code, now);
    }

    /**
     * Who speaks no TLS, or says nothing, or what nobody knows, or wants another service, looks for something. Who does
     * not like our certificate or cannot agree on a version or protocol is a client of ours with the wrong settings, or
     * somebody's health check; a browser opens connections that it does not use, asks for pages that are not there, and asks in
     * the clear when somebody has typed {@code http}.
     */
    private static boolean isScanning(ErrorCode code) {
        return code == NetErrorCode.CLEAR_TEXT
                || code == NetErrorCode.HANDSHAKE_TIMEOUT
                || code == NetErrorCode.CLIENT_HELLO_MALFORMED
                || code == NetErrorCode.CLIENT_HELLO_TOO_LONG
                || code == NetErrorCode.PROTOCOL_UNKNOWN
                || code == NetErrorCode.FIRST_BYTES_TIMEOUT
                || code == NetErrorCode.REQUEST_MALFORMED
                || code == NetErrorCode.REQUEST_TIMEOUT
                || code == NetErrorCode.UPGRADE_NOT_SERVED
                || code == TransportErrorCode.UPGRADE_REFUSED;
    }
}
