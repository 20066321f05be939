package org.edgeways.accessedge;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.accessedge.engine.NextHops;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.policy.SipDomains;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.SipConnectionSettings;
import org.jspecify.annotations.Nullable;

/**
 * What one Access Edge is set to.
 *
 * @param node the node's name, as in its certificate
 * @param domains our SIP domains
 * @param outsideHost the one host name that clients outside see
 * @param outsideAliases other names and addresses under which clients may dial it
 * @param insideHost the host name that the inside knows it by; never shown outside
 * @param insideNames host names, domain suffixes and addresses of the inside that must not be read outside; the names in
 *     the certificates of connected services are added by themselves
 * @param tls where it listens for SIP over TLS; port 0 takes a free one
 * @param webSocket where it listens for SIP over secure WebSocket, and answers browsers with a plain page; the same as
 *     {@code tls} for one port (port 0 too); null to serve none
 * @param webSocketOrigins web origins whose pages may connect; empty for pages of this host's own names only
 * @param insideLeg where the inside connects to, by mutual TLS
 * @param moreOutside further local addresses on which clients are served, at the same ports, such as one of IPv6
 * @param moreInside further local addresses of the inside leg, at the same port
 * @param publicTlsPort the port for TLS that clients see where it is forwarded; 0 if it is the listener's
 * @param publicWebSocketPort the same for secure WebSocket
 * @param nextHops where requests from outside go; default the service {@code pool}
 * @param hiding default true
 * @param retryAfter what Retry-After says at least; up to twice as much by chance; default 5 s
 * @param flowTimer how often clients are asked to keep their connection alive (RFC 5626); default 120 s; zero for not at
 *     all
 * @param limits the role's own limits
 * @param outsideAdmission limits of connections from outside; all listeners together
 * @param insideAdmission limits of connections from inside
 * @param connection limits of each connection from outside; {@code linkSilence} and {@code linkUnanswered} hold for
 *     those from inside
 * @param engine limits of each shard's transactions
 */
