package org.edgeways.settings;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.edgeways.settings.kind.AdminListener;
import org.edgeways.settings.kind.AvRole;
import org.edgeways.settings.kind.Connector;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Pool;
import org.edgeways.settings.kind.Site;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;

/** What only one may have: a port of a host, the name of a service, the name of an inside leg, an address that is dialled, a network. */
final class Claims {

    /**
     * A listener of one host.
     *
     * @param key where it is said
     * @param addresses that it listens on
     * @param port that it listens on
     */
    private record Listener(String key, List<String> addresses, int port) {

        boolean collides(Listener other) {
            return port == other.port
                    && addresses.stream()
                            .anyMatch(address -> other.addresses.stream().anyMatch(theirs -> same(address, theirs)));
        }

        private static boolean same(String address, String other) {
            if (address.equalsIgnoreCase(other)) {
                return true;
            }
            // on most systems :: takes IPv4 as well
            return address.equals("::")
                    || other.equals("::")
                    || address.equals("0.0.0.0") && other.indexOf(':') < 0
                    || other.equals("0.0.0.0") && address.indexOf(':') < 0;
        }
    }

    private static final String SHARED = "access.sipTlsPort";

    private final Problems problems;

    Claims(Problems problems) {
        this.problems = problems;
    }

    void check(
            Map<Document, EdgeNode> nodes,
            Map<Document, Pool> pools,
            Map<Document, Connector> connectors,
            Map<Document, Site> sites) {
        nodes.forEach((document, node) -> ports(document, listeners(node)));
        pools.forEach((document, pool) -> {
            List<Listener> listeners = new ArrayList<>();
            listeners.add(new Listener(
                    "inside.sipTlsPort",
                    pool.inside().addresses(),
                    pool.inside().sipTlsPort()));
            pool.admin().ifPresent(admin -> listeners.add(listener(admin)));
            ports(document, listeners);
        });
        Map<String, Document> services = new LinkedHashMap<>();
        pools.keySet().forEach(document -> services.putIfAbsent(document.name(), document));
        connectors.keySet().forEach(document -> name(services, document));
        Map<String, Document> hosts = new LinkedHashMap<>();
        Map<String, Document> dialled = new LinkedHashMap<>();
        nodes.forEach((document, node) -> {
            EdgeNode.InsideLeg leg = node.insideLeg();
            once(hosts, leg.host().toLowerCase(Locale.ROOT), document, "insideLeg.host");
            String where = leg.dialledAddress().toLowerCase(Locale.ROOT) + " port " + leg.dialledPort();
            once(dialled, where, document, leg.dialAddress().isPresent() ? "insideLeg.dialAddress" : "insideLeg.port");
        });
        Map<String, Document> networks = new LinkedHashMap<>();
        sites.forEach((document, site) -> {
            for (int i = 0; i < site.networks().size(); i++) {
                // twice in one site is told where lists are checked
                if (!document.equals(networks.get(network(site.networks().get(i))))) {
                    once(networks, network(site.networks().get(i)), document, "networks[" + i + "]");
                }
            }
            if (networks.size() > EdgeSnapshot.MOST_INSIDE_NETWORKS) {
                problems.add(
                        SettingsErrorCode.TOO_LARGE,
                        document.place("networks"),
                        Document.SPEC + ".networks",
                        "are with those of other Sites more than " + EdgeSnapshot.MOST_INSIDE_NETWORKS);
            }
        });
    }

    /** The network as everybody writes it: without the bits that do not count. */
    private static String network(String text) {
        String[] parts = text.split("/", 2);
        byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
        int bits = Integer.parseInt(parts[1]);
        BigInteger counting =
                BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE).shiftLeft(Byte.SIZE * address.length - bits);
        BigInteger masked = new BigInteger(1, address).and(counting);
        for (int i = address.length - 1; i >= 0; i--) {
            address[i] = masked.byteValue();
            masked = masked.shiftRight(Byte.SIZE);
        }
        try {
            return InetAddress.getByAddress(address).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of another length", e);
        }
    }

    private static List<Listener> listeners(EdgeNode node) {
        List<Listener> listeners = new ArrayList<>();
        node.access().ifPresent(access -> {
            listeners.add(new Listener(SHARED, access.addresses(), access.sipTlsPort()));
            access.webSocketPort()
                    .filter(port -> port != access.sipTlsPort())
                    .ifPresent(port -> listeners.add(new Listener("access.webSocketPort", access.addresses(), port)));
        });
        listeners.add(new Listener(
                "insideLeg.port", node.insideLeg().addresses(), node.insideLeg().port()));
        node.admin().ifPresent(admin -> listeners.add(listener(admin)));
        node.av().ifPresent(av -> listeners.addAll(inside(av, listeners.getFirst())));
        return listeners;
    }

    /** Where a relay listens for TCP alone: not where the port shared by several protocols is, which has it already. */
    private static List<Listener> inside(AvRole av, Listener shared) {
        return av.insideAddresses().stream()
                .map(address -> new Listener("av.udpPort", List.of(address), av.udpPort()))
                .filter(listener -> !listener.collides(shared) || !shared.key().equals(SHARED))
                .toList();
    }

    private static Listener listener(AdminListener admin) {
        return new Listener("admin.port", admin.addresses(), admin.port());
    }

    private void ports(Document document, List<Listener> listeners) {
        for (int i = 1; i < listeners.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (listeners.get(i).collides(listeners.get(j))) {
                    problems.add(
                            SettingsErrorCode.CLAIMED_TWICE,
                            document.place(listeners.get(i).key()),
                            Document.SPEC + "." + listeners.get(i).key(),
                            "claims port " + listeners.get(i).port() + ", which "
                                    + listeners.get(j).key() + " of the same host has");
                }
            }
        }
    }

    /** Requests are sent to services by their names, whatever they are. */
    private void name(Map<String, Document> services, Document connector) {
        Document pool = services.get(connector.name());
        if (pool != null) {
            problems.add(
                    SettingsErrorCode.NAME_TWICE,
                    connector.place(),
                    "name",
                    "is \"" + connector.name() + "\", as is that of " + pool.shown() + "; requests could go to either");
        }
    }

    private void once(Map<String, Document> claimed, String what, Document document, String key) {
        Document first = claimed.putIfAbsent(what, document);
        if (first != null) {
            problems.add(
                    SettingsErrorCode.CLAIMED_TWICE,
                    document.place(key),
                    Document.SPEC + "." + key,
                    "claims " + what + ", which " + first.shown() + " has");
        }
    }
}
