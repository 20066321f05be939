package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.avedge.client.RelayClient;
import org.edgeways.avedge.udp.LinuxSockets;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A node whose settings say that it is a relay. */
@Tag("long")
@Timeout(60)
@ParameterizedClass
@ValueSource(booleans = {false, true})
class RelayRoleTest {

    private static final InetAddress INSIDE = InetAddress.ofLiteral("127.0.0.3");

    /** Whether datagrams need a system call each. */
    @Parameter
    boolean plain;

    @TempDir
    Path directory;

    @BeforeEach
    void chooseSockets() {
        System.setProperty(LinuxSockets.NOT_WANTED, Boolean.toString(plain));
        assertThat(LinuxSockets.whyNot().isEmpty()).isEqualTo(!plain && OS.LINUX.isCurrentOs());
    }

    @AfterEach
    void asBefore() {
        System.clearProperty(LinuxSockets.NOT_WANTED);
    }

    private static StunMessage ask(DatagramSocket socket, InetSocketAddress server, StunWriter request)
            throws IOException {
        byte[] bytes = request.toBytes();
        socket.send(new DatagramPacket(bytes, bytes.length, server));
        DatagramPacket answer = new DatagramPacket(new byte[2_000], 2_000);
        socket.receive(answer);
        return StunMessage.parse(Arrays.copyOf(answer.getData(), answer.getLength()))
                .orThrow();
    }

    private static StunWriter request(int method) {
        return new StunWriter(StunClass.REQUEST, method, new byte[12]);
    }

    private static RelayClient client(InetSocketAddress server, JsonNode turn) throws IOException {
        RelayClient.Login login = new RelayClient.Login(
                turn.path("username").asText(), turn.path("credential").asText());
        return RelayClient.udp(server, login, Duration.ofSeconds(10), new SecureRandom());
    }

    private static long gauge(JoinedPair pair, String name) {
        return pair.edge()
                .watched()
                .counters()
                .get()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElse(-1);
    }

    private static JsonNode credentials(JoinedPair pair, String name) {
        pair.ask(AdminClient.request("user-add").put("name", name).put("remoteAccess", true));
        pair.ask(AdminClient.request("device-add").put("name", name).put("device", "laptop"));
        return pair.ask(AdminClient.request("relay-credentials")
                        .put("name", name)
                        .put("device", "laptop"))
                .path("turn");
    }

    private static void showsWhatIsRelayed(
            JoinedPair pair,
            RelayClient alice,
            @Nullable TransportAddress alicesAddress,
            RelayClient again,
            @Nullable TransportAddress againsAddress)
            throws IOException {
        assertThat(alice.permit(Objects.requireNonNull(againsAddress)).status()).isZero();
        assertThat(again.bind(0x4001, Objects.requireNonNull(alicesAddress)).status())
                .isZero();
        again.send(0x4001, "hello");
        assertThat(alice.receive(Duration.ofSeconds(10))).isEqualTo(new RelayClient.Data(0, againsAddress, "hello"));
        pair.ask(AdminClient.request("node-drain").put("name", "edge1")); // it reports when it has taken that
        pair.await(node -> {
            JsonNode busiest = node.path("report").path("relaying").path("busiest");
            return busiest.size() == 2 && busiest.path(1).path("bytes").asLong() == 5; // each is charged with it
        });
        assertThat(pair.said("status"))
                .containsPattern(
                        "edge1 relays for 2 allocations and takes no new ones; the busiest: 127\\.0\\.0\\.1:[0-9]+"
                                + " \\(sip:alice@acorn\\.example\\) 5 bytes since 20[^,]+, 127\\.0\\.0\\.1:[0-9]+ .* 5 bytes");
        pair.ask(AdminClient.request("node-resume").put("name", "edge1"));
        pair.await(JoinedPair::isUpToDate);
    }

