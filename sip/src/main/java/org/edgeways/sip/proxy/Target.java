package org.edgeways.sip.proxy;

import java.util.List;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/**
 * One branch of a forwarded request.
 *
 * @param requestUri the Request-URI to send
 * @param routes Route values to put on top, the first one topmost, each in angle brackets
 * @param destination the next hop
 * @param q targets with a higher q are tried before those with a lower one, equal ones in parallel; 0 to 1
 * @param label whatever the router wants to know it by, such as a binding
 */
public record Target(
        String requestUri,
        List<String> routes,
        Destination destination,
        double q,
        @Nullable Object label) {

    /** Copies the routes. */
    public Target {
        routes = List.copyOf(routes);
    }

    /** A target with q 1 and neither routes nor label. */
    public static Target of(String requestUri, Destination destination) {
        return new Target(requestUri, List.of(), destination, 1.0, null);
    }
}
