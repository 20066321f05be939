package org.edgeways.siptransport;

import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which web pages may open a WebSocket to us (RFC 6455 section 10.2). A browser opens one to any host for any page and lets the
 * page read all of it; only the Origin that the browser names (RFC 6454) tells whose page it is. A page of somebody else could
 * try passwords from inside the network that it is read in.
 *
 * @param listed web origins such as {@code https://meet.acorn.example}: their pages may, and nobody else, who sends no Origin
 *     included; without any, pages of our own hosts may, and clients that are no browser and so send none
 * @param ownHosts our names and addresses; a page is theirs that came over HTTPS, from whatever port, or, where the host is the
 *     browser's own machine (as browsers too trust it, Secure Contexts section 3.1), over HTTP
 */
public record WebOrigins(Set<String> listed, Set<String> ownHosts) {

    private static final Set<String> BROWSERS_OWN = Set.of("localhost", "127.0.0.1", "[::1]");

    public WebOrigins {
        listed = lower(listed);
        ownHosts = lower(ownHosts).stream()
                .map(host -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Clients that are no browser, and no page. */
    public static WebOrigins noPages() {
        return new WebOrigins(Set.of(), Set.of());
    }

    private static Set<String> lower(Collection<String> some) {
        return some.stream().map(one -> one.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Whether who sends this may connect.
     *
     * @param origin the values of the header Origin in the request
     */
    boolean mayConnect(List<String> origin) {
        if (origin.size() > 1) {
            return false;
        }
        String lower = origin.isEmpty() ? "" : origin.getFirst().toLowerCase(Locale.ROOT);
        return listed.isEmpty() ? origin.isEmpty() || isOurs(lower) : listed.contains(lower);
    }

    private boolean isOurs(String origin) {
        try {
            URI uri = URI.create(origin);
            String host = uri.getHost();
            boolean trusted = "https".equals(uri.getScheme())
                    || "http".equals(uri.getScheme()) && host != null && BROWSERS_OWN.contains(host);
            return trusted && host != null && ownHosts.contains(host);
        } catch (IllegalArgumentException noUri) {
            return false; // what no browser sends
        }
    }
}