    /** Of whom there are two allocations already. */
    private static void cutsOffWhoIsDisabledThoughTheSettingsCannotBeRunHere(JoinedPair pair, InetSocketAddress server)
            throws IOException {
        JsonNode turn = credentials(pair, "bob");
        pair.await(JoinedPair::isUpToDate);
        try (RelayClient bob = client(server, turn)) {
            assertThat(bob.allocate().status()).isZero();
            assertThat(gauge(pair, "av_edge_allocations")).isEqualTo(3);
            String good = pair.text();
            pair.write(good.replace(
                    "addresses: [127.0.0.1]\n    sipTlsPort: " + pair.outsidePort,
                    "addresses: [127.0.0.1, 192.0.2.1]\n    sipTlsPort: " + pair.outsidePort));
            assertThat(pair.text()).isNotEqualTo(good);
            assertThat(pair.reload()).isEmpty();
            pair.await(node -> node.path("report").path("rejected").has("code"));
            pair.ask(AdminClient.request("user-set").put("name", "bob").put("enabled", false));
            pair.await(node ->
                    node.path("report").path("relaying").path("allocations").asInt() == 2);
            assertThat(bob.allocate().status()).isEqualTo(401);
            pair.push(good);
        }
    }

    private static void answersInsideOverTcp(int port) throws IOException {
        try (Socket inside = new Socket(INSIDE, port)) {
            inside.setSoTimeout(10_000);
            inside.getOutputStream().write(request(StunMethod.BINDING).toBytes());
            byte[] answer = inside.getInputStream().readNBytes(32);
            StunMessage message = StunMessage.parse(answer).orThrow();
            assertThat(message.xorAddress(message.find(StunAttribute.XOR_MAPPED_ADDRESS)))
                    .isEqualTo(TransportAddress.of((InetSocketAddress) inside.getLocalSocketAddress()));
        }
    }

    private static void answersOutside(InetSocketAddress server) throws IOException {
        try (DatagramSocket client = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            client.setSoTimeout(10_000);
            StunMessage binding = ask(client, server, request(StunMethod.BINDING));
            assertThat(binding.xorAddress(binding.find(StunAttribute.XOR_MAPPED_ADDRESS)))
                    .isEqualTo(TransportAddress.of((InetSocketAddress) client.getLocalSocketAddress()));
        }
    }

