package org.edgeways.settings;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.edgeways.settings.kind.AccessSettings;
import org.edgeways.settings.kind.Certificate;
import org.edgeways.settings.kind.Connector;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Organisation;
import org.edgeways.settings.kind.Pool;
import org.edgeways.settings.kind.Route;
import org.edgeways.settings.kind.Service;
import org.edgeways.settings.kind.Site;
import org.edgeways.settings.kind.UsualSettings;

/**
 * A whole set of settings that fits together: what {@link SettingsReader} gives when nothing is wrong. Documents by their
 * names, in the order of the names; every name that one says of another is there.
 *
 * @param name of the organisation
 * @param organisation the one
 * @param sites by name
 * @param nodes edge nodes by name
 * @param pools by name
 * @param connectors by name
 * @param routes by name
 * @param services by name
 * @param accessSettings by name
 * @param certificates by name
 */
public record Settings(
        String name,
        Organisation organisation,
        Map<String, Site> sites,
        Map<String, EdgeNode> nodes,
        Map<String, Pool> pools,
        Map<String, Connector> connectors,
        Map<String, Route> routes,
        Map<String, Service> services,
        Map<String, AccessSettings> accessSettings,
        Map<String, Certificate> certificates) {

    /** The limits of what a node lets in: those that it names, or the usual ones. */
    public AccessSettings limitsOf(EdgeNode node) {
        return node.access()
                .flatMap(EdgeNode.Access::settings)
                .map(accessSettings::get)
                .orElseGet(UsualSettings::access);
    }

    /**
     * Where requests that a node gets for each of our SIP domains go, as {@link Route#nextHop}; a domain that goes nowhere
     * is not in it.
     */
    public Map<String, String> nextHops(EdgeNode node) {
        Map<String, String> routed = new HashMap<>();
        routes.values()
                .forEach(route -> route.domains()
                        .forEach(domain -> routed.put(domain.toLowerCase(Locale.ROOT), route.nextHop())));
        Optional<String> otherwise = otherwise(node);
        Map<String, String> hops = new LinkedHashMap<>();
        for (String domain : organisation.sipDomains()) {
            Optional.ofNullable(routed.get(domain.toLowerCase(Locale.ROOT)))
                    .or(() -> otherwise)
                    .ifPresent(hop -> hops.put(domain, hop));
        }
        return hops;
    }

    private Optional<String> onlyOne() {
        List<String> all = Stream.concat(
                        pools.keySet().stream().map(pool -> "service:" + pool),
                        connectors.entrySet().stream()
                                .filter(connector ->
                                        connector.getValue().server().isPresent())
                                .map(connector -> "connector:" + connector.getKey()))
                .toList();
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    /** For domains that no route names. */
    private Optional<String> otherwise(EdgeNode node) {
        Optional<String> route = routes.values().stream()
                .filter(any -> any.domains().isEmpty())
                .findFirst()
                .map(Route::nextHop);
        return route.or(() -> node.site().map(sites::get).flatMap(Site::pool).map(pool -> "service:" + pool))
                .or(this::onlyOne);
    }
}
