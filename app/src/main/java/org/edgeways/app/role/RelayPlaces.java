package org.edgeways.app.role;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.AvRole;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Role;

/**
 * Where relays are, by the settings: URIs (RFC 7065), of each node UDP first, where the relay is, then TCP, then TLS on the port that
 * it shares with SIP, which passes nearly everywhere.
 */
final class RelayPlaces {

    /** Most nodes that one client is told of besides the one by which it came: clients gather addresses at each. */
    private static final int MOST_OTHERS = 2;

    private RelayPlaces() {}

    /**
     * For a client outside: those of the node by which it came; if that is no relay, of nodes of the same site, and if there is
     * none, of any.
     */
    static List<String> outside(Settings settings, String node) {
        Map<String, EdgeNode> nodes = settings.nodes();
        EdgeNode came = nodes.get(node);
        if (came != null && isRelay(came)) {
            return outside(came);
        }
        Optional<String> site = came == null ? Optional.empty() : came.site();
        List<EdgeNode> relays =
                nodes.values().stream().filter(RelayPlaces::isRelay).toList();
        List<EdgeNode> near = relays.stream()
                .filter(relay -> site.isPresent() && relay.site().equals(site))
                .toList();
        return (near.isEmpty() ? relays : near)
                .stream()
                        .limit(MOST_OTHERS)
                        .flatMap(relay -> outside(relay).stream())
                        .toList();
    }

    /** For clients outside, of all nodes. */
    static List<String> outside(Settings settings) {
        return each(settings, node -> outside(node).stream());
    }

    /** For clients inside, of all nodes that have an address there. */
    static List<String> inside(Settings settings) {
        return each(
                settings,
                node -> node.av().stream()
                        .flatMap(av -> av.insideAddresses().stream()
                                .flatMap(address -> Stream.of(udp(address, av), tcp(address, av)))));
    }

    private static List<String> each(Settings settings, java.util.function.Function<EdgeNode, Stream<String>> urls) {
        return settings.nodes().values().stream()
                .filter(RelayPlaces::isRelay)
                .flatMap(urls)
                .toList();
    }

    private static boolean isRelay(EdgeNode node) {
        return node.roles().contains(Role.AV)
                && node.av().isPresent()
                && node.access().isPresent();
    }

    private static List<String> outside(EdgeNode relay) {
        EdgeNode.Access access = relay.access().orElseThrow();
        String shared = host(access.host()) + ":" + access.sipTlsPort() + "?transport=tcp";
        List<String> urls = new ArrayList<>();
        AvRole av = relay.av().orElseThrow();
        urls.add(udp(av.host().orElse(access.host()), av));
        urls.add("turn:" + shared);
        urls.add("turns:" + shared);
        return urls;
    }

    private static String udp(String host, AvRole av) {
        return "turn:" + host(host) + ":" + av.udpPort() + "?transport=udp";
    }

    /** There are no names inside that a certificate could have, so TLS is not told of. */
    private static String tcp(String host, AvRole av) {
        return "turn:" + host(host) + ":" + av.udpPort() + "?transport=tcp";
    }

    private static String host(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }
}
