package org.edgeways.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.edgeways.settings.form.ReadRecord;
import org.edgeways.settings.kind.AccessSettings;
import org.edgeways.settings.kind.AvRole;
import org.edgeways.settings.kind.Certificate;
import org.edgeways.settings.kind.Connector;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Kind;
import org.edgeways.settings.kind.Organisation;
import org.edgeways.settings.kind.Pool;
import org.edgeways.settings.kind.Route;
import org.edgeways.settings.kind.Service;
import org.edgeways.settings.kind.Site;
import org.edgeways.settings.text.Durations;
import org.edgeways.settings.text.Place;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;

/**
 * What must hold over all documents together. A document with which something is wrong by itself counts where others name
 * it, and claims nothing.
 */
final class WholeSet {

    /** The names under which a node talks with the inside about settings, and asks for relay credentials; no services. */
    private static final Set<String> RESERVED = Set.of("control", Service.RELAY_CREDENTIALS);

    /** Most services: as many as a snapshot names. */
    private static final int MOST_SERVICES = 1_000;

    private final Place place;
    private final List<Document> documents;
    private final Problems problems;
    private final Map<Kind, Map<String, Document>> byKind = new TreeMap<>();

    WholeSet(Place place, List<Document> documents, Problems problems) {
        this.place = place;
        this.documents = documents;
        this.problems = problems;
    }

    /**
     * Checks everything that can be checked.
     *
     * @param complete every text was read as far as its end, and every document of it is sound
     * @return the set, if it is complete and holds an organisation
     */
    Optional<Settings> check(boolean complete) {
        names();
        references();
        organisation(complete);
        pools();
        new Claims(problems)
                .check(
                        sound(Kind.EDGE_NODE, EdgeNode.class),
                        sound(Kind.POOL, Pool.class),
                        sound(Kind.CONNECTOR, Connector.class),
                        sound(Kind.SITE, Site.class));
        services();
        relays();
        routes();
        alternates();
        if (!complete || !problems.isEmpty()) {
            return Optional.empty();
        }
        Settings whole = whole();
        nextHops(whole);
        silence(whole);
        return Optional.of(whole);
    }

    private void names() {
        for (Document document : documents) {
            Map<String, Document> same = byKind.computeIfAbsent(document.kind(), kind -> new TreeMap<>());
            Document first = document.name().isEmpty() ? null : same.putIfAbsent(document.name(), document);
            if (first != null) {
                problems.add(
                        SettingsErrorCode.NAME_TWICE,
                        document.place(),
                        "name",
                        "is \"" + document.name() + "\", as is that of " + first.shown());
            }
        }
    }

    private void references() {
        for (Document document : documents) {
            for (ReadRecord.Reference reference : document.read().references()) {
                Map<String, Document> named =
                        byKind.getOrDefault(Kind.of(reference.kind()).orElseThrow(), Map.of());
                if (!named.containsKey(reference.name())) {
                    problems.addNamed(
                            SettingsErrorCode.REFERENCE_DANGLING,
                            reference.place(),
                            reference.key(),
                            "names \"" + reference.name() + "\", but there is no " + reference.kind() + " of that name"
                                    + (named.isEmpty() ? ", nor any other" : "; there are " + some(named)),
                            reference.name(),
                            named.keySet());
                }
            }
        }
    }

    private static String some(Map<String, Document> named) {
        int most = 10;
        String listed = String.join(", ", named.keySet().stream().limit(most).toList());
        return named.size() > most ? listed + " and " + (named.size() - most) + " more" : listed;
    }

    private void organisation(boolean complete) {
        List<Document> all = documents.stream()
                .filter(document -> document.kind() == Kind.ORGANISATION)
                .toList();
        if (all.isEmpty() && complete) {
            problems.add(
                    SettingsErrorCode.DOCUMENT_MISSING,
                    place,
                    "",
                    "there is no document of kind Organisation; a set has exactly one");
        }
        all.stream()
                .skip(1)
                .forEach(document -> problems.add(
                        SettingsErrorCode.CLAIMED_TWICE,
                        document.place(),
                        "kind",
                        "there is one Organisation only, and the first is "
                                + all.getFirst().shown()));
    }

