package org.edgeways.app.role;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.edgeways.control.CertificateNames;
import org.edgeways.link.LinkNode;
import org.edgeways.link.LinkServices;
import org.edgeways.link.Origin;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.net.ClientTls;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Service;
import org.edgeways.siptransport.LinkedNode;

/** What an inside end, pool or connector, makes of the settings: whom it dials, and which services it names. */
final class InsideLinks {

    private InsideLinks() {}

    /**
     * Nodes as the Link dials them.
     *
     * @param dialled where, by name
     */
    static List<LinkNode> links(Map<String, EdgeNode> nodes, Map<String, List<LinkAddress>> dialled, ClientTls tls) {
        return nodes.entrySet().stream()
                .map(entry -> {
                    List<LinkAddress> places = places(dialled, entry.getKey());
                    return LinkNode.of(entry.getKey(), places.getFirst(), CertificateNames.ofNode(entry.getKey()), tls)
                            .withAddresses(places)
                            .withConnections(entry.getValue().insideLeg().connections());
                })
                .toList();
    }

    /**
     * Nodes as they are dialled for SIP, with the hosts that those that have joined write into Path and Record-Route.
     *
     * @param dialled where, by name
     */
    static List<LinkedNode> sip(Map<String, EdgeNode> nodes, Map<String, List<LinkAddress>> dialled) {
        return nodes.entrySet().stream()
                .map(entry -> {
                    List<LinkAddress> places = places(dialled, entry.getKey());
                    return new LinkedNode(
                            CertificateNames.ofNode(entry.getKey()),
                            places.getFirst().host(),
                            places.getFirst().port(),
                            entry.getValue().insideLeg().connections(),
                            places.stream()
                                    .skip(1)
                                    .map(place -> InetSocketAddress.createUnresolved(place.host(), place.port()))
                                    .toList());
                })
                .toList();
    }

    private static List<LinkAddress> places(Map<String, List<LinkAddress>> dialled, String node) {
        return Objects.requireNonNull(dialled.get(node), "the legs are those of the nodes");
    }

    /**
     * The services of one inside end.
     *
     * @param connector its name; empty for the pool
     */
    static Map<String, LinkServices.Named> services(Settings settings, Optional<String> connector) {
        Map<String, LinkServices.Named> named = new HashMap<>();
        settings.services().forEach((name, service) -> {
            if (service.connector().equals(connector)) {
                named.put(name, new LinkServices.Named(origin(service), Set.copyOf(service.nodes())));
            }
        });
        return named;
    }

    private static Origin origin(Service service) {
        return service.socket().isPresent()
                ? new Origin.Unix(Path.of(service.socket().get()))
                : new Origin.Tcp(service.host().orElseThrow(), service.port().orElseThrow());
    }
}
