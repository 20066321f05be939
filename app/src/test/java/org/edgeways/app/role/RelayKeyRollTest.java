package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.avedge.client.RelayClient;
import org.edgeways.base.Result;
import org.edgeways.node.Member;
import org.edgeways.node.NodeFiles;
import org.edgeways.pool.relay.RelayService;
import org.edgeways.pool.relay.engine.KeyRoll;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.tokens.TokensErrorCode;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The inside rolls the keys of relay credentials while somebody is in a call; neither inside nor node is started again. */
@Tag("long")
@Timeout(240)
class RelayKeyRollTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final InetAddress PEER = InetAddress.ofLiteral("127.0.0.3");
    private static final int CHANNEL = 0x4001;

    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path directory;

    private static JsonNode credentials(JoinedPair pair, String name) {
        pair.ask(AdminClient.request("user-add").put("name", name).put("remoteAccess", true));
        pair.ask(AdminClient.request("device-add").put("name", name).put("device", "laptop"));
        return pair.ask(AdminClient.request("relay-credentials")
                        .put("name", name)
                        .put("device", "laptop")
                        .put("seconds", RelayService.LONGEST_LIFE.toSeconds()))
                .path("turn");
    }

    private RelayClient client(int port, JsonNode turn) throws IOException {
        return RelayClient.udp(
                new InetSocketAddress(JoinedPair.RELAY, port),
                new RelayClient.Login(
                        turn.path("username").asText(), turn.path("credential").asText()),
                PATIENCE,
                random);
    }

    private static void reaches(RelayClient client, DatagramSocket peer, String text) throws IOException {
        client.send(CHANNEL, text);
        DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
        peer.receive(packet);
        assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8))
                .isEqualTo(text);
    }

    /** What the node keeps, and has in use. */
    private static EdgeSnapshot.Relay checks(JoinedPair pair) {
        NodeFiles files = new NodeFiles(pair.edgeData());
        Member member = files.member().orThrow();
        return files.snapshot(member).orThrow().orElseThrow().relay().orElseThrow();
    }

    private static void awaitKeys(JoinedPair pair, int count) {
        Instant end = Instant.now().plus(PATIENCE);
        while (checks(pair).checks().size() != count) {
            assertThat(Instant.now()).as("keys: %s", checks(pair)).isBefore(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static void later(JoinedPair pair, Duration by) {
        pair.relayTime.set(InstantSource.offset(InstantSource.system(), by));
        pair.relay().roll();
    }

    @Test
    void aCallGoesOnAndNewCredentialsAreOfTheNewKey() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory);
                DatagramSocket peer = new DatagramSocket(new InetSocketAddress(PEER, 0))) {
            peer.setSoTimeout((int) PATIENCE.toMillis());
            int port = pair.becomesRelay(", allow: [127.0.0.0/8]");
            pair.startAll();
            JsonNode old = credentials(pair, "alice");
            try (RelayClient alice = client(port, old)) {
                RelayVerifier before = checks(pair).verifier().orThrow();
                assertThat(alice.allocate().status()).isZero();
                assertThat(alice.bind(CHANNEL, TransportAddress.of((InetSocketAddress) peer.getLocalSocketAddress()))
                                .status())
                        .isZero();
                reaches(alice, peer, "before");

                later(pair, KeyRoll.TURN.minus(KeyRoll.AHEAD).plusHours(1));
                awaitKeys(pair, 2);
                pair.await(JoinedPair::isUpToDate);
                later(pair, KeyRoll.TURN.plusHours(1));
                JsonNode made = credentials(pair, "bob");
                assertThat(before.check(made.path("username").asText(), pair.clock.now()))
                        .isInstanceOfSatisfying(
                                Result.Bad.class,
                                bad -> assertThat(bad.code()).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN));
                try (RelayClient bob = client(port, made)) {
                    assertThat(bob.allocate().status()).isZero();
                }

                reaches(alice, peer, "after");
                assertThat(alice.refresh(Duration.ofMinutes(10)).status()).isZero();
                try (RelayClient again = client(port, old)) {
                    assertThat(again.allocate().status())
                            .as("the old key is honoured")
                            .isZero();
                }
            }
        }
    }
}
