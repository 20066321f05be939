package org.edgeways.pool;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.ClientTls;
import org.edgeways.net.ServerTls;
import org.edgeways.pool.engine.EngineSettings;
import org.edgeways.pool.engine.MessageSettings;
import org.edgeways.pool.engine.RegistrarLimits;
import org.edgeways.pool.messages.MessageLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.LinkLimits;
import org.edgeways.siptransport.LinkedNode;

/**
 * What a pool is set to.
 *
 * @param data the data directory; made if missing, for its owner alone
 * @param sipDomains the organisation's SIP domains, the default one first
 * @param host the host that the pool writes into Via and Record-Route. Devices inside send the requests of a dialog
 *     there, so it must be a name or address that they reach the listener by; outside it is never seen
 * @param aliases other names and addresses that devices inside may call the pool by, such as its name when {@code host}
 *     is an address
 * @param inside where devices inside connect, TLS; the first one's port goes into Record-Route, so it must not be 0
 * @param insideTls the certificate shown there
 * @param edges the edge nodes to dial at the start
 * @param linkTls mutual TLS towards them, with the pool's service certificate
 * @param algorithms digest algorithms offered, the same to everybody, default MD5 alone
 * @param limits everything else that is limited
 */
public record PoolSettings(
        Path data,
        List<String> sipDomains,
        String host,
        Set<String> aliases,
        List<InetSocketAddress> inside,
        ServerTls insideTls,
        List<LinkedNode> edges,
        ClientTls linkTls,
        List<DigestAlgorithm> algorithms,
        Limits limits) {

    /**
     * Limits, each with its defaults.
     *
     * @param admission of connections of devices inside
     * @param size of messages on those
     * @param transactions of all connections
     */
    public record Limits(
            RegistrarLimits registrar,
            MessageSettings messages,
            PresenceSettings presence,
            MessageLimits waiting,
            AdmissionLimits admission,
            SipLimits size,
            SipEngineLimits transactions,
            LinkLimits link) {

        /** The defaults of all. */
        public static final Limits DEFAULT = new Limits(
                RegistrarLimits.DEFAULT,
                MessageSettings.DEFAULT,
                PresenceSettings.DEFAULT,
                MessageLimits.DEFAULT,
                AdmissionLimits.defaults(),
                SipLimits.DEFAULT,
                SipEngineLimits.DEFAULT,
                LinkLimits.DEFAULT);

        /** The same with other limits of the connections to edge nodes. */
        public Limits withLink(LinkLimits other) {
            return new Limits(registrar, messages, presence, waiting, admission, size, transactions, other);
        }
    }

    /** Copies the lists. */
    public PoolSettings {
        sipDomains = List.copyOf(sipDomains);
        aliases = Set.copyOf(aliases);
        inside = List.copyOf(inside);
        edges = List.copyOf(edges);
        algorithms = List.copyOf(algorithms);
        if (inside.isEmpty() || inside.getFirst().getPort() == 0) {
            throw new IllegalArgumentException("at least one inside listener, with a port");
        }
    }

    /** What the engine needs of it. */
    EngineSettings engine(Set<String> edgeHosts) {
        EngineSettings defaults = EngineSettings.of(host, inside.getFirst().getPort(), sipDomains, edgeHosts);
        return new EngineSettings(
                defaults.host(),
                defaults.port(),
                aliases,
                sipDomains,
                edgeHosts,
                algorithms,
                defaults.nonceLifetime(),
                limits.registrar(),
                limits.messages(),
                limits.presence());
    }
}
