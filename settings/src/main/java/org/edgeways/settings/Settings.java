package org.edgeways.settings;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    /**
     * The same with its one pool called otherwise, and requests going to it by that name.
     *
     * @return this set itself if it has another number of pools, or one that is called so
     */
    public Settings withPoolCalled(String called) {
        if (pools.size() != 1 || pools.containsKey(called)) {
            return this;
        }
        Map<String, Site> sitesOfIt = new TreeMap<>();
        sites.forEach((site, said) ->
                sitesOfIt.put(site, new Site(said.description(), said.pool().map(_ -> called), said.networks())));
        Map<String, Route> routesToIt = new TreeMap<>();
        routes.forEach((route, said) -> routesToIt.put(
                route, new Route(said.domains(), said.pool().map(_ -> called), said.connector(), said.address())));
        return new Settings(
                name,
                organisation,
                Collections.unmodifiableMap(sitesOfIt),
                nodes,
                Map.of(called, pools.values().iterator().next()),
                connectors,
                Collections.unmodifiableMap(routesToIt),
                services,
                accessSettings,
                certificates);
    }

    /** The limits of what a node lets in: those that it names, or the usual ones. */
    public AccessSettings limitsOf(EdgeNode node) {
        return node.access()
                .flatMap(EdgeNode.Access::settings)
                .map(accessSettings::get)
                .orElseGet(UsualSettings::access);
    }

    /** The hosts of servers that nodes dial themselves, as their Routes say. */
    public Set<String> dialledHosts() {
        return routes.values().stream()
                .flatMap(route -> route.addressHost().stream())
                .collect(Collectors.toCollection(TreeSet::new));
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
