package org.edgeways.accessedge.engine;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Where requests of people outside go: each person's to the next hop of the SIP domain in which they sign in, whomever they are
 * for. It knows them, and so can judge what they send; what is for people of another next hop it passes on inside, or does not.
 *
 * @param otherwise for domains that are not named
 * @param byDomain lower case
 */
public record NextHops(NextHop otherwise, Map<String, NextHop> byDomain) {

    public NextHops {
        Map<String, NextHop> lower = new HashMap<>();
        byDomain.forEach((domain, hop) -> lower.put(domain.toLowerCase(Locale.ROOT), hop));
        byDomain = Map.copyOf(lower);
    }

    /** One for all. */
    public static NextHops one(NextHop hop) {
        return new NextHops(hop, Map.of());
    }

    /**
     * That of a domain.
     *
     * @param domain a host name in any case
     */
    NextHop of(String domain) {
        return byDomain.isEmpty() ? otherwise : byDomain.getOrDefault(domain.toLowerCase(Locale.ROOT), otherwise);
    }

    /** All that there are. */
    public Set<NextHop> all() {
        Set<NextHop> all = new LinkedHashSet<>(byDomain.values());
        all.add(otherwise);
        return all;
    }

    /**
     * True if one that we open connections to has one of these names or addresses.
     *
     * @param names lower case
     * @param addresses as {@link InetAddress#getHostAddress} writes them
     */
    public boolean dials(Collection<String> names, Collection<String> addresses) {
        return all().stream()
                .filter(NextHop.Direct.class::isInstance)
                .map(hop -> ((NextHop.Direct) hop).uri().host().toLowerCase(Locale.ROOT))
                .anyMatch(host -> names.contains(host) || addresses.contains(address(host)));
    }

    private static String address(String host) {
        try {
            String literal = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
            return InetAddress.ofLiteral(literal).getHostAddress();
        } catch (IllegalArgumentException name) {
            return "";
        }
    }

    /** True if there is one that we open connections to. */
    public boolean dials() {
        return all().stream().anyMatch(NextHop.Direct.class::isInstance);
    }
}
