package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
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
import org.edgeways.turn.engine.Alternate;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * coturn's client sends through the A/V Edge to coturn's peer, which sends everything back, and to itself; over DTLS openssl is another
 * client.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TurnutilsTest {

    private static final String SERVER = "127.0.0.2";
    private static final String RELAY = "127.0.0.3";
    private static final String PEER = "127.0.0.4";
    private static final String DRAINING = "127.0.0.5";
    private static final Duration RUN = Duration.ofSeconds(60);
    private static final Pattern COUNTS = Pattern.compile("tot_send_msgs=(\\d+), tot_recv_msgs=(\\d+)");

    private final SecureRandom random = new SecureRandom();
    private final InMemoryCounters counters = new InMemoryCounters();
    private final ProcessClock clock = new ProcessClock();
    private final RelayKey key = new RelayKey(RelayKey.newKeys(random));
    private final WorkDirectory directory = WorkDirectory.create();
    private final TestCertificates certificates = new TestCertificates(directory);
    private final EventLoops loops = new EventLoops(2);
    private final int peerPort = LoopbackPorts.consecutive(2);
    private final RelayAuthority authority =
            new RelayAuthority(new RelayVerifier(List.of(key.check()), Set.of()), counters, InstantSource.system());
    private AvEdge relay;
    private ServerCertificates tls;
    private SharedListener listener;
    private RunningProgram peer;
    private int runs;

    @BeforeAll
    void start() throws IOException {
        relay = relay(settings(SERVER), counters);
        certificates.issue(
                CertificateRequest.of("turn.acorn.example").withAddresses(SERVER), directory.path(), "server");
        tls = ServerCertificates.of(new TlsContexts(TlsProvider.best())
                .server(Pem.readIdentity(
                                directory.path().resolve("server.crt"),
                                directory.path().resolve("server.key"))
                        .orThrow()));
        relay.dtls(tls);
        listener = listener(SERVER, relay, counters);
        peer = RunningProgram.start(
                "turnutils-peer",
                directory.path(),
                Map.of(),
                List.of(Program.TURNUTILS_PEER.path().toString(), "-L", PEER, "-p", Integer.toString(peerPort), "-v"));
    }

    private static AvEdgeSettings settings(String address) {
        return AvEdgeSettings.of(
                        "acorn.example",
                        2,
                        List.of(new InetSocketAddress(InetAddress.ofLiteral(address), 0)),
                        new AvEdgeSettings.Relay(InetAddress.ofLiteral(RELAY), null))
                .withPeers(new AvEdgeSettings.Peers(List.of(AddressPrefix.of("127.0.0.0/8")), List.of()));
    }

    private AvEdge relay(AvEdgeSettings settings, InMemoryCounters counted) throws IOException {
        return AvEdge.start(settings, new AvEdge.Surroundings(counted, clock, random, authority, authority));
    }

    private SharedListener listener(String address, AvEdge of, InMemoryCounters counted) throws IOException {
        AdmissionLimits limits = new AdmissionLimits(100, 100, 100, Duration.ofSeconds(10));
        return SharedListener.open(
                new PortContext(loops, clock, counted, new LineRate(counted.counter("suppressed"))),
                new ListenerSettings(
                        "outside",
                        new InetSocketAddress(InetAddress.ofLiteral(address), 0),
                        new Admission("outside", limits, BanCheck.NONE, counted)),
                new ProtocolTable(of.tls(tls), of.tcp()),
                PortEvents.NONE);
    }

    @AfterAll
    void stop() {
        if (peer != null) {
            peer.close();
        }
        if (listener != null) {
            listener.close();
        }
        if (relay != null) {
            relay.close();
        }
        loops.close();
        directory.close();
    }

    private RelayCredentials credentials(Duration life) {
        return key.mint(new RelayUser(1, 1), Instant.now().plus(life).getEpochSecond(), random);
    }

    private RunningProgram uclient(int port, RelayCredentials credentials, String... options) {
        return uclient(new InetSocketAddress(InetAddress.ofLiteral(SERVER), port), credentials, options);
    }

    private RunningProgram uclient(InetSocketAddress server, RelayCredentials credentials, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Program.TURNUTILS_UCLIENT.path().toString(),
                "-p",
                Integer.toString(server.getPort()),
                "-u",
                credentials.username(),
                "-w",
                credentials.password(),
                "-n",
                "20",
                "-m",
                "2",
                "-l",
                "170",
                "-z",
                "5"));
        command.addAll(List.of(options));
        command.add(server.getAddress().getHostAddress());
        return RunningProgram.start("turnutils-uclient-" + ++runs, directory.path(), Map.of(), command);
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

    private void everythingComesBack(int port, String... options) {
        everythingComesBack(new InetSocketAddress(InetAddress.ofLiteral(SERVER), port), options);
    }

    private void everythingComesBack(InetSocketAddress server, String... options) {
        try (RunningProgram client = uclient(server, credentials(Duration.ofHours(8)), options)) {
            int status = client.awaitExit(RUN);
            String said = client.transcript().text();
            assertThat(status).as(said).isZero();
            int[] counts = counts(said);
            assertThat(counts[0]).as("sent: %s", said).isPositive();
            assertThat(counts[1]).as("came back: %s", said).isEqualTo(counts[0]);
        }
    }

    private String[] toPeer(String... more) {
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of("-e", PEER, "-r", Integer.toString(peerPort)));
        return options.toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource({"udp channels,", "udp indications that are not fragmented,-sg"})
    void itsPacketsGoToItsPeerAndComeBackOverUdp(String what, String option) {
        everythingComesBack(relay.outside().getFirst().getPort(), option == null ? toPeer() : toPeer(option));
    }

    @Test
    void itsPacketsGoToItsPeerAndComeBackOverTcp() {
        everythingComesBack(listener.localAddress().getPort(), toPeer("-t"));
    }

    /**
     * Its client chooses DTLS 1.0 or 1.2 for each session by chance, and chooses again when it is refused. Without RTCP, since a reserved
     * port may be another shard's, which is refused over DTLS.
     */
    @ParameterizedTest
    @CsvSource({"channels to its peer,", "indications to its peer,-s", "between its clients,-y"})
    void itsPacketsComeBackOverDtlsWhoseCertificateItVerifies(String what, String option) {
        List<String> options =
                new ArrayList<>(List.of("-c", "-S", "-E", certificates.caFile().toString()));
        if (option != null) {
            options.add(option);
        }
        String[] all = options.toArray(String[]::new);
        everythingComesBack(relay.outside().getFirst().getPort(), "-y".equals(option) ? all : toPeer(all));
    }

    @Test
    void opensslShakesHandsOverDtlsAndIsToldItsAddress() throws IOException {
        byte[] request = new byte[20];
        random.nextBytes(request);
        ByteBuffer.wrap(request).putShort((short) 0x0001).putShort((short) 0).putInt(0x2112a442); // a Binding request
        String server = SERVER + ":" + relay.outside().getFirst().getPort();
        Process client = new ProcessBuilder(
                        Program.OPENSSL.path().toString(),
                        "s_client",
                        "-dtls1_2",
                        "-quiet",
                        "-connect",
                        server,
                        "-CAfile",
                        certificates.caFile().toString(),
                        "-verify_return_error",
                        "-verify_ip",
                        SERVER)
                .redirectError(directory.path().resolve("openssl.err").toFile())
                .start();
        try {
            client.getOutputStream().write(request);
            client.getOutputStream().flush();
            byte[] response = client.getInputStream().readNBytes(request.length);
            assertThat(response)
                    .as(
                            "a success with the request's number: %s",
                            Files.readString(directory.path().resolve("openssl.err")))
                    .startsWith(0x01, 0x01)
                    .endsWith(Arrays.copyOfRange(request, 4, request.length));
        } finally {
            client.destroyForcibly();
        }
    }

    @Test
    void opensslIsToldThatThereIsNoDtls10() {
        String server = SERVER + ":" + relay.outside().getFirst().getPort();
        try (RunningProgram client = RunningProgram.start(
                "openssl-dtls1.0",
                directory.path(),
                Map.of(),
                List.of(
                        Program.OPENSSL.path().toString(),
                        "s_client",
                        "-dtls1",
                        "-cipher",
                        "ALL:@SECLEVEL=0",
                        "-connect",
                        server))) {
            assertThat(client.awaitExit(RUN)).isNotZero();
            assertThat(client.transcript().text()).contains("alert protocol version");
        }
    }

    @Test
    void itsPacketsGoToItsPeerAndComeBackOverTlsWhoseCertificateItVerifies() {
        everythingComesBack(
                listener.localAddress().getPort(),
                toPeer("-t", "-S", "-E", certificates.caFile().toString()));
    }

    /** RFC 8489 section 10: the other node is {@link #relay}; that one alone relays, with the same credentials. */
    @ParameterizedTest
    @CsvSource({"udp,", "tcp,-t", "tls,-t -S"})
    void sentAwayByANodeThatDrainsItIsServedByTheOneThatWasNamed(String transport, String options) throws IOException {
        Alternate datagrams = alternate(relay.outside().getFirst());
        Alternate streams = alternate(listener.localAddress());
        AvEdgeSettings.Elsewhere.Leg leg = new AvEdgeSettings.Elsewhere.Leg(datagrams, streams, false);
        InMemoryCounters counted = new InMemoryCounters();
        try (AvEdge draining =
                relay(settings(DRAINING).withElsewhere(new AvEdgeSettings.Elsewhere(leg, leg)), counted)) {
            draining.drain();
            try (SharedListener streamed = listener(DRAINING, draining, counted)) {
                long before = counters.value("av_edge_allocations_made");
                everythingComesBack(
                        transport.equals("udp") ? draining.outside().getFirst() : streamed.localAddress(),
                        toPeer(options == null ? new String[0] : options.split(" ")));
                assertThat(counters.value("av_edge_allocations_made") - before).isPositive();
                assertThat(counted.value("av_edge_allocations_made")).isZero();
                assertThat(counted.value("av_edge_refusals", "code", "turn-try-alternate"))
                        .isPositive();
            }
        }
    }

    private static Alternate alternate(InetSocketAddress address) {
        return new Alternate(TransportAddress.of(address), null, "turn.acorn.example");
    }

    /**
     * Its peer knows only UDP, so this one is the test's. What it reads at once it counts as one message, so that the bytes are what
     * is counted here.
     */
    @Test
    void itsConnectionsToAPeerBringBackWhatTheySend() throws IOException {
        try (ServerSocket echo = new ServerSocket(0, 50, InetAddress.ofLiteral(PEER))) {
            Thread.startVirtualThread(() -> TcpEcho.serve(echo));
            long toPeer = counters.value("av_edge_bytes", "direction", "to-peer");
            long toClient = counters.value("av_edge_bytes", "direction", "to-client");
            String port = Integer.toString(echo.getLocalPort());
            try (RunningProgram client = uclient(
                    listener.localAddress().getPort(),
                    credentials(Duration.ofHours(8)),
                    "-T",
                    "-S",
                    "-m",
                    "1",
                    "-z",
                    "50",
                    "-e",
                    PEER,
                    "-r",
                    port)) {
                int status = client.awaitExit(RUN);
                String said = client.transcript().text();
                assertThat(status).as(said).isZero();
                long bytes = 170L * counts(said)[0];
                assertThat(bytes).as(said).isPositive();
                awaitBytes("to-peer", toPeer + bytes, said);
                awaitBytes("to-client", toClient + bytes, said);
            }
        }
    }

    /** They are counted a moment later. */
    private void awaitBytes(String direction, long bytes, String said) {
        long deadline = System.nanoTime() + RUN.toNanos();
        while (counters.value("av_edge_bytes", "direction", direction) != bytes) {
            assertThat(System.nanoTime())
                    .as(
                            "%s: %d bytes, not %d: %s",
                            direction, counters.value("av_edge_bytes", "direction", direction), bytes, said)
                    .isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @Test
    void itsClientsReachEachOther() {
        long before = counters.value("av_edge_packets", "direction", "between-clients");
        everythingComesBack(relay.outside().getFirst().getPort(), "-y");
        assertThat(counters.value("av_edge_packets", "direction", "between-clients"))
                .isGreaterThan(before);
    }

    @Test
    void itIsRefusedWithCredentialsThatAreOver() {
        try (RunningProgram client =
                uclient(relay.outside().getFirst().getPort(), credentials(Duration.ofHours(-1)), toPeer())) {
            assertThat(client.awaitExit(RUN)).isNotZero();
            assertThat(counters.value("av_edge_credentials_refused", "code", "relay-credentials-expired"))
                    .isPositive();
        }
    }
}