    private void pools() {
        List<Document> all = documents.stream()
                .filter(document -> document.kind() == Kind.POOL)
                .toList();
        all.stream()
                .skip(1)
                .forEach(document -> problems.add(
                        SettingsErrorCode.CLAIMED_TWICE,
                        document.place(),
                        "kind",
                        "this version runs one Pool only, and the first is "
                                + all.getFirst().shown()));
    }

    private void services() {
        int count = 0;
        for (Document document : sound(Kind.SERVICE, Service.class).keySet()) {
            if (++count > MOST_SERVICES) {
                problems.add(
                        SettingsErrorCode.TOO_LARGE,
                        document.place(),
                        "kind",
                        "is one of more than " + MOST_SERVICES + " services");
            }
            if (RESERVED.contains(document.name())) {
                problems.add(
                        SettingsErrorCode.VALUE_WRONG,
                        document.place(),
                        "name",
                        "must not be \"" + document.name() + "\": the Link itself uses it");
            }
        }
    }

    /** What is not said is as usual, and fewer ports than that are no contradiction. */
    private void relays() {
        String key = "av.all.allocations";
        sound(Kind.EDGE_NODE, EdgeNode.class)
                .forEach((document, node) -> node.av().ifPresent(av -> {
                    String whole = Document.SPEC + "." + key;
                    if (document.read().says(whole) && av.all().allocations() > av.relayedAddresses()) {
                        problems.add(
                                SettingsErrorCode.VALUES_DISAGREE,
                                document.place(key),
                                whole,
                                "(" + av.all().allocations()
                                        + ") must not be more than relayPorts have on all addresses ("
                                        + av.relayedAddresses() + "): each allocation takes a port");
                    }
                }));
    }

    /** Route domains are those of the organisation, each in one route. */
    private void routes() {
        List<String> ours = sound(Kind.ORGANISATION, Organisation.class).values().stream()
                .flatMap(organisation -> organisation.sipDomains().stream())
                .map(domain -> domain.toLowerCase(Locale.ROOT))
                .toList();
        Map<String, Document> claimed = new LinkedHashMap<>();
        Map<String, Connector> connectors = named(Kind.CONNECTOR, Connector.class);
        sound(Kind.ROUTE, Route.class).forEach((document, route) -> {
            Optional<String> idle = route.connector()
                    .filter(name -> connectors.containsKey(name)
                            && connectors.get(name).server().isEmpty());
            if (idle.isPresent()) {
                problems.add(
                        SettingsErrorCode.VALUES_DISAGREE,
                        document.place("connector"),
                        Document.SPEC + ".connector",
                        "names Connector " + idle.get() + ", which says no SIP server");
            }
            if (route.domains().isEmpty()) {
                claim(claimed, "", document, "domains", "all domains that no other Route names");
            }
            for (int i = 0; i < route.domains().size(); i++) {
                String domain = route.domains().get(i);
                String key = "domains[" + i + "]";
                if (!ours.isEmpty() && !ours.contains(domain.toLowerCase(Locale.ROOT))) {
                    problems.addNamed(
                            SettingsErrorCode.REFERENCE_DANGLING,
                            document.place(key),
                            Document.SPEC + "." + key,
                            "names \"" + domain + "\", which is no SIP domain of the Organisation",
                            domain,
                            ours);
                }
                claim(claimed, domain.toLowerCase(Locale.ROOT), document, key, "\"" + domain + "\"");
            }
        });
    }

    private void claim(Map<String, Document> claimed, String what, Document document, String key, String shown) {
        Document first = claimed.putIfAbsent(what, document);
        if (first != null && !first.equals(document)) {
            problems.add(
                    SettingsErrorCode.CLAIMED_TWICE,
                    document.place(key),
                    Document.SPEC + "." + key,
                    "claims " + shown + ", which " + first.shown() + " has");
        }
    }

