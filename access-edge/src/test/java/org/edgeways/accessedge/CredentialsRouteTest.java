package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocket;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.accessedge.engine.SourceGuard;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.http.HttpAnswer;
import org.edgeways.net.http.HttpAsk;
import org.junit.jupiter.api.Test;

/** Credentials for relays, asked outside; the inside is played. */
final class CredentialsRouteTest {

    private static final String CHALLENGE = "Digest realm=\"acorn.example\", nonce=\"n\"";
    private static final InetAddress SOMEWHERE = InetAddress.ofLiteral("192.0.2.7");
    private static final String GOOD = "Digest good";
    private static final String OLD = "Digest old";
    private static final String PAGE = "https://chat.acorn.example";
    private static final long SECOND = 1_000_000_000L;

    private final InMemoryCounters counters = new InMemoryCounters();
    private final List<CredentialService.Question> asked = new ArrayList<>();
    private long now = 1_795_000_000L * SECOND;

    /** Gives credentials to one, challenges all others, and says of another one that it is stale. */
    private void inside(CredentialService.Question question, Consumer<CredentialService.Answer> answer) {
        asked.add(question);
        boolean good = question.authorization().equals(List.of(GOOD));
        boolean old = question.authorization().equals(List.of(OLD));
        answer.accept(
                good
                        ? new CredentialService.Answer(200, List.of(), json("{\"username\":\"u\"}"))
                        : new CredentialService.Answer(
                                401, List.of(old ? CHALLENGE + ", stale=true" : CHALLENGE, CHALLENGE), json("{}")));
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private CredentialsRoute route(UnaryOperator<EdgeLimits> limits, String... origins) {
        SourceGuard guard =
                new SourceGuard(limits.apply(EdgeLimits.DEFAULT), (source, cause, time, times, at) -> {}, counters);
        return new CredentialsRoute(this::inside, guard, Set.of(origins), () -> now, counters);
    }

    private static HttpAnswer ask(CredentialsRoute route, String method, Map<String, String> fields) {
        List<HttpAnswer> answers = new ArrayList<>();
        Map<String, List<String>> each = new java.util.HashMap<>();
        fields.forEach((name, value) -> each.put(name, List.of(value)));
        route.ask(new HttpAsk(method, "domain=oak.example", each, SOMEWHERE), answers::add);
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    private static HttpAnswer get(CredentialsRoute route, String authorization) {
        return ask(route, "GET", Map.of("authorization", authorization));
    }

    @Test
    void theInsideIsAskedAndItsAnswerPassedOn() {
        CredentialsRoute route = route(limits -> limits);
        HttpAnswer challenge = ask(route, "GET", Map.of());
        assertThat(challenge.status()).isEqualTo(401);
        assertThat(challenge.headers().get("www-authenticate")).containsExactly(CHALLENGE, CHALLENGE);
        HttpAnswer good = get(route, GOOD);
        assertThat(good.status()).isEqualTo(200);
        assertThat(good.contentType()).isEqualTo("application/json");
        assertThat(new String(good.body(), StandardCharsets.UTF_8)).isEqualTo("{\"username\":\"u\"}");
        assertThat(good.headers()).doesNotContainKey("access-control-allow-origin");
        assertThat(asked)
                .containsExactly(
                        new CredentialService.Question("/av/v1/credentials?domain=oak.example", List.of()),
                        new CredentialService.Question("/av/v1/credentials?domain=oak.example", List.of(GOOD)));
        assertThat(counters.value("access_edge_credential_requests", "status", "200"))
                .isEqualTo(1);
    }

    @Test
    void whoGuessesPasswordsIsBannedAsOverSipAndStaleOnesAreNoGuess() {
        CredentialsRoute route = route(limits -> limits.withBudgets(3, 100));
        for (int i = 0; i < 10; i++) {
            assertThat(get(route, OLD).status()).isEqualTo(401);
        }
        assertThat(ask(route, "GET", Map.of()).status())
                .as("the first request of every client")
                .isEqualTo(401);
        assertThat(counters.value("access_edge_credentials_failed")).isZero();
        for (int i = 0; i < 4; i++) {
            assertThat(get(route, "Digest wrong").status()).isEqualTo(401);
        }
        assertThat(counters.value("access_edge_bans", "cause", "credentials")).isEqualTo(1);
        int before = asked.size();
        assertThat(get(route, GOOD).status()).isEqualTo(403);
        assertThat(asked).hasSize(before);
        now += EdgeLimits.DEFAULT.firstBan().toNanos();
        assertThat(get(route, GOOD).status()).isEqualTo(200);
    }

    @Test
    void moreRequestsThanTheRateDoNotReachTheInside() {
        CredentialsRoute route = route(limits -> limits.withRequests(1, 2));
        assertThat(get(route, GOOD).status()).isEqualTo(200);
        assertThat(get(route, GOOD).status()).isEqualTo(200);
        assertThat(get(route, GOOD).status()).isEqualTo(429);
        assertThat(asked).hasSize(2);
        now += SECOND;
        assertThat(get(route, GOOD).status()).isEqualTo(200);
    }

    @Test
    void anOriginThatTheSettingsWriteWithCapitalsIsTheSame() {
        HttpAnswer answer = ask(route(limits -> limits, "https://Chat.Acorn.Example"), "GET", Map.of("origin", PAGE));
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers()).containsEntry("access-control-allow-origin", List.of(PAGE));
    }

    @Test
    void aPageAsksIfTheSettingsAllowItsOrigin() {
        CredentialsRoute route = route(limits -> limits, PAGE);
        HttpAnswer preflight = ask(
                route,
                "OPTIONS",
                Map.of(
                        "origin",
                        PAGE,
                        "access-control-request-method",
                        "GET",
                        "access-control-request-headers",
                        "authorization"));
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.headers())
                .containsEntry("access-control-allow-origin", List.of(PAGE))
                .containsEntry("access-control-allow-methods", List.of("GET"))
                .containsEntry("access-control-allow-headers", List.of("authorization"))
                .doesNotContainKey("access-control-allow-credentials");
        assertThat(asked).isEmpty();
        assertThat(ask(route, "GET", Map.of("origin", PAGE)).headers())
                .as("a page reads the challenge and computes the digest itself")
                .containsEntry("access-control-allow-origin", List.of(PAGE))
                .containsEntry("access-control-expose-headers", List.of("www-authenticate"))
                .containsEntry("vary", List.of("origin"));
    }

