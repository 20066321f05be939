package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The networks themselves. */
@Tag("interop")
class NetworksTest {
    /** Greater than any process id, so nobody's. */
    private static final String DEAD = "edgeways99999999-home";

    private static final int LISTENER = 7000;
    private static final int CALLER = 40_000;

    @Test
    void nothingIsLeftBehindNorOfARunThatHasDied() throws Exception {
        Files.createDirectories(Path.of("/etc/netns", DEAD));
        say("networks-leftover", Place.LOOPBACK, List.of("ip", "netns", "add", DEAD));
        assertThat(namespaces()).contains(DEAD);
        try (Networks networks = Networks.create()) {
            assertThat(namespaces()).doesNotContain(DEAD).contains(((Place.Namespace) networks.home()).namespace());
            assertThat(Path.of("/etc/netns", DEAD)).doesNotExist();
        }
        assertThat(namespaces())
                .doesNotContain("edgeways" + ProcessHandle.current().pid());
    }

    @Test
    void theNatGivesEachDestinationAnotherPort() {
        try (Networks networks = Networks.create();
                RunningProgram listener = RunningProgram.start(
                        networks.attacker(),
                        "networks-listener",
                        Path.of("."),
                        Map.of(),
                        List.of(
                                Program.SOCAT.path().toString(),
                                "-d",
                                "-d",
                                "TCP-LISTEN:" + LISTENER + ",fork",
                                "SYSTEM:echo $SOCAT_PEERADDR $SOCAT_PEERPORT"))) {
            listener.transcript().await("it listens", Pattern.compile("listening on"), Account.STEP);
            String first = seenFrom(networks, "198.51.100.66");
            String second = seenFrom(networks, "198.51.100.67");
            assertThat(first).startsWith(Networks.NAT_OUTSIDE + " ").isNotEqualTo(second);
            assertThat(second).startsWith(Networks.NAT_OUTSIDE + " ");
        }
    }

    /** The edge's host says something bad from its relay's port, something that nobody understands, and something elsewhere. */
    @Test
    void datagramsOfTheEdgeAreReadAndWhatIsNotReadIsCounted() throws Exception {
        byte[] bad = RelayReadingTest.stun(
                0x0103, RelayReadingTest.xored(0x0016, Networks.EDGE_INSIDE), RelayReadingTest.attribute(0x8022, "x"));
        try (Networks networks = Networks.create();
                WorkDirectory recordings = WorkDirectory.create()) {
            send(networks, Networks.RELAY_PORT, bad);
            assertThat(networks.unread()).as("all is read").isZero();
            OutsideReading reading = OutsideReading.of(recordings.path(), networks.datagrams());
            assertThat(reading.sent()).hasSize(1);
            assertThat(reading.insideSeenOutside()).hasSize(1).allMatch(seen -> seen.contains(Networks.EDGE_INSIDE));
            send(networks, Networks.RELAY_PORT, Arrays.copyOf(bad, bad.length - 1));
            assertThat(networks.unread()).as("cannot be read").isOne();
            send(networks, Networks.RELAY_PORT + 1, bad);
            assertThat(networks.unread()).as("does not pass").isEqualTo(2);
        }
    }

    @Test
    void whatTheEdgeTriesTowardsTheInsideIsCountedAlsoWhileTheNetworkIsCut() throws Exception {
        try (Networks networks = Networks.create()) {
            InnerFirewall.isClosed(networks);
            InnerFirewall.hasBlockedNothing(networks);
            for (Networks.Cut how : List.of(Networks.Cut.SILENT, Networks.Cut.FORGETTING, Networks.Cut.CLOSING)) {
                networks.cut(Networks.Cable.LINK, how);
                assertThat(Networks.reaches(networks.edge(), networks.pool().address(), LISTENER))
                        .isFalse();
                networks.mend(Networks.Cable.LINK);
                assertThat(networks.tried()).as("connections while it is cut").isPositive();
                assertThat(networks.blocked()).as("what the cut lets through").isZero();
                networks.forgetBlocked();
            }
            networks.cut(Networks.Cable.LINK, Networks.Cut.SILENT);
            send(
                    networks,
                    Networks.EDGE_INSIDE,
                    Networks.RELAY_PORT,
                    new byte[1],
                    networks.pool().address());
            networks.mend(Networks.Cable.LINK);
            assertThat(networks.tried()).as("datagrams while it is cut").isOne();
        }
    }

    private static void send(Networks networks, int port, byte[] bytes) throws IOException {
        send(networks, Networks.EDGE_OUTSIDE, port, bytes, Networks.NAT_OUTSIDE);
    }

    private static void send(Networks networks, String from, int port, byte[] bytes, String to) throws IOException {
        InetSocketAddress there = new InetSocketAddress(to, LISTENER);
        networks.edge().here(() -> {
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, port))) {
                socket.send(new DatagramPacket(bytes, bytes.length, there));
            }
            return true;
        });
    }

    private static String seenFrom(Networks networks, String address) {
        String from = "sourceport=" + CALLER + ",reuseaddr";
        return say(
                "networks-caller",
                networks.home(),
                List.of(
                        Program.SOCAT.path().toString(),
                        "-u",
                        "TCP:" + address + ":" + LISTENER + "," + from,
                        "STDIO"));
    }

    private static String namespaces() {
        return say("networks-list", Place.LOOPBACK, List.of("ip", "netns", "list"));
    }

    private static String say(String name, Place place, List<String> command) {
        try (RunningProgram program = RunningProgram.start(place, name, Path.of("."), Map.of(), command)) {
            assertThat(program.awaitExit(Account.STEP)).isZero();
            return program.transcript().text();
        }
    }
}