    /** With udpPort the number of the shared port, which listens on all addresses as it does unless settings say others. */
    @Test
    void itsInsideLegMayBeOnTheSharedPort() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory)) {
            String access = "access:\n    host: sip.acorn.example\n    addresses: [0.0.0.0]";
            pair.write(pair.text()
                    .replace("access:\n    host: sip.acorn.example\n    addresses: [127.0.0.1]", access)
                    .replace(
                            "spec:\n  access:",
                            "spec:\n  roles: [access, av]\n  av: {addresses: [127.0.0.2], insideAddresses: [127.0.0.3], udpPort: "
                                    + pair.outsidePort + "}\n  access:"));
            assertThat(pair.text()).contains(access);
            pair.startAll();
            answersOutside(new InetSocketAddress(JoinedPair.RELAY, pair.outsidePort));
            answersInsideOverTcp(pair.outsidePort);
        }
    }

    @Test
    void whileItIsDrainedItSendsClientsToTheNodeThatTheSettingsName() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory)) {
            int port = pair.becomesRelay(", alternate: edge2");
            pair.write(pair.text() + """
                    ---
                    kind: EdgeNode
                    name: edge2
                    spec:
                      roles: [access, av]
                      av: {addresses: [127.0.0.9]}
                      access: {host: sip2.acorn.example}
                      insideLeg:
                        host: edge2.perimeter.acorn.example
                        addresses: [127.0.0.9]
                        port: %d
                        dialAddress: 127.0.0.9
                    """.formatted(JoinedPair.freePort()));
            pair.startAll();
            pair.joinToo("edge2");
            JsonNode turn = credentials(pair, "alice");
            pair.ask(AdminClient.request("node-drain").put("name", "edge1"));
            pair.await(JoinedPair::isUpToDate);
            try (RelayClient alice = client(new InetSocketAddress(JoinedPair.RELAY, port), turn)) {
                assertThat(alice.allocate()).isEqualTo(new RelayClient.Answer(300, "Try Alternate", null));
                pair.push(pair.text().replace(", alternate: edge2", ""));
                assertThat(alice.allocate().status()).isEqualTo(508);
            }
        }
    }

    @Test
    void itTakesCredentialsOfTheInsideIsDrainedAndResumedAndCutsOffWhoIsDisabled() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory)) {
            int port = pair.becomesRelay(", insideAddresses: [127.0.0.3]");
            pair.startAll();
            InetSocketAddress server = new InetSocketAddress(JoinedPair.RELAY, port);
            JsonNode turn = credentials(pair, "alice");
            pair.await(JoinedPair::isUpToDate);
            answersOutside(server);
            answersInsideOverTcp(port);
            talk(pair, server, turn);
        }
    }

    private static void talk(JoinedPair pair, InetSocketAddress server, JsonNode turn) throws IOException {
        try (RelayClient alice = client(server, turn);
                RelayClient again = client(server, turn)) {
            RelayClient.Answer first = alice.allocate();
            assertThat(first.status()).isZero();
            assertThat(gauge(pair, "av_edge_allocations")).isEqualTo(1);
            assertThat(pair.node().path("roles").path(1).asText()).isEqualTo("av");
            assertThat(gauge(pair, "av_edge_draining")).isZero();

            assertThat(pair.ask(AdminClient.request("node-drain").put("name", "edge1"))
                            .path("relays")
                            .asBoolean())
                    .isTrue();
            pair.await(JoinedPair::isUpToDate);
            assertThat(pair.node().path("draining").asBoolean()).isTrue();
            assertThat(gauge(pair, "av_edge_draining")).isEqualTo(1);
            JsonNode relaying = pair.node().path("report").path("relaying");
            assertThat(relaying.path("draining").asBoolean()).as("%s", relaying).isTrue();
            assertThat(relaying.path("allocations").asInt()).isEqualTo(1);
            assertThat(relaying.path("busiest").path(0).path("client").asText()).startsWith("127.0.0.1:");
            assertThat(relaying.path("busiest").path(0).path("person").asText())
                    .as("the inside knows whose number it is")
                    .isEqualTo("sip:alice@acorn.example");
            assertThat(pair.said("status"))
                    .containsPattern(
                            "edge1 relays for 1 allocation and takes no new ones; the busiest: 127\\.0\\.0\\.1:[0-9]+"
                                    + " \\(sip:alice@acorn\\.example\\) 0 bytes since 20");
            assertThat(again.allocate().status()).isEqualTo(508);
            pair.ask(AdminClient.request("node-resume").put("name", "edge1"));
            pair.await(JoinedPair::isUpToDate);
            assertThat(pair.node().path("draining").asBoolean()).isFalse();
            assertThat(gauge(pair, "av_edge_draining")).isZero();
            RelayClient.Answer second = again.allocate();
            assertThat(second.status()).isZero();
            showsWhatIsRelayed(pair, alice, first.relayed(), again, second.relayed());
            cutsOffWhoIsDisabledThoughTheSettingsCannotBeRunHere(pair, server);

            pair.ask(AdminClient.request("user-set").put("name", "alice").put("enabled", false));
            pair.await(node -> JoinedPair.isUpToDate(node)
                    && node.path("report").path("relaying").path("allocations").asInt() == 0);
            assertThat(again.allocate().status())
                    .as("of somebody who is disabled")
                    .isEqualTo(401);

            pair.write(pair.text().replace("addresses: [127.0.0.2]", "addresses: [198.51.100.77]"));
            assertThat(pair.reload()).isEmpty();
            pair.await(node -> node.path("report")
                    .path("rejected")
                    .path("reason")
                    .asText()
                    .contains("cannot relay on 198.51.100.77"));
        }
    }
}
