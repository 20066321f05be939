package org.edgeways.accessedge;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.edgeways.accessedge.engine.AccessEdgeErrorCode;
import org.edgeways.accessedge.engine.SourceGuard;
import org.edgeways.base.Counters;
import org.edgeways.base.SourceNetwork;
import org.edgeways.net.http.HttpAnswer;
import org.edgeways.net.http.HttpAsk;
import org.edgeways.net.http.HttpRoute;

/**
 * Credentials for relays over HTTPS: a GET that the inside answers, under the same rate, budget of failed credentials and bans
 * of source networks as sign-ins over SIP. Pages of the web origins that may connect may ask too (Fetch standard, CORS): a
 * page computes the digest itself and reads the challenge, so both are allowed by name, and nothing that a browser would add of
 * itself, such as cookies. Pages of other origins, of all others if none may connect by name, are refused before anything is
 * counted against the network that they are read in: a page could burn its budget by wrong passwords. Counts
 * {@code access_edge_credential_requests} by status and {@code access_edge_refusals} by code.
 */
final class CredentialsRoute implements HttpRoute.Asking {

    private static final Set<String> METHODS = Set.of("GET", "OPTIONS");
    private static final String PREFLIGHT_SECONDS = "600";
    private static final String ORIGIN = "origin";

    private final CredentialService service;
    private final SourceGuard guard;
    private final Set<String> origins;
    private final LongSupplier clock;
    private final Counters counters;

    /**
     * A route.
     *
     * @param origins web origins whose pages may ask, compared without regard to case; empty for none but this host's own
     * @param clock nanoseconds since 1970
     */
    CredentialsRoute(
            CredentialService service, SourceGuard guard, Set<String> origins, LongSupplier clock, Counters counters) {
        this.service = service;
        this.guard = guard;
        this.origins = origins.stream().map(CredentialsRoute::folded).collect(Collectors.toUnmodifiableSet());
        this.clock = clock;
        this.counters = counters;
    }

    HttpRoute route() {
        return new HttpRoute.Asked(CredentialService.PATH, METHODS, this);
    }

    @Override
    public void ask(HttpAsk request, Consumer<HttpAnswer> answer) {
        List<String> origin = request.values(ORIGIN);
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("vary", List.of(ORIGIN));
        if (origin.size() == 1 && mayAsk(origin.getFirst())) {
            headers.put("access-control-allow-origin", origin);
            headers.put("access-control-expose-headers", List.of("www-authenticate"));
        }
        Consumer<HttpAnswer> counted = made -> {
            counters.counter("access_edge_credential_requests", "status", Integer.toString(made.status()))
                    .increment();
            answer.accept(made.with(joined(headers, made.headers())));
        };
        InetAddress address = request.source();
        if (address == null
                || !origin.isEmpty() && !headers.containsKey("access-control-allow-origin") && !isOwn(request)
                || origin.isEmpty() && isSentByAnotherPage(request)) {
            counters.counter("access_edge_refusals", "code", AccessEdgeErrorCode.ORIGIN_REFUSED.code())
                    .increment();
            counted.accept(refusal(403, AccessEdgeErrorCode.ORIGIN_REFUSED));
            return;
        }
        SourceNetwork source = SourceNetwork.of(address);
        long now = clock.getAsLong();
        if (guard.isBanned(source, now)) {
            counted.accept(refusal(403, AccessEdgeErrorCode.SOURCE_BANNED));
        } else if (!guard.admitRequest(source, now)) {
            counted.accept(refusal(429, AccessEdgeErrorCode.RATE_EXCEEDED));
        } else if (request.method().equals("OPTIONS")) {
            headers.put("access-control-allow-methods", List.of("GET"));
            headers.put("access-control-allow-headers", List.of("authorization"));
            headers.put("access-control-max-age", List.of(PREFLIGHT_SECONDS));
            counted.accept(HttpAnswer.text(204, ""));
        } else {
            askInside(request, source, counted);
        }
    }

    private boolean mayAsk(String origin) {
        return origins.contains(folded(origin));
    }

    /** Scheme and host have no case; a browser writes them small, whoever writes settings may not. */
    private static String folded(String origin) {
        return origin.toLowerCase(Locale.ROOT);
    }

    /**
     * A browser names no origin where it goes to another page, or loads a picture; that is asked with what the page put into
     * the link, a name and password too. It says who had it go there (Fetch Metadata, Sec-Fetch-Site), save a person.
     */
    private static boolean isSentByAnotherPage(HttpAsk request) {
        return !Set.of("none", "same-origin").containsAll(request.values("sec-fetch-site"));
    }

    /** A page of the host that is asked needs no permission. */
    private static boolean isOwn(HttpAsk request) {
        List<String> host = request.values("host");
        List<String> origin = request.values(ORIGIN);
        return host.size() == 1
                && origin.size() == 1
                && origin.getFirst().equalsIgnoreCase("https://" + host.getFirst());
    }

    private void askInside(HttpAsk request, SourceNetwork source, Consumer<HttpAnswer> answer) {
        String query = request.query().isEmpty() ? "" : "?" + request.query();
        List<String> authorization = request.values("authorization");
        service.ask(new CredentialService.Question(CredentialService.PATH + query, authorization), inside -> {
            if (inside.status() == 401 && !authorization.isEmpty() && !isStale(inside)) {
                guard.credentialsFailed(source, authorization.size(), clock.getAsLong());
            }
            HttpAnswer made = new HttpAnswer(inside.status(), "application/json", inside.body(), Map.of());
            answer.accept(
                    inside.challenges().isEmpty() ? made : made.with(Map.of("www-authenticate", inside.challenges())));
        });
    }

    /** Right credentials that were not fresh are no guess. */
    private static boolean isStale(CredentialService.Answer inside) {
        return inside.challenges().stream().anyMatch(challenge -> challenge.contains("stale=true"));
    }

    private static HttpAnswer refusal(int status, AccessEdgeErrorCode code) {
        return HttpAnswer.text(status, code.meaning() + "\n");
    }

    private static Map<String, List<String>> joined(Map<String, List<String>> some, Map<String, List<String>> others) {
        Map<String, List<String>> all = new HashMap<>(some);
        all.putAll(others);
        return all;
    }
}