    @Test
    void aPageOfAnotherOriginIsRefusedBeforeTheInsideHearsOfIt() {
        CredentialsRoute route = route(limits -> limits, PAGE);
        for (String other : List.of("https://evil.example", "null", PAGE + ".evil.example")) {
            HttpAnswer answer = ask(route, "GET", Map.of("origin", other, "authorization", GOOD));
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
        }
        assertThat(asked).isEmpty();
        assertThat(get(route(limits -> limits), GOOD).status())
                .as("programs that are no pages have no origin")
                .isEqualTo(200);
    }

    @Test
    void withoutOriginsNoPageCanBurnTheBudgetOfTheNetworkItIsReadIn() {
        CredentialsRoute route = route(limits -> limits.withBudgets(3, 100));
        for (int i = 0; i < 10; i++) {
            HttpAnswer answer = ask(
                    route,
                    "GET",
                    Map.of(
                            "origin",
                            "https://evil.example",
                            "host",
                            "sip.acorn.example",
                            "authorization",
                            "Digest wrong"));
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
        }
        assertThat(asked).isEmpty();
        assertThat(counters.value("access_edge_refusals", "code", "access-edge-origin-refused"))
                .isEqualTo(10);
        assertThat(get(route, GOOD).status()).as("not banned").isEqualTo(200);
        HttpAnswer own = ask(
                route,
                "GET",
                Map.of("origin", "https://sip.acorn.example", "host", "sip.acorn.example", "authorization", GOOD));
        assertThat(own.status()).isEqualTo(200);
        assertThat(own.headers()).doesNotContainKey("access-control-allow-origin");
    }

    /** {@code window.open("https://alice:guess@sip.acorn.example/av/v1/credentials")} names no origin. */
    @Test
    void aPageThatSendsTheBrowserHereBurnsNobodysBudget() {
        CredentialsRoute route = route(limits -> limits.withBudgets(3, 100));
        for (String site : List.of("cross-site", "same-site", "something new")) {
            for (int i = 0; i < 5; i++) {
                assertThat(ask(route, "GET", Map.of("sec-fetch-site", site, "authorization", "Digest wrong"))
                                .status())
                        .isEqualTo(403);
            }
        }
        assertThat(asked).isEmpty();
        for (String site : List.of("none", "same-origin")) {
            assertThat(ask(route, "GET", Map.of("sec-fetch-site", site, "authorization", GOOD))
                            .status())
                    .as(site)
                    .isEqualTo(200);
        }
    }

    @Test
    void itIsServedOnTheSharedPortBesideTheWebSocket() throws Exception {
        try (EdgeRig rig = new EdgeRig(settings -> settings, edge -> edge.credentials(this::inside));
                SSLSocket client = rig.raw()) {
            client.getOutputStream()
                    .write(EdgeRig.ascii("GET /av/v1/credentials HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + GOOD
                            + "\r\n\r\n"));
            assertThat(EdgeRig.readToEnd(client.getInputStream()))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("cache-control: no-store")
                    .endsWith("{\"username\":\"u\"}");
        }
    }

    @Test
    void withoutAServiceThereIsNothingUnderThePath() throws Exception {
        try (EdgeRig rig = new EdgeRig();
                SSLSocket client = rig.raw()) {
            client.getOutputStream().write(EdgeRig.ascii("GET /av/v1/credentials HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            assertThat(EdgeRig.readToEnd(client.getInputStream())).startsWith("HTTP/1.1 404 ");
        }
    }
}
