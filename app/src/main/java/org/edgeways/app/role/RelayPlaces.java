package org.edgeways.app.role;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.edgeways.pool.relay.CredentialsDesk;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.AvRole;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Role;
import org.edgeways.settings.kind.Site;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where relays are, by the settings: URIs (RFC 7065), of each node UDP first, where the relay is, then TCP, then TLS on the port that
 * it shares with SIP, which passes nearly everywhere.
 */
final class RelayPlaces {

    /** Most nodes that one client is told of besides the one by which it came: clients gather addresses at each. */
    private static final int MOST_OTHERS = 2;

    private RelayPlaces() {}

    /** For a client that is there. */
    static List<String> near(Settings settings, CredentialsDesk.Place place) {
        return switch (place) {
            case CredentialsDesk.Place.Outside(String node) -> outside(settings, node);
            case CredentialsDesk.Place.Inside(InetAddress address) -> nearInside(settings, address);
        };
    }

    /**
     * For a client outside: those of the node by which it came; if that is no relay, of nodes of the same site, and if there is
     * none, of any.
     */
    private static List<String> outside(Settings settings, String node) {
        Map<String, EdgeNode> nodes = settings.nodes();
        EdgeNode came = nodes.get(node);
        if (came != null && isRelay(came)) {
            return outside(came);
        }
        return some(relays(settings), came == null ? Optional.empty() : came.site(), RelayPlaces::outside);
    }

    /** Of those of that site; if there are none, of all. */
    private static List<String> some(
            List<EdgeNode> relays, Optional<String> site, Function<EdgeNode, List<String>> urls) {
        List<EdgeNode> near = relays.stream()
                .filter(relay -> site.isPresent() && relay.site().equals(site))
                .toList();
        return (near.isEmpty() ? relays : near)
                .stream()
                        .limit(MOST_OTHERS)
                        .flatMap(relay -> urls.apply(relay).stream())
                        .toList();
    }

    /** For clients outside, of all nodes. */
    static List<String> outside(Settings settings) {
        return each(settings, node -> outside(node).stream());
    }

    /** For clients inside, of all nodes that have an address there. */
    static List<String> inside(Settings settings) {
        return each(settings, node -> inside(node.av().orElseThrow()).stream());
    }

    /**
     * For a client inside, of nodes that have an address there; if none has, as clients outside reach them. Of both, those of the site
     * whose networks the client is in, if there are any.
     */
    private static List<String> nearInside(Settings settings, @Nullable InetAddress client) {
        Optional<String> site = siteOf(settings, client);
        List<EdgeNode> relays = relays(settings);
        List<EdgeNode> here = relays.stream()
                .filter(relay -> !relay.av().orElseThrow().insideAddresses().isEmpty())
                .toList();
        return here.isEmpty()
                ? some(relays, site, RelayPlaces::outside)
                : some(here, site, relay -> inside(relay.av().orElseThrow()));
    }

    /** Of the networks that it is in, the smallest says it. */
    private static Optional<String> siteOf(Settings settings, @Nullable InetAddress client) {
        if (client == null) {
            return Optional.empty();
        }
        TransportAddress address = TransportAddress.of(client, 0);
        String found = null;
        int most = -1;
        for (Map.Entry<String, Site> site : settings.sites().entrySet()) {
            for (String network : site.getValue().networks()) {
                AddressPrefix prefix = AddressPrefix.of(network);
                if (prefix.bits() > most && prefix.contains(address.high(), address.low())) {
                    found = site.getKey();
                    most = prefix.bits();
                }
            }
        }
        return Optional.ofNullable(found);
    }

    private static List<String> each(Settings settings, Function<EdgeNode, Stream<String>> urls) {
        return relays(settings).stream().flatMap(urls).toList();
    }

    private static List<EdgeNode> relays(Settings settings) {
        return settings.nodes().values().stream().filter(RelayPlaces::isRelay).toList();
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

    /** TLS only by a name: no authority gives certificates for addresses of the inside, and clients look at the name. */
    private static List<String> inside(AvRole av) {
        List<String> hosts = av.insideAddresses().isEmpty()
                ? List.of()
                : av.insideHost().map(List::of).orElse(av.insideAddresses());
        List<String> urls = new ArrayList<>();
        for (String host : hosts) {
            String tcp = host(host) + ":" + av.udpPort() + "?transport=tcp";
            urls.add(udp(host, av));
            urls.add("turn:" + tcp);
            if (av.insideHost().isPresent()) {
                urls.add("turns:" + tcp);
            }
        }
        return urls;
    }

    private static String udp(String host, AvRole av) {
        return "turn:" + host(host) + ":" + av.udpPort() + "?transport=udp";
    }

    private static String host(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }
}
