package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.edgeways.avedge.AvEdge;
import org.edgeways.avedge.AvEdgeSettings;
import org.edgeways.avedge.RelayAuthority;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.LineRate;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.port.ListenerSettings;
import org.edgeways.net.port.PortContext;
import org.edgeways.net.port.PortEvents;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;
import org.edgeways.tokens.RelayCredentials;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.engine.AddressPrefix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * coturn's client sends through the A/V Edge over IPv6 to coturn's peer, which sends everything back: two hosts of one network, in
 * namespaces of this machine, since loopback has one address of IPv6 alone. Needs root.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Ipv6RelayTest {

    private static final String SERVER = "fd5e:6::2";
    private static final String RELAY = "fd5e:6::3";
    private static final String RELAY_IPV4 = "10.56.0.3";
    private static final String PEER = "fd5e:6::4";
    private static final String PEER_IPV4 = "10.56.0.4";
    private static final int PEER_PORT = 3480; // and the next, for RTCP
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration RUN = Duration.ofSeconds(60);
    private static final Pattern COUNTS = Pattern.compile("tot_send_msgs=(\\d+), tot_recv_msgs=(\\d+)");

    private final String prefix = "edgeways" + ProcessHandle.current().pid() + "-";
    private final Place.Namespace node = new Place.Namespace(prefix + "six", SERVER);
    private final Place.Namespace others = new Place.Namespace(prefix + "others", PEER);
    private final SecureRandom random = new SecureRandom();
    private final InMemoryCounters counters = new InMemoryCounters();
    private final RelayKey key = new RelayKey(RelayKey.newKeys(random));
    private final WorkDirectory directory = WorkDirectory.create();
    private final EventLoops loops = new EventLoops(2);
    private final List<RunningProgram> peers = new ArrayList<>();
    private AvEdge relay;
    private SharedListener listener;
    private int runs;

    @BeforeAll
    void start() throws IOException {
        ip("netns", "add", node.namespace());
        ip("netns", "add", others.namespace());
        ip(
                "link",
                "add",
                "eth0",
                "netns",
                node.namespace(),
                "type",
                "veth",
                "peer",
                "eth0",
                "netns",
                others.namespace());
        addresses(node, SERVER + "/64", RELAY + "/64", RELAY_IPV4 + "/24");
        addresses(others, PEER + "/64", PEER_IPV4 + "/24");
        relay = node.here(this::relay);
        listener = node.here(this::listener);
        for (String address : List.of(PEER, PEER_IPV4)) {
            peers.add(RunningProgram.start(
                    others,
                    "turnutils-peer-" + peers.size(),
                    directory.path(),
                    Map.of(),
                    List.of(
                            Program.TURNUTILS_PEER.path().toString(),
                            "-L",
                            address,
                            "-p",
                            Integer.toString(PEER_PORT),
                            "-v")));
        }
    }

    private AvEdge relay() throws IOException {
        RelayAuthority authority =
                new RelayAuthority(new RelayVerifier(List.of(key.check()), Set.of()), counters, InstantSource.system());
        AvEdgeSettings settings = AvEdgeSettings.of(
                        "acorn.example",
                        2,
                        List.of(new InetSocketAddress(InetAddress.ofLiteral(SERVER), 0)),
                        new AvEdgeSettings.Relay(InetAddress.ofLiteral(RELAY_IPV4), InetAddress.ofLiteral(RELAY)))
                .withPeers(new AvEdgeSettings.Peers(
                        List.of(AddressPrefix.of("fd5e:6::/64"), AddressPrefix.of("10.56.0.0/24")), List.of()));
        return AvEdge.start(
                settings, new AvEdge.Surroundings(counters, new ProcessClock(), random, authority, authority));
    }

    private SharedListener listener() throws IOException {
        AdmissionLimits limits = new AdmissionLimits(100, 100, 100, Duration.ofSeconds(10));
        return SharedListener.open(
                new PortContext(loops, new ProcessClock(), counters, new LineRate(counters.counter("suppressed"))),
                new ListenerSettings(
                        "outside",
                        new InetSocketAddress(InetAddress.ofLiteral(SERVER), 0),
                        new Admission("outside", limits, BanCheck.NONE, counters)),
                new ProtocolTable(relay.tcp()),
                PortEvents.NONE);
    }

    private static void addresses(Place.Namespace host, String... addresses) {
        String at = host.namespace();
        ip("-n", at, "link", "set", "lo", "up");
        for (String address : addresses) {
            List<String> command = new ArrayList<>(List.of("-n", at, "address", "add", address, "dev", "eth0"));
            if (address.contains(":")) {
                command.add("nodad"); // else it could not be had for a second
            }
            ip(command.toArray(String[]::new));
        }
        ip("-n", at, "link", "set", "eth0", "up");
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Program.IP.path().toString()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s (needs root) says: %s", command, said)
                    .isZero();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    void stop() {
        peers.forEach(RunningProgram::close);
        if (listener != null) {
            listener.close();
        }
        if (relay != null) {
            relay.close();
        }
        loops.close();
        directory.close();
        ip("netns", "del", node.namespace());
        ip("netns", "del", others.namespace());
    }

    private String run(int port, String... options) {
        RelayCredentials credentials = key.mint(
                new RelayUser(1, 1), Instant.now().plus(Duration.ofHours(8)).getEpochSecond(), random);
        List<String> command = new ArrayList<>(List.of(
                Program.TURNUTILS_UCLIENT.path().toString(),
                "-p",
                Integer.toString(port),
                "-u",
                credentials.username(),
                "-w",
                credentials.password(),
                "-n",
                "20",
                "-l",
                "170",
                "-z",
                "5"));
        command.addAll(List.of(options));
        command.add(SERVER);
        try (RunningProgram client =
                RunningProgram.start(others, "turnutils-uclient-six-" + ++runs, directory.path(), Map.of(), command)) {
            int status = client.awaitExit(RUN);
            String said = client.transcript().text();
            assertThat(status).as(said).isZero();
            return said;
        }
    }

    /** Of the last line of counts: what was sent, and what of it came back. */
    private static int[] counts(String said) {
        Matcher found = COUNTS.matcher(said);
        int[] counts = {-1, -1};
        while (found.find()) {
            counts = new int[] {Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2))};
        }
        return counts;
    }

    private void everythingComesBack(String direction, String... options) {
        long before = counters.value("av_edge_packets", "direction", direction);
        String said = run(relay.outside().getFirst().getPort(), options);
        int[] counts = counts(said);
        assertThat(counts[0]).as("sent: %s", said).isPositive();
        assertThat(counts[1]).as("came back: %s", said).isEqualTo(counts[0]);
        assertThat(counters.value("av_edge_packets", "direction", direction))
                .as(direction)
                .isGreaterThan(before);
    }

    @ParameterizedTest
    @CsvSource({"channels,-x", "indications that are not fragmented,-xsg"})
    void packetsGoToAPeerOfIpv6AndComeBack(String what, String options) {
        everythingComesBack("to-client", options, "-e", PEER, "-r", Integer.toString(PEER_PORT));
    }

    @Test
    void packetsOfAClientOfIpv6GoToAPeerOfIpv4AndComeBack() {
        everythingComesBack("to-client", "-e", PEER_IPV4, "-r", Integer.toString(PEER_PORT));
    }

    @Test
    void clientsReachEachOtherByRelayedAddressesOfIpv6() {
        everythingComesBack("between-clients", "-x", "-y", "-m", "2");
    }

    /** Its peer knows only UDP, so this one is the test's. It counts what it reads at once as one message, so that bytes are counted here. */
    @Test
    void connectionsToAPeerOfIpv6BringBackWhatTheySend() throws IOException {
        long toClient = counters.value("av_edge_bytes", "direction", "to-client");
        try (ServerSocket echo = others.here(() -> new ServerSocket(0, 50, InetAddress.ofLiteral(PEER)))) {
            Thread.startVirtualThread(() -> TcpEcho.serve(echo));
            String said = run(
                    listener.localAddress().getPort(),
                    "-T",
                    "-x",
                    "-z",
                    "50",
                    "-e",
                    PEER,
                    "-r",
                    Integer.toString(echo.getLocalPort()));
            long bytes = 170L * counts(said)[0];
            assertThat(bytes).as(said).isPositive();
            Polling.until(
                    "all bytes are counted",
                    STEP,
                    () -> counters.value("av_edge_bytes", "direction", "to-client") == toClient + bytes);
        }
    }
}
