package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node whose settings say that it is a relay. */
@Timeout(60)
class RelayRoleTest {

    private static final InetAddress RELAY = InetAddress.ofLiteral("127.0.0.2");

    @TempDir
    Path directory;

    private static StunMessage ask(InetSocketAddress server, StunWriter request) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            socket.setSoTimeout(10_000);
            byte[] bytes = request.toBytes();
            socket.send(new DatagramPacket(bytes, bytes.length, server));
            DatagramPacket answer = new DatagramPacket(new byte[2_000], 2_000);
            socket.receive(answer);
            StunMessage message = StunMessage.parse(Arrays.copyOf(answer.getData(), answer.getLength()))
                    .orThrow();
            if (message.has(StunAttribute.XOR_MAPPED_ADDRESS)) {
                assertThat(message.xorAddress(message.find(StunAttribute.XOR_MAPPED_ADDRESS)))
                        .isEqualTo(TransportAddress.of((InetSocketAddress) socket.getLocalSocketAddress()));
            }
            return message;
        }
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

    @Test
    void itAnswersAndIsDrainedAndResumedFromTheInside() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory)) {
            int port;
            try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(RELAY, 0))) {
                port = probe.getLocalPort();
            }
            pair.write(pair.text()
                    .replace(
                            "spec:\n  access:",
                            "spec:\n  roles: [access, av]\n  av: {addresses: [127.0.0.2], udpPort: " + port
                                    + "}\n  access:"));
            pair.startAll();
            InetSocketAddress server = new InetSocketAddress(RELAY, port);
            byte[] transaction = new byte[12];
            assertThat(ask(server, new StunWriter(StunClass.REQUEST, StunMethod.BINDING, transaction))
                            .messageClass())
                    .isEqualTo(StunClass.SUCCESS);
            StunMessage challenge = ask(
                    server,
                    new StunWriter(StunClass.REQUEST, StunMethod.ALLOCATE, transaction)
                            .add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24));
            assertThat(challenge.messageClass()).isEqualTo(StunClass.ERROR);
            assertThat(challenge.text(StunAttribute.REALM)).isEqualTo("acorn.example");
            assertThat(pair.node().path("roles").path(1).asText()).isEqualTo("av");
            assertThat(gauge(pair, "av_edge_draining")).isZero();

            pair.ask(AdminClient.request("node-drain").put("name", "edge1"));
            pair.await(JoinedPair::isUpToDate);
            assertThat(pair.node().path("draining").asBoolean()).isTrue();
            assertThat(gauge(pair, "av_edge_draining")).isEqualTo(1);
            pair.ask(AdminClient.request("node-resume").put("name", "edge1"));
            pair.await(JoinedPair::isUpToDate);
            assertThat(pair.node().path("draining").asBoolean()).isFalse();
            assertThat(gauge(pair, "av_edge_draining")).isZero();
        }
    }
}
