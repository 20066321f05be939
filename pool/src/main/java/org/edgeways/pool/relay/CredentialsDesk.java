package org.edgeways.pool.relay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.pool.engine.DeviceDigest;
import org.edgeways.pool.engine.People;
import org.edgeways.pool.engine.PoolErrorCode;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.digest.DigestChallenge;
import org.edgeways.sip.digest.DigestCredentials;
import org.edgeways.tokens.RelayCredentials;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers who asks for relay credentials over HTTP ({@code GET /av/v1/credentials}), authenticated by digest against the device
 * passwords (RFC 7616). The answer is what WebRTC clients expect of a relay service: {@code urls}, {@code username},
 * {@code credential}, {@code ttl} in seconds. Who has an account in another domain than the first asks with
 * {@code ?domain=NAME}. Safe for use by several threads.
 */
public final class CredentialsDesk {

    /** The one path. */
    public static final String PATH = "/av/v1/credentials";

    private static final Duration NONCE_LIFETIME = Duration.ofMinutes(5);
    private static final String DOMAIN = "domain=";
    private static final Logger LOG = LoggerFactory.getLogger(CredentialsDesk.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Where a client is. */
    public sealed interface Place {

        /**
         * Outside.
         *
         * @param node the name of the edge node by which it came
         */
        record Outside(String node) implements Place {}

        /**
         * Inside.
         *
         * @param address its own, as the pool sees it; null if it came on no network
         */
        record Inside(@Nullable InetAddress address) implements Place {}
    }

    /**
     * A request.
     *
     * @param place where its client is
     * @param target path and query
     * @param authorization the values of that header
     */
    public record Question(Place place, String method, String target, List<String> authorization) {
        public Question {
            authorization = List.copyOf(authorization);
        }
    }

    /**
     * What is answered.
     *
     * @param challenges values of WWW-Authenticate
     * @param body JSON
     */
    public record Answer(int status, List<String> challenges, String body) {
        public Answer {
            challenges = List.copyOf(challenges);
        }

        /** As HTTP/1.1, after which the connection ends. */
        String http() {
            StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append(" -\r\n");
            challenges.forEach(challenge ->
                    text.append("www-authenticate: ").append(challenge).append("\r\n"));
            return text.append("content-type: application/json\r\ncontent-length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\nconnection: close\r\n\r\n")
                    .append(body)
                    .toString();
        }
    }

    /** Where relays are: URIs (RFC 7065), the best first; none if there is no relay. */
    @FunctionalInterface
    public interface Places {
        /** For a client that is there. */
        List<String> near(Place place);
    }

    /**
     * What it is set to.
     *
     * @param domains of the organisation, lower case; the first is the one meant when none is named
     * @param algorithms that are offered
     * @param life of the credentials
     * @param pages web origins whose pages may ask inside
     */
    public record Settings(List<String> domains, List<DigestAlgorithm> algorithms, Duration life, Set<String> pages) {
        public Settings {
            domains = domains.stream()
                    .map(domain -> domain.toLowerCase(Locale.ROOT))
                    .toList();
            algorithms = List.copyOf(algorithms);
            pages = Set.copyOf(pages);
        }
    }

    private final RelayService service;
    private final DeviceDigest digest;
    private final Places places;
    private final LongSupplier clock;
    private final Counters counters;
    private Settings settings;

    /**
     * A desk.
     *
     * @param clock nanoseconds since 1970
     */
    public CredentialsDesk(
            RelayService service,
            People people,
            Places places,
            Settings settings,
            LongSupplier clock,
            RandomGenerator random,
            Counters counters) {
        this.service = service;
        this.digest = new DeviceDigest(people, random);
        this.places = places;
        this.clock = clock;
        this.counters = counters;
        this.settings = settings;
        use(settings);
    }

    /** Holds to other settings from now on. */
    public final synchronized void use(Settings next) {
        settings = next;
        digest.use(next.domains(), next.algorithms(), NONCE_LIFETIME, clock.getAsLong());
    }

    /** As {@link #answer}, and waits; if the pool itself fails, it says so. */
    Answer await(Question question) {
        try {
            return answer(question).join();
        } catch (CompletionException e) {
            LOG.error("event=relay-request-failed code={}", RelayErrorCode.FAILED.code(), e);
            return new Answer(500, List.of(), problem(RelayErrorCode.FAILED, RelayErrorCode.FAILED.meaning()));
        }
    }

    /** Answers. Credentials are handed out when they are on the disk; the future may complete on a thread of the store. */
    public CompletableFuture<Answer> answer(Question question) {
        int end = question.target().indexOf('?');
        String path = end < 0 ? question.target() : question.target().substring(0, end);
        String query = end < 0 ? "" : question.target().substring(end + 1);
        if (!path.equals(PATH) || !question.method().equals("GET")) {
            return refused(404, RelayErrorCode.REQUEST_NOT_SERVED, RelayErrorCode.REQUEST_NOT_SERVED.meaning());
        }
        Duration life;
        DeviceDigest.Outcome outcome;
        synchronized (this) {
            String domain = query.startsWith(DOMAIN)
                    ? query.substring(DOMAIN.length()).toLowerCase(Locale.ROOT)
                    : settings.domains().getFirst();
            if (!digest.isDomain(domain)) {
                return refused(404, RelayErrorCode.REQUEST_NOT_SERVED, "there is no such domain here");
            }
            life = settings.life();
            outcome = isForTarget(question)
                    ? digest.check(question.authorization(), question.method(), domain, clock.getAsLong())
                    : new DeviceDigest.Outcome.Malformed("the credentials are for another path");
        }
        return switch (outcome) {
            case DeviceDigest.Outcome.Malformed(String reason) ->
                refused(400, PoolErrorCode.CREDENTIALS_MALFORMED, reason);
            case DeviceDigest.Outcome.Refused(PoolErrorCode code, List<DigestChallenge> challenges) -> {
                count(code);
                yield CompletableFuture.completedFuture(new Answer(
                        401,
                        challenges.stream().map(DigestChallenge::toString).toList(),
                        problem(code, code.meaning())));
            }
            case DeviceDigest.Outcome.Accepted(People.Account account, String device) ->
                question.place() instanceof Place.Inside || account.remoteAccess()
                        ? issue(account, device, life, question.place())
                        : refused(
                                403, PoolErrorCode.REMOTE_ACCESS_DENIED, PoolErrorCode.REMOTE_ACCESS_DENIED.meaning());
        };
    }

    /** RFC 7616 section 3.4.6: credentials are for one target. */
    private static boolean isForTarget(Question question) {
        return question.authorization().stream()
                .filter(DigestCredentials::isDigest)
                .allMatch(header -> !(DigestCredentials.parse(header)
                                instanceof Result.Ok<DigestCredentials>(DigestCredentials given))
                        || given.uri().equals(question.target()));
    }

    /** Web origins whose pages may ask inside. */
    synchronized Set<String> pages() {
        return settings.pages();
    }

    private CompletableFuture<Answer> issue(People.Account account, String device, Duration life, Place place) {
        List<String> urls = places.near(place);
        if (urls.isEmpty()) {
            return refused(404, RelayErrorCode.NO_RELAY, RelayErrorCode.NO_RELAY.meaning());
        }
        return service.mint(account.address(), device, life, place instanceof Place.Outside)
                .thenCompose(made -> switch (made) {
                    case Result.Ok<RelayCredentials>(RelayCredentials credentials) ->
                        CompletableFuture.completedFuture(new Answer(
                                200, List.of(), json(credentials, urls, life).toString()));
                    case Result.Bad<RelayCredentials> bad -> refused(403, bad.code(), bad.reason());
                });
    }

    /** What a client is told of credentials. */
    public static ObjectNode json(RelayCredentials credentials, List<String> urls, Duration life) {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode list = json.putArray("urls");
        urls.forEach(list::add);
        return json.put("username", credentials.username())
                .put("credential", credentials.password())
                .put("ttl", life.toSeconds());
    }

    private CompletableFuture<Answer> refused(int status, ErrorCode code, String reason) {
        return CompletableFuture.completedFuture(refusal(status, code, reason));
    }

    /** A refusal, counted. */
    Answer refusal(int status, ErrorCode code, String reason) {
        count(code);
        return new Answer(status, List.of(), problem(code, reason));
    }

    private void count(ErrorCode code) {
        counters.counter("pool_relay_credentials_refused", "reason", code.code())
                .increment();
    }

    private static String problem(ErrorCode code, String reason) {
        return JSON.createObjectNode()
                .put("code", code.code())
                .put("problem", reason)
                .toString();
    }
}
