package org.edgeways.pool.engine;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.sip.digest.DigestAlgorithm;

/**
 * What the engine is set to.
 *
 * @param host the pool's own host name, as it writes it into Via and Record-Route; never seen outside
 * @param port its SIP port
 * @param aliases other host names and addresses that devices inside may call it by
 * @param domains our SIP domains
 * @param edgeHosts host names of the edge nodes at the start, as they stand in Path and Route: each is the name of a service of
 *     {@link org.edgeways.sip.transaction.Destination.Service}
 * @param algorithms digest algorithms to offer, the same to everybody, default MD5 alone
 * @param nonceLifetime how long a challenge can be answered, default 5 minutes
 * @param registrar limits of the registrar
 * @param messages limits and waiting times of messages
 * @param presence consent, limits and waiting times of subscriptions and presence
 */
public record EngineSettings(
        String host,
        int port,
        Set<String> aliases,
        List<String> domains,
        Set<String> edgeHosts,
        List<DigestAlgorithm> algorithms,
        Duration nonceLifetime,
        RegistrarLimits registrar,
        MessageSettings messages,
        PresenceSettings presence) {

    /** Lower-cases the names. */
    public EngineSettings {
        host = host.toLowerCase(Locale.ROOT);
        aliases = lower(aliases);
        domains = domains.stream().map(d -> d.toLowerCase(Locale.ROOT)).toList();
        edgeHosts = lower(edgeHosts);
        algorithms = List.copyOf(algorithms);
        if (domains.isEmpty() || algorithms.isEmpty()) {
            throw new IllegalArgumentException("at least one domain and one algorithm");
        }
    }

    /** The defaults named above. */
    public static EngineSettings of(String host, int port, List<String> domains, Set<String> edgeHosts) {
        return new EngineSettings(
                host,
                port,
                Set.of(),
                domains,
                edgeHosts,
                List.of(DigestAlgorithm.MD5),
                Duration.ofMinutes(5),
                RegistrarLimits.DEFAULT,
                MessageSettings.DEFAULT,
                PresenceSettings.DEFAULT);
    }

    /** The same under another name. */
    EngineSettings called(String name, int at) {
        return new EngineSettings(
                name, at, aliases, domains, edgeHosts, algorithms, nonceLifetime, registrar, messages, presence);
    }

    private static Set<String> lower(Set<String> names) {
        return names.stream().map(n -> n.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
