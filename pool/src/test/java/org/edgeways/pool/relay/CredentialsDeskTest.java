package org.edgeways.pool.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.edgeways.accounts.AccountLimits;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.PersonChange;
import org.edgeways.accounts.Secret;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.net.http.HttpAnswer;
import org.edgeways.net.http.HttpAsk;
import org.edgeways.policy.PersonRights;
import org.edgeways.pool.engine.People;
import org.edgeways.pool.relay.CredentialsDesk.Answer;
import org.edgeways.pool.relay.CredentialsDesk.Place;
import org.edgeways.pool.relay.CredentialsDesk.Question;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.store.Store;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayVerifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsDeskTest {

    private static final String PASSWORD = "correct horse battery";
    private static final List<String> URLS =
            List.of("turn:edge1.example:3478?transport=udp", "turns:edge1.example:443");
    private static final String INSIDE = "inside";
    private static final List<String> INSIDE_URLS = List.of("turn:10.0.0.1:3478?transport=udp");
    private static final InetAddress LAPTOP = InetAddress.ofLiteral("10.0.0.7");
    private static final String PAGE = "https://chat.inside.example";

    @TempDir
    Path directory;

    private final InMemoryCounters counters = new InMemoryCounters();
    private final Random random = new Random(7);
    private Instant now = Instant.parse("2026-11-23T10:00:00Z");
    private Map<String, List<String>> places = Map.of("edge1", URLS, INSIDE, INSIDE_URLS);
    private Place place = new Place.Outside("edge1");
    private Store store;
    private Accounts accounts;
    private RelayService service;
    private CredentialsDesk desk;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(directory, List.of(Accounts.SCHEMA, RelayService.SCHEMA), counters);
        accounts = Accounts.open(
                store,
                List.of("acorn.example", "oak.example"),
                AccountLimits.DEFAULT,
                () -> now,
                new Random(8),
                counters);
        add("alice", "acorn.example", true);
        add("dave", "acorn.example", false);
        add("olga", "oak.example", true);
        service = RelayService.open(store, accounts, new OneKey(), () -> now, new SecureRandom(), counters);
        desk = new CredentialsDesk(
                service,
                new FromAccounts(),
                this::near,
                settings(DigestAlgorithm.MD5),
                () -> now.getEpochSecond() * 1_000_000_000L,
                random,
                counters);
    }

    private static CredentialsDesk.Settings settings(DigestAlgorithm... algorithms) {
        return new CredentialsDesk.Settings(
                List.of("acorn.example", "oak.example"), List.of(algorithms), Duration.ofHours(8), Set.of(PAGE));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private List<String> near(Place where) {
        String key = switch (where) {
            case Place.Outside(String node) -> node;
            case Place.Inside(InetAddress address) -> LAPTOP.equals(address) ? INSIDE : "";
        };
        return places.getOrDefault(key, List.of());
    }

    private void add(String name, String domain, boolean remoteAccess) {
        accounts.add(new NewPerson(name, domain, "", new PersonRights(remoteAccess)))
                .join()
                .orThrow();
        accounts.addDevice(name + "@" + domain, "laptop", new Secret(PASSWORD))
                .join()
                .orThrow();
    }

    private final class FromAccounts implements People {
        @Override
        public boolean isDomain(String host) {
            return true;
        }

        @Override
        public boolean exists(String address) {
            return accounts.person(address).isPresent();
        }

        @Override
        public @Nullable Account account(String address) {
            return accounts.person(address)
                    .flatMap(person -> accounts.credentials(person.name(), person.domain()))
                    .map(known -> new Account(
                            known.person().uri(),
                            known.person().name(),
                            "",
                            known.person().rights().remoteAccess(),
                            known.hashes().stream()
                                    .map(hash ->
                                            new DevicePassword(hash.device().id(), hash.hash()))
                                    .toList()))
                    .orElse(null);
        }
    }

    private static final class OneKey implements RelayKeys {
        @Override
        public RelayKey make() {
            return new RelayKey(RelayKey.newKeys(new SecureRandom()));
        }

        @Override
        public Result<RelayKey> read(int id) {
            return Result.bad(RelayErrorCode.KEY_UNUSABLE, 0, "not kept");
        }

        @Override
        public void delete(int id) {}
    }

    private Answer ask(String target, String... authorization) {
        return desk.answer(new Question(place, "GET", target, List.of(authorization)))
                .join();
    }

    /** A client that answers one challenge for that target. */
    private String authorization(String name, String password, String target) {
        DigestClient client = new DigestClient(name, password);
        assertThat(client.challenged(ask(target).challenges())).isTrue();
        return client.authorization("GET", target, random).orElseThrow();
    }

    private Answer signIn(String name, String password, String target) {
        return ask(target, authorization(name, password, target));
    }

    private Answer signIn(String name) {
        return signIn(name, PASSWORD, CredentialsDesk.PATH);
    }

    private static JsonNode json(Answer answer) throws IOException {
        return new ObjectMapper().readTree(answer.body());
    }

    @Test
    void whoKnowsADevicePasswordGetsCredentialsThatANodeTakes() throws IOException {
        assertThat(ask(CredentialsDesk.PATH).status()).isEqualTo(401);
        Answer answer = signIn("alice");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        JsonNode json = json(answer);
        assertThat(json.path("urls")).extracting(JsonNode::asText).containsExactlyElementsOf(URLS);
        assertThat(json.path("ttl").asInt()).isEqualTo(28_800);
        RelayVerifier.Known known = new RelayVerifier(service.checks(), Set.of())
                .check(json.path("username").asText(), now.getEpochSecond() * 1_000_000_000L)
                .orThrow();
        assertThat(known.password()).isEqualTo(json.path("credential").asText());
        assertThat(service.personOf(known.user().person())).contains("sip:alice@acorn.example");
    }

    @Test
    void whoBelongsToAnotherDomainNamesIt() {
        assertThat(signIn("olga", PASSWORD, CredentialsDesk.PATH + "?domain=oak.example")
                        .status())
                .isEqualTo(200);
        assertThat(signIn("olga").status()).isEqualTo(401);
        assertThat(ask(CredentialsDesk.PATH + "?domain=elm.example").status()).isEqualTo(404);
    }

    @Test
    void strangersAndWrongPasswordsGetTheSameAnswer() throws IOException {
        for (String name : List.of("alice", "nobody")) {
            Answer answer = signIn(name, "wrong horse battery", CredentialsDesk.PATH);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(json(answer).path("code").asText()).isEqualTo("pool-credentials-wrong");
            assertThat(answer.challenges()).singleElement().asString().doesNotContain("stale=true");
        }
        accounts.set("alice", new PersonChange(null, null, false)).join().orThrow();
        assertThat(json(signIn("alice")).path("code").asText()).isEqualTo("pool-credentials-wrong");
    }

    @Test
    void theSameCredentialsAreGoodOnceAndTooLateIsStale() {
        String once = authorization("alice", PASSWORD, CredentialsDesk.PATH);
        assertThat(ask(CredentialsDesk.PATH, once).status()).isEqualTo(200);
        Answer again = ask(CredentialsDesk.PATH, once);
        assertThat(again.status()).isEqualTo(401);
        assertThat(again.challenges()).singleElement().asString().contains("stale=true");
        String late = authorization("alice", PASSWORD, CredentialsDesk.PATH);
        now = now.plusSeconds(301);
        assertThat(ask(CredentialsDesk.PATH, late).challenges())
                .singleElement()
                .asString()
                .contains("stale=true");
    }

    @Test
    void credentialsForAnotherTargetAreNotTaken() {
        String other = authorization("alice", PASSWORD, CredentialsDesk.PATH + "?domain=acorn.example");
        assertThat(ask(CredentialsDesk.PATH, other).status()).isEqualTo(400);
        assertThat(ask(CredentialsDesk.PATH, "Digest nonsense").status()).isEqualTo(400);
        assertThat(ask(CredentialsDesk.PATH, "Basic YWxpY2U6cGFzc3dvcmQ=").status())
                .isEqualTo(401);
    }

    @Test
    void whoMayNotSignInFromOutsideGetsNoneThere() throws IOException {
        Answer answer = signIn("dave");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(json(answer).path("code").asText()).isEqualTo("pool-remote-access-denied");
    }

    @Test
    void whoIsInsideNeedsNoRightToBeOutsideAndIsToldOfTheRelayThere() throws IOException {
        place = new Place.Inside(LAPTOP);
        for (String name : List.of("alice", "dave")) {
            Answer answer = signIn(name);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(json(answer).path("urls")).extracting(JsonNode::asText).containsExactlyElementsOf(INSIDE_URLS);
        }
        place = new Place.Outside("edge1");
        assertThat(signIn("dave").status()).isEqualTo(403);
    }

    private HttpAnswer askInside(String method, Map<String, List<String>> fields) {
        CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
        HttpAsk ask = new HttpAsk(method, "", fields, LAPTOP);
        new InsideCredentials(desk).ask(ask, answer::complete);
        return answer.join();
    }

    @Test
    void insideItIsAskedOverHttpByClientsAndByPagesOfTheSettingsAlone() {
        HttpAnswer challenge = askInside("GET", Map.of());
        assertThat(challenge.status()).isEqualTo(401);
        DigestClient client = new DigestClient("dave", PASSWORD);
        assertThat(client.challenged(challenge.headers().get("www-authenticate")))
                .isTrue();
        String authorization =
                client.authorization("GET", CredentialsDesk.PATH, random).orElseThrow();
        HttpAnswer good = askInside("GET", Map.of("authorization", List.of(authorization), "origin", List.of(PAGE)));
        assertThat(good.status()).isEqualTo(200);
        assertThat(good.contentType()).isEqualTo("application/json");
        assertThat(new String(good.body(), StandardCharsets.UTF_8)).contains(INSIDE_URLS.getFirst());
        assertThat(good.headers()).containsEntry("access-control-allow-origin", List.of(PAGE));
        HttpAnswer preflight = askInside("OPTIONS", Map.of("origin", List.of(PAGE)));
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.headers()).containsEntry("access-control-allow-headers", List.of("authorization"));
        HttpAnswer page = askInside("GET", Map.of("origin", List.of("https://evil.example")));
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.headers()).doesNotContainKey("access-control-allow-origin");
        assertThat(counters.value("pool_relay_credentials_refused", "reason", "relay-page-refused"))
                .isEqualTo(1);
    }

    @Test
    void withoutARelayThereIsNothingToGet() throws IOException {
        places = Map.of();
        Answer answer = signIn("alice");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(json(answer).path("code").asText()).isEqualTo("relay-none");
    }

    @Test
    void otherPathsAndMethodsAreNotServed() {
        assertThat(ask("/").status()).isEqualTo(404);
        assertThat(ask(CredentialsDesk.PATH + "/").status()).isEqualTo(404);
        assertThat(desk.answer(new Question(place, "POST", CredentialsDesk.PATH, List.of()))
                        .join()
                        .status())
                .isEqualTo(404);
    }

    @Test
    void allAlgorithmsOfTheSettingsAreOffered() {
        desk.use(settings(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5));
        assertThat(ask(CredentialsDesk.PATH).challenges()).hasSize(2);
        assertThat(signIn("alice").status()).isEqualTo(200);
    }

    @Test
    void theSocketSpeaksHttpAndOnlyItsOwnerMayConnect() throws IOException {
        try (CredentialsSocket socket = CredentialsSocket.open(directory, desk, counters)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.file())))
                    .isEqualTo("rw-------");
            String authorization = authorization("alice", PASSWORD, CredentialsDesk.PATH);
            String good = raw(
                    socket.file(),
                    "GET /av/v1/credentials HTTP/1.1\r\nhost: localhost\r\nedgeways-node: edge1\r\nauthorization: "
                            + authorization + "\r\nconnection: close\r\n\r\n");
            assertThat(good)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\r\ncontent-type: application/json\r\n", URLS.getLast());
            String unknown = raw(socket.file(), "GET /av/v1/credentials HTTP/1.1\r\nhost: localhost\r\n\r\n");
            assertThat(unknown)
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\r\nwww-authenticate: Digest realm=\"acorn.example\"");
            assertThat(raw(socket.file(), "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(raw(socket.file(), "GET / HTTP/1.1\r\nx: " + "y".repeat(CredentialsSocket.HEAD_BYTES)))
                    .startsWith("HTTP/1.1 400 ");
        }
        assertThat(directory.resolve(CredentialsSocket.FILE_NAME)).doesNotExist();
    }

    private static String raw(Path file, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(file));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
