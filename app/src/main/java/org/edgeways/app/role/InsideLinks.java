package org.edgeways.app.role;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
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

    /** A node as the Link dials it. */
    static LinkNode link(String name, EdgeNode node, ClientTls tls) {
        EdgeNode.InsideLeg leg = node.insideLeg();
        return LinkNode.of(
                        name,
                        new LinkAddress(leg.dialledAddress(), leg.dialledPort()),
                        CertificateNames.ofNode(name),
                        tls)
                .withConnections(leg.connections());
    }

    /** A node as it is dialled for SIP. */
    static LinkedNode sip(String name, EdgeNode node) {
        EdgeNode.InsideLeg leg = node.insideLeg();
        return new LinkedNode(
                CertificateNames.ofNode(name), leg.dialledAddress(), leg.dialledPort(), leg.connections());
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
