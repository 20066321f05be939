package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.base.Result;
import org.edgeways.net.Pem;
import org.edgeways.node.NodeFiles;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.tokens.TokensErrorCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Credentials for the relay: got outside over HTTPS, and by an administrator; what the node is told; taken back. */
@Tag("long")
@Timeout(120)
class RelayCredentialsTest {

    private static final String PATH = "/av/v1/credentials";

    @TempDir
    Path directory;

    private record Answer(int status, List<String> challenges, JsonNode json) {}

    private static Answer get(JoinedPair pair, int port, Optional<String> authorization) throws Exception {
        try (SSLSocket client = pair.tls(port, "sip.acorn.example")) {
            String field = authorization
                    .map(value -> "Authorization: " + value + "\r\n")
                    .orElse("");
            client.getOutputStream()
                    .write(("GET " + PATH + " HTTP/1.1\r\nHost: sip.acorn.example\r\n" + field + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            assertThat(end).as(answer).isPositive();
            List<String> challenges = new ArrayList<>();
            answer.substring(0, end)
                    .lines()
                    .filter(line -> line.regionMatches(true, 0, "www-authenticate: ", 0, 18))
                    .forEach(line -> challenges.add(line.substring(18)));
            return new Answer(
                    Integer.parseInt(answer.substring(9, 12)),
                    challenges,
                    new ObjectMapper().readTree(answer.substring(end + 4)));
        }
    }

    private static Answer signIn(JoinedPair pair, String name, String password) throws Exception {
        return signIn(pair, pair.outsidePort, name, password);
    }

    private static Answer signIn(JoinedPair pair, int port, String name, String password) throws Exception {
        DigestClient client = new DigestClient(name, password);
        Answer challenge = get(pair, port, Optional.empty());
        assertThat(challenge.status()).as("%s", challenge).isEqualTo(401);
        assertThat(client.challenged(challenge.challenges())).isTrue();
        return get(pair, port, client.authorization("GET", PATH, new SecureRandom()));
    }

    /** What the node would say of a user name if it were started now. */
    private static Result<RelayVerifier.Known> judged(JoinedPair pair, String username) {
        return known(pair).check(username, pair.clock.now());
    }

    private static void awaitWithdrawn(JoinedPair pair, String username) {
        Instant end = Instant.now().plusSeconds(30);
        while (true) {
            Result<RelayVerifier.Known> judged = judged(pair, username);
            if (judged instanceof Result.Bad<RelayVerifier.Known> bad
                    && bad.code() == TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN) {
                return;
            }
            assertThat(Instant.now()).as("%s", judged).isBefore(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static RelayVerifier known(JoinedPair pair) {
        NodeFiles files = new NodeFiles(pair.edgeData());
        EdgeSnapshot kept = files.snapshot(files.member().orThrow()).orThrow().orElseThrow();
        return kept.relay().orElseThrow().verifier().orThrow();
    }

    /** Credentials that an administrator asks for are, in the end, good for nothing at a node that knows this. */
    private static void awaitUnknown(JoinedPair pair, RelayVerifier known) {
        Instant end = Instant.now().plusSeconds(30);
        while (true) {
            JsonNode made = pair.ask(AdminClient.request("relay-credentials")
                    .put("name", "alice")
                    .put("device", "laptop")
                    .put("seconds", 60));
            String username = made.path("turn").path("username").asText();
            if (known.check(username, pair.clock.now()) instanceof Result.Bad<RelayVerifier.Known> bad
                    && bad.code() == TokensErrorCode.RELAY_KEY_UNKNOWN) {
                return;
            }
            assertThat(Instant.now()).as("%s", made).isBefore(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static JsonNode turnOfNewDevice(JoinedPair pair, String device, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("user", "device", "add", "alice", device, "--turn", "-o", "json"));
        command.addAll(List.of(options));
        JsonNode shown = new ObjectMapper().readTree(pair.said(command.toArray(String[]::new)));
        assertThat(shown.path("password").asText()).isNotEmpty();
        return shown.path("turn");
    }

    /** On its port of SIP over TLS; dave may not be outside. */
    private static void thePoolItselfGivesThemToWhoIsInside(JoinedPair pair, int relayPort, String ofAlice)
            throws Exception {
        pair.ask(AdminClient.request("user-add").put("name", "dave").put("remoteAccess", false));
        String ofDave = pair.ask(
                        AdminClient.request("device-add").put("name", "dave").put("device", "deskphone"))
                .path("password")
                .asText();
        assertThat(signIn(pair, "dave", ofDave).status()).as("outside").isEqualTo(403);
        Answer answer = signIn(pair, pair.insidePort, "dave", ofDave);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.json().path("urls"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        "turn:127.0.0.3:" + relayPort + "?transport=udp",
                        "turn:127.0.0.3:" + relayPort + "?transport=tcp");
        assertThat(judged(pair, answer.json().path("username").asText()).isOk()).isTrue();
        assertThat(signIn(pair, pair.insidePort, "alice", ofDave).status()).isEqualTo(401);
        assertThat(signIn(pair, pair.insidePort, "alice", ofAlice).status()).isEqualTo(200);
    }

    @Test
    void aPersonOutsideGetsThemTheNodeKnowsThemAndWhoIsDisabledLosesThemAtOnce() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory)) {
            int port = pair.becomesRelay(", insideAddresses: [127.0.0.3]");
            pair.write(pair.text().replace("  access:", "  access:\n    certificates: [outside]")
                    + "---\nkind: Certificate\nname: outside\nspec: {certificate: outside.crt, key: outside.key}\n");
            Pem.writeIdentity(
                    pair.edgeData().resolve("outside.crt"),
                    pair.edgeData().resolve("outside.key"),
                    pair.issue("sip.acorn.example"));
            pair.startAll();
            pair.ask(AdminClient.request("user-add").put("name", "alice").put("remoteAccess", true));
            String password = pair.ask(AdminClient.request("device-add")
                            .put("name", "alice")
                            .put("device", "laptop"))
                    .path("password")
                    .asText();

            Answer answer = signIn(pair, "alice", password);
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(answer.json().path("urls"))
                    .extracting(JsonNode::asText)
                    .containsExactly(
                            "turn:127.0.0.2:" + port + "?transport=udp",
                            "turn:sip.acorn.example:" + pair.outsidePort + "?transport=tcp",
                            "turns:sip.acorn.example:" + pair.outsidePort + "?transport=tcp");
            assertThat(answer.json().path("ttl").asInt()).isEqualTo(28_800);
            String username = answer.json().path("username").asText();
            assertThat(judged(pair, username).orThrow().password())
                    .isEqualTo(answer.json().path("credential").asText());

            thePoolItselfGivesThemToWhoIsInside(pair, port, password);
            assertThat(signIn(pair, "alice", "wrong horse battery").status()).isEqualTo(401);
            assertThat(signIn(pair, "nobody", password).status()).isEqualTo(401);

            JsonNode turn = turnOfNewDevice(pair, "phone", "--turn-for", "1m");
            assertThat(turn.path("ttl").asInt()).isEqualTo(60);
            RelayUser phone =
                    judged(pair, turn.path("username").asText()).orThrow().user();
            RelayUser laptop = judged(pair, username).orThrow().user();
            assertThat(pair.said("user", "device", "find", username))
                    .containsPattern("sip:alice@acorn.example +laptop +20[0-9TZ:-]+ +no");
            assertThat(phone.person()).isEqualTo(laptop.person());
            assertThat(phone.device()).isNotEqualTo(laptop.device());
            JsonNode usual = turnOfNewDevice(pair, "deskphone");
            assertThat(usual.path("ttl").asInt()).as("as the settings say").isEqualTo(28_800);
            pair.push(pair.text().replace("name: pool\nspec:\n", "name: pool\nspec:\n  relayCredentials: 2h\n"));
            assertThat(turnOfNewDevice(pair, "tablet").path("ttl").asInt()).isEqualTo(7_200);
            String deskphone = usual.path("username").asText();
            pair.ask(AdminClient.request("device-revoke").put("name", "alice").put("device", "deskphone"));
            awaitWithdrawn(pair, deskphone);
            assertThat(judged(pair, username).isOk()).as("the laptop's").isTrue();

            pair.ask(AdminClient.request("user-set").put("name", "alice").put("enabled", false));
            awaitWithdrawn(pair, username);
            pair.await(JoinedPair::isUpToDate);
            assertThat(signIn(pair, "alice", password).status()).isEqualTo(401);

            // a node that is put out knows the secret of every password, and sees user names of others on their way
            pair.ask(AdminClient.request("user-set").put("name", "alice").put("enabled", true));
            RelayVerifier known = known(pair);
            pair.ask(AdminClient.request("node-remove").put("name", "edge1"));
            awaitUnknown(pair, known);
        }
    }
}