public record AccessEdgeSettings(
        String node,
        SipDomains domains,
        String outsideHost,
        Set<String> outsideAliases,
        String insideHost,
        List<String> insideNames,
        InetSocketAddress tls,
        @Nullable InetSocketAddress webSocket,
        Set<String> webSocketOrigins,
        InetSocketAddress insideLeg,
        List<InetAddress> moreOutside,
        List<InetAddress> moreInside,
        int publicTlsPort,
        int publicWebSocketPort,
        NextHops nextHops,
        boolean hiding,
        Duration retryAfter,
        Duration flowTimer,
        EdgeLimits limits,
        AdmissionLimits outsideAdmission,
        AdmissionLimits insideAdmission,
        SipConnectionSettings connection,
        SipEngineLimits engine) {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration FLOW_TIMER = Duration.ofMinutes(2);
    private static final int MAX_PORT = 65_535;

    /** Copies the collections and checks the ranges. */
    public AccessEdgeSettings {
        outsideAliases = Set.copyOf(outsideAliases);
        insideNames = List.copyOf(insideNames);
        moreOutside = List.copyOf(moreOutside);
        moreInside = List.copyOf(moreInside);
        webSocketOrigins = Set.copyOf(webSocketOrigins);
        if (node.isBlank() || !node.chars().allMatch(AccessEdgeSettings::isNodeCharacter)) {
            throw new IllegalArgumentException("a node's name is letters, digits, '-' and '.': " + node);
        }
        if (publicTlsPort < 0
                || publicTlsPort > MAX_PORT
                || publicWebSocketPort < 0
                || publicWebSocketPort > MAX_PORT) {
            throw new IllegalArgumentException("a public port is 0 to 65535");
        }
        if (retryAfter.isNegative() || flowTimer.isNegative()) {
            throw new IllegalArgumentException("times are not negative");
        }
    }

    private static boolean isNodeCharacter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.';
    }

    /**
     * The defaults named above.
     *
     * @param outsideHost clients dial it; add other names with {@link #withNames}
     * @param insideHost must differ from it
     */
    public static AccessEdgeSettings of(
            String node,
            SipDomains domains,
            String outsideHost,
            String insideHost,
            InetSocketAddress tls,
            @Nullable InetSocketAddress webSocket,
            InetSocketAddress insideLeg) {
        return new AccessEdgeSettings(
                node,
                domains,
                outsideHost,
                Set.of(),
                insideHost,
                List.of(insideHost),
                tls,
                webSocket,
                Set.of(),
                insideLeg,
                List.of(),
                List.of(),
                0,
                0,
                NextHops.one(new NextHop.Service("pool")),
                true,
                RETRY_AFTER,
                FLOW_TIMER,
                EdgeLimits.DEFAULT,
                AdmissionLimits.defaults(),
                AdmissionLimits.defaults(),
                SipConnectionSettings.DEFAULT,
                SipEngineLimits.DEFAULT);
    }

    /** The same under more names outside, and with more names of the inside to be kept from there. */
    public AccessEdgeSettings withNames(Set<String> aliases, List<String> hidden) {
        return changed(draft -> {
            draft.outsideAliases = aliases;
            draft.insideNames = hidden;
        });
    }

    /** The same behind forwarded ports. */
    public AccessEdgeSettings withPublicPorts(int tlsPort, int webSocketPort) {
        return changed(draft -> {
            draft.publicTlsPort = tlsPort;
            draft.publicWebSocketPort = webSocketPort;
        });
    }

    /**
     * The same with its WebSocket elsewhere.
     *
     * @param address the same as for SIP over TLS for one port; null to serve none
     */
    public AccessEdgeSettings withWebSocket(@Nullable InetSocketAddress address) {
        return changed(draft -> draft.webSocket = address);
    }

    /** The same for pages of these web origins only. */
    public AccessEdgeSettings withWebSocketOrigins(Set<String> origins) {
        return changed(draft -> draft.webSocketOrigins = origins);
    }

    /** The same on further local addresses. */
    public AccessEdgeSettings withMoreAddresses(List<InetAddress> outside, List<InetAddress> inside) {
        return changed(draft -> {
            draft.moreOutside = outside;
            draft.moreInside = inside;
        });
    }

    /** The same with another next hop, one for all. */
    public AccessEdgeSettings withNextHop(NextHop hop) {
        return withNextHops(NextHops.one(hop));
    }

    /** The same with other next hops. */
    public AccessEdgeSettings withNextHops(NextHops hops) {
        return changed(draft -> draft.nextHops = hops);
    }

    /** The same with hiding on or off. */
    public AccessEdgeSettings withHiding(boolean on) {
        return changed(draft -> draft.hiding = on);
    }

    /** The same with other limits of its own. */
    public AccessEdgeSettings withLimits(EdgeLimits own) {
        return changed(draft -> draft.limits = own);
    }

    /** The same with other limits of connections from outside. */
    public AccessEdgeSettings withConnections(AdmissionLimits admission, SipConnectionSettings each) {
        return changed(draft -> {
            draft.outsideAdmission = admission;
            draft.connection = each;
        });
    }

    /** The same with other limits of connections from inside. */
    public AccessEdgeSettings withInsideAdmission(AdmissionLimits inside) {
        return changed(draft -> draft.insideAdmission = inside);
    }

    /** The same with other limits of each shard's transactions. */
    public AccessEdgeSettings withTransactions(SipEngineLimits transactions) {
        return changed(draft -> draft.engine = transactions);
    }

    private AccessEdgeSettings changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** The same settings while one of them is being replaced. */
    private static final class Draft {
        private String node;
        private SipDomains domains;
        private String outsideHost;
        private Set<String> outsideAliases;
        private String insideHost;
        private List<String> insideNames;
        private InetSocketAddress tls;
        private @Nullable InetSocketAddress webSocket;
        private Set<String> webSocketOrigins;
        private InetSocketAddress insideLeg;
        private List<InetAddress> moreOutside;
        private List<InetAddress> moreInside;
        private int publicTlsPort;
        private int publicWebSocketPort;
        private NextHops nextHops;
        private boolean hiding;
        private Duration retryAfter;
        private Duration flowTimer;
        private EdgeLimits limits;
        private AdmissionLimits outsideAdmission;
        private AdmissionLimits insideAdmission;
        private SipConnectionSettings connection;
        private SipEngineLimits engine;

        Draft(AccessEdgeSettings from) {
            node = from.node;
            domains = from.domains;
            outsideHost = from.outsideHost;
            outsideAliases = from.outsideAliases;
            insideHost = from.insideHost;
            insideNames = from.insideNames;
            tls = from.tls;
            webSocket = from.webSocket;
            webSocketOrigins = from.webSocketOrigins;
            insideLeg = from.insideLeg;
            moreOutside = from.moreOutside;
            moreInside = from.moreInside;
            publicTlsPort = from.publicTlsPort;
            publicWebSocketPort = from.publicWebSocketPort;
            nextHops = from.nextHops;
            hiding = from.hiding;
            retryAfter = from.retryAfter;
            flowTimer = from.flowTimer;
            limits = from.limits;
            outsideAdmission = from.outsideAdmission;
            insideAdmission = from.insideAdmission;
            connection = from.connection;
            engine = from.engine;
        }

        AccessEdgeSettings settings() {
            return new AccessEdgeSettings(
                    node,
                    domains,
                    outsideHost,
                    outsideAliases,
                    insideHost,
                    insideNames,
                    tls,
                    webSocket,
                    webSocketOrigins,
                    insideLeg,
                    moreOutside,
                    moreInside,
                    publicTlsPort,
                    publicWebSocketPort,
                    nextHops,
                    hiding,
                    retryAfter,
                    flowTimer,
                    limits,
                    outsideAdmission,
                    insideAdmission,
                    connection,
                    engine);
        }
    }
}