    /** Whoever is sent to another relay finds one there, and not the same again. */
    private void alternates() {
        Map<String, EdgeNode> nodes = named(Kind.EDGE_NODE, EdgeNode.class);
        sound(Kind.EDGE_NODE, EdgeNode.class)
                .forEach((document, node) -> node.av()
                        .flatMap(AvRole::alternate)
                        .flatMap(name -> Optional.ofNullable(nodes.get(name))
                                .flatMap(there -> wrongAlternate(document.name(), node, name, there)))
                        .ifPresent(wrong -> problems.add(
                                SettingsErrorCode.VALUES_DISAGREE,
                                document.place("av.alternate"),
                                Document.SPEC + ".av.alternate",
                                wrong)));
    }

    private static Optional<String> wrongAlternate(String name, EdgeNode node, String other, EdgeNode there) {
        if (other.equals(name)) {
            return Optional.of("names the node itself");
        }
        if (there.relayPlace().isEmpty()) {
            return Optional.of("names EdgeNode " + other + ", which has not the role av");
        }
        boolean same = node.relayPlace()
                .flatMap(own -> there.relayPlace().filter(place -> own.outside().isReachedAs(place.outside())))
                .isPresent();
        return same
                ? Optional.of("names EdgeNode " + other + ", which clients reach at the same address and port")
                : Optional.empty();
    }

    /** Every domain goes somewhere from every node. */
    private void nextHops(Settings whole) {
        sound(Kind.EDGE_NODE, EdgeNode.class).forEach((document, node) -> {
            if (node.access().isEmpty()) {
                return;
            }
            List<String> nowhere = new ArrayList<>(whole.organisation().sipDomains());
            nowhere.removeAll(whole.nextHops(node).keySet());
            if (!nowhere.isEmpty()) {
                problems.add(
                        SettingsErrorCode.VALUES_DISAGREE,
                        document.place(),
                        "",
                        "requests for " + String.join(", ", nowhere) + " go nowhere from EdgeNode " + document.name()
                                + ": write a Route, name a pool in the node's Site, or have exactly one Pool or Connector");
            }
        });
    }

    /** What a pool or connector thinks alive, no node may think dead. */
    private void silence(Settings whole) {
        sound(Kind.POOL, Pool.class).forEach((document, pool) -> silence(whole, document, pool.link()));
        sound(Kind.CONNECTOR, Connector.class)
                .forEach((document, connector) -> silence(whole, document, connector.link()));
    }

    private void silence(Settings whole, Document document, Pool.Link link) {
        whole.nodes().forEach((name, node) -> {
            Duration borne = whole.limitsOf(node).link().linkSilence();
            if (link.keepAlive().plus(link.pongTimeout()).compareTo(borne) >= 0) {
                problems.add(
                        SettingsErrorCode.VALUES_DISAGREE,
                        document.place("link"),
                        Document.SPEC + ".link",
                        link.silence() + " together must be less than linkSilence (" + Durations.text(borne)
                                + "), after which EdgeNode " + name + " closes a silent connection");
            }
        });
    }

    private Settings whole() {
        Map.Entry<Document, Organisation> organisation = sound(Kind.ORGANISATION, Organisation.class)
                .entrySet()
                .iterator()
                .next();
        return new Settings(
                organisation.getKey().name(),
                organisation.getValue(),
                named(Kind.SITE, Site.class),
                named(Kind.EDGE_NODE, EdgeNode.class),
                named(Kind.POOL, Pool.class),
                named(Kind.CONNECTOR, Connector.class),
                named(Kind.ROUTE, Route.class),
                named(Kind.SERVICE, Service.class),
                named(Kind.ACCESS_SETTINGS, AccessSettings.class),
                named(Kind.CERTIFICATE, Certificate.class));
    }

    private <R extends Record> Map<String, R> named(Kind kind, Class<R> type) {
        Map<String, R> named = new TreeMap<>();
        sound(kind, type).forEach((document, value) -> named.put(document.name(), value));
        return Collections.unmodifiableMap(named);
    }

    private <R extends Record> Map<Document, R> sound(Kind kind, Class<R> type) {
        Map<Document, R> sound = new LinkedHashMap<>();
        documents.stream()
                .filter(document -> document.kind() == kind && document.sound())
                .forEach(document ->
                        sound.put(document, type.cast(document.read().value())));
        return sound;
    }
}
