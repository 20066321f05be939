package org.edgeways.accessedge;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.edgeways.accessedge.engine.AccessEdgeErrorCode;
import org.edgeways.accessedge.engine.SourceGuard;
import org.edgeways.base.Counters;
import org.edgeways.base.SourceNetwork;
import org.edgeways.net.http.HttpAnswer;
import org.edgeways.net.http.HttpAsk;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.http.PageOrigins;

/**
 * Credentials for relays over HTTPS: a GET that the inside answers, under the same rate, budget of failed credentials and bans
 * of source networks as sign-ins over SIP. Pages of the web origins that may connect may ask too. Pages of other origins, of all
 * others if none may connect by name, are refused before anything is counted against the network that they are read in: a page
 * could burn its budget by wrong passwords. Counts {@code access_edge_credential_requests} by status and {@code
 * access_edge_refusals} by code.
 */
final class CredentialsRoute implements HttpRoute.Asking {

    private static final Set<String> METHODS = Set.of("GET", "OPTIONS");

    private final CredentialService service;
    private final SourceGuard guard;
    private final PageOrigins pages;
    private final LongSupplier clock;
    private final Counters counters;

    /**
     * A route.
     *
     * @param origins web origins whose pages may ask; empty for none but this host's own
     * @param clock nanoseconds since 1970
     */
    CredentialsRoute(
            CredentialService service, SourceGuard guard, Set<String> origins, LongSupplier clock, Counters counters) {
        this.service = service;
        this.guard = guard;
        this.pages = new PageOrigins(origins);
        this.clock = clock;
        this.counters = counters;
    }

    HttpRoute route() {
        return new HttpRoute.Asked(CredentialService.PATH, METHODS, this);
    }

    @Override
    public void ask(HttpAsk request, Consumer<HttpAnswer> answer) {
        Consumer<HttpAnswer> counted = made -> {
            counters.counter("access_edge_credential_requests", "status", Integer.toString(made.status()))
                    .increment();
            answer.accept(pages.shown(made, request));
        };
        InetAddress address = request.source();
        if (address == null || !pages.mayAsk(request)) {
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
            counted.accept(pages.preflight());
        } else {
            askInside(request, source, counted);
        }
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
}
