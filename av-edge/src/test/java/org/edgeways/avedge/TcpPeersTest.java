package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.edgeways.avedge.StreamRig.Way;
import org.edgeways.avedge.client.StreamWire;
import org.edgeways.testkit.LeakCheck;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TCP connections between clients and peers (RFC 6062). */
@Timeout(60)
@ExtendWith(LeakCheck.class)
class TcpPeersTest extends OnBothPaths {

    private static final int MUCH = 3 << 20;

    private StreamRig streams;
    private Rig rig;
    private final List<AutoCloseable> opened = new ArrayList<>();

    private void open(AvEdgeSettings settings) throws Exception {
        streams = new StreamRig(sockets, settings);
        rig = streams.rig;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable what : opened) {
            what.close();
        }
        streams.close();
    }

    private <T extends AutoCloseable> T later(T what) {
        opened.add(what);
        return what;
    }

    private TurnClient client(Way way) throws Exception {
        return later(streams.client(way, "1:alice"));
    }

    private ServerSocket peer() throws IOException {
        return later(new ServerSocket(0, 5, Rig.PEER));
    }

    private Socket accept(ServerSocket peer) throws IOException {
        peer.setSoTimeout(10_000);
        return timed(later(peer.accept()));
    }

    private static Socket timed(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static TransportAddress address(ServerSocket peer) {
        return TransportAddress.of((InetSocketAddress) peer.getLocalSocketAddress());
    }

    private static int id(StunMessage answer) {
        assertThat(TurnClient.error(answer)).as("error of Connect").isZero();
        return answer.numberOf(StunAttribute.CONNECTION_ID).orElseThrow();
    }

    /** A connection of the client's that has taken over that one to a peer. */
    private Socket bound(Way way, int connection) throws Exception {
        StreamWire wire = streams.connect(way);
        TurnClient data = later(streams.client(wire, "1:alice"));
        assertThat(TurnClient.error(data.connectionBind(connection))).isZero();
        return timed(wire.socket());
    }

    private static AvEdgeSettings withRate(int bytesPerSecond, int packetsPerSecond) {
        AvEdgeSettings.Quota usual = AvEdgeSettings.Quota.DEFAULTS;
        AvEdgeSettings.Share person = new AvEdgeSettings.Share(64, bytesPerSecond, packetsPerSecond);
        return Rig.settings(1).withQuotas(new AvEdgeSettings.Quota(person, usual.source(), usual.all()));
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(1).nextBytes(noise);
        return noise;
    }

    private static void write(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        to.getOutputStream().flush();
    }

    private static String read(Socket from, int bytes) throws IOException {
        return new String(from.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
    }

    private static CompletableFuture<Void> writing(Socket to, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                to.getOutputStream().write(bytes);
                to.getOutputStream().flush();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"CLEAR", "TLS"})
    void aClientConnectsToAPeerAndAllBytesGoBothWaysAndAreCounted(Way way) throws Exception {
        open(Rig.settings(2));
        TurnClient alice = client(way);
        TransportAddress relayed = alice.relayedTcp();
        assertThat(rig.counters.value("av_edge_relay_ports")).isEqualTo(1);
        ServerSocket peer = peer();
        int connection = id(alice.connect(address(peer)));
        Socket atPeer = accept(peer);
        assertThat(atPeer.getRemoteSocketAddress()).isEqualTo(relayed.toSocketAddress());
        write(atPeer, "first");
        Socket data = bound(way, connection);
        assertThat(read(data, 5)).as("what came before it was taken over").isEqualTo("first");
        byte[] much = noise(MUCH);
        CompletableFuture<Void> up = writing(data, much);
        assertThat(atPeer.getInputStream().readNBytes(MUCH)).isEqualTo(much);
        CompletableFuture<Void> down = writing(atPeer, much);
        assertThat(data.getInputStream().readNBytes(MUCH)).isEqualTo(much);
        CompletableFuture.allOf(up, down).join();
        Rig.eventually(
                "all bytes are counted",
                () -> rig.count("av_edge_bytes", "direction", "to-peer") == MUCH
                        && rig.count("av_edge_bytes", "direction", "to-client") == MUCH + 5);
        assertThat(rig.edge.busiest(1).getFirst().bytes()).isEqualTo(2L * MUCH + 5);
        write(data, "the last");
        data.close();
        assertThat(atPeer.getInputStream().readAllBytes()).isEqualTo("the last".getBytes(StandardCharsets.UTF_8));
        assertThat(TurnClient.error(alice.refresh(0))).isZero();
        Rig.eventually("the port is closed", () -> rig.counters.value("av_edge_relay_ports") == 0);
    }

    @Test
    void aPeerThatIsPermittedConnectsByItselfAndAnotherOneIsClosed() throws Exception {
        open(Rig.settings(1));
        TurnClient alice = client(Way.TLS);
        TransportAddress relayed = alice.relayedTcp();
        try (Socket stranger = timed(new Socket(relayed.toSocketAddress().getAddress(), relayed.port()))) {
            assertThat(stranger.getInputStream().read()).isNegative();
        }
        Rig.eventually("it is counted why", () -> rig.count("av_edge_drops", "code", "turn-no-permission") == 1);
        alice.permit(TransportAddress.of(Rig.PEER, 0));
        Socket peer = timed(later(new Socket(Rig.RELAY, relayed.port(), Rig.PEER, 0)));
        StunMessage attempt = alice.indication();
        assertThat(attempt.messageClass()).isEqualTo(StunClass.INDICATION);
        assertThat(attempt.method()).isEqualTo(StunMethod.CONNECTION_ATTEMPT);
        assertThat(attempt.xorAddress(attempt.find(StunAttribute.XOR_PEER_ADDRESS)))
                .isEqualTo(TransportAddress.of((InetSocketAddress) peer.getLocalSocketAddress()));
        write(peer, "hello");
        Socket data =
                bound(Way.CLEAR, attempt.numberOf(StunAttribute.CONNECTION_ID).orElseThrow());
        assertThat(read(data, 5)).isEqualTo("hello");
        write(data, "and you");
        assertThat(read(peer, 7)).isEqualTo("and you");
        peer.close();
        assertThat(data.getInputStream().read()).isNegative();
    }

    @Test
    void peersThatComeWhileTooManyWaitToBeJudgedAreClosedAndCounted() throws Exception {
        open(Rig.settings(1));
        TurnClient alice = client(Way.CLEAR);
        TransportAddress relayed = alice.relayedTcp();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Void> judging = CompletableFuture.runAsync(() -> rig.edge.end(user -> {
            busy.countDown();
            try {
                held.await(); // on the shard's thread
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return false;
        }));
        busy.await();
        for (int i = 0; i < PeerSockets.MOST_UNJUDGED + 3; i++) {
            later(new Socket(Rig.RELAY, relayed.port(), Rig.PEER, 0));
        }
        Rig.eventually("three too many", () -> rig.count("av_edge_drops", "code", "av-edge-peers-unjudged") == 3);
        held.countDown();
        judging.join();
        Rig.eventually(
                "the others are judged",
                () -> rig.count("av_edge_drops", "code", "turn-no-permission") == PeerSockets.MOST_UNJUDGED);
    }

    @Test
    void clientsOfAllShardsConnectToEachOther() throws Exception {
        open(Rig.settings(3));
        TurnClient alice = client(Way.CLEAR);
        TransportAddress aliceAt = alice.relayedTcp();
        for (int i = 0; i < 3; i++) { // each connection is another shard's
            TurnClient bob = later(streams.client(Way.CLEAR, "1:bob"));
            TransportAddress bobAt = bob.relayedTcp();
            assertThat(TurnClient.error(alice.permit(bobAt))).isZero();
            int bobs = id(bob.connect(aliceAt));
            StunMessage attempt = alice.indication();
            assertThat(attempt.xorAddress(attempt.find(StunAttribute.XOR_PEER_ADDRESS)))
                    .isEqualTo(bobAt);
            Socket alices = bound(
                    Way.CLEAR, attempt.numberOf(StunAttribute.CONNECTION_ID).orElseThrow());
            StreamWire wire = streams.connect(Way.CLEAR);
            TurnClient data = later(streams.client(wire, "1:bob"));
            assertThat(TurnClient.error(data.connectionBind(bobs))).isZero();
            write(wire.socket(), "from bob " + i);
            assertThat(read(alices, 10)).isEqualTo("from bob " + i);
        }
        TransportAddress nobody = aliceAt.withPort(aliceAt.port() ^ 1);
        assertThat(TurnClient.error(alice.connect(nobody))).isIn(403, 447);
    }

    @Test
    void aPeerThatIsForbiddenIsNotConnectedToAndOneThatDoesNotListenIsNotReached() throws Exception {
        AvEdgeSettings settings = Rig.settings(1);
        open(settings);
        TurnClient alice = client(Way.CLEAR);
        alice.relayedTcp();
        ServerSocket peer = peer();
        TransportAddress nobody = address(peer);
        peer.close();
        assertThat(TurnClient.error(alice.connect(nobody))).isEqualTo(447);
        assertThat(TurnClient.error(alice.connect(TransportAddress.of(Rig.SERVER, 80))))
                .as("ourselves")
                .isEqualTo(403);
        ServerSocket open = peer();
        int connection = id(alice.connect(address(open)));
        Socket atPeer = accept(open);
        Socket data = bound(Way.CLEAR, connection);
        rig.edge.use(settings.withPeers(AvEdgeSettings.Peers.PUBLIC));
        assertThat(atPeer.getInputStream().read()).isNegative();
        assertThat(data.getInputStream().read()).isNegative();
        assertThat(TurnClient.error(alice.connect(address(open)))).isEqualTo(403);
    }

    @Test
    void connectionsEndWithTheAllocationsConnection() throws Exception {
        open(Rig.settings(1));
        TurnClient alice = client(Way.CLEAR);
        alice.relayedTcp();
        ServerSocket peer = peer();
        Socket data = bound(Way.CLEAR, id(alice.connect(address(peer))));
        Socket atPeer = accept(peer);
        alice.close();
        assertThat(atPeer.getInputStream().read()).isNegative();
        assertThat(data.getInputStream().read()).isNegative();
        Rig.eventually("nothing is left", () -> rig.counters.value("av_edge_streams") == 0);
    }

    @Test
    void whatAClientSendsRightBehindItsRequestIsThePeers() throws Exception {
        open(Rig.settings(1));
        TurnClient alice = client(Way.CLEAR);
        alice.relayedTcp();
        ServerSocket peer = peer();
        int connection = id(alice.connect(address(peer)));
        Socket atPeer = accept(peer);
        StreamWire wire = streams.connect(Way.CLEAR);
        TurnClient data = later(streams.client(wire, "1:alice"));
        assertThat(TurnClient.error(data.connectionBind(connection + 1)))
                .as("it goes on with frames")
                .isEqualTo(400);
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(
                data.signed(StunMethod.CONNECTION_BIND, writer -> writer.add(StunAttribute.CONNECTION_ID, connection)));
        both.write("impatient".getBytes(StandardCharsets.UTF_8));
        wire.send(both.toByteArray());
        assertThat(read(atPeer, 9)).isEqualTo("impatient");
    }

    @Test
    void aPeerThatDoesNotReadStopsItsClientAndLosesNothing() throws Exception {
        open(withRate(AvEdgeSettings.Share.UNLIMITED, AvEdgeSettings.Share.UNLIMITED));
        TurnClient alice = client(Way.CLEAR);
        alice.relayedTcp();
        ServerSocket peer = peer();
        int connection = id(alice.connect(address(peer)));
        Socket atPeer = accept(peer);
        Socket data = bound(Way.CLEAR, connection);
        byte[] much = noise(64 << 20); // more than all buffers of the system
        CompletableFuture<Void> all = writing(data, much);
        long stopped = whenItStops(alice, () -> rig.count("av_edge_bytes", "direction", "to-peer"));
        assertThat(stopped).as("bytes taken from the client").isPositive().isLessThan(much.length);
        assertThat(all).isNotDone();
        InputStream in = atPeer.getInputStream();
        assertThat(in.readNBytes(much.length)).isEqualTo(much);
        all.join();
    }

    /** What a count stays at, while the shard that counts answers a hundred requests. */
    private static long whenItStops(TurnClient client, LongSupplier count) throws IOException {
        long before = 0;
        for (int still = 0; still < 100 || before == 0; still++) {
            assertThat(TurnClient.error(client.refresh(600))).isZero();
            if (count.getAsLong() != before) {
                before = count.getAsLong();
                still = 0;
            }
        }
        return before;
    }

    @Test
    void thePersonsRateHoldsItUp() throws Exception {
        int perSecond = 1 << 19;
        open(withRate(perSecond, 20_000));
        TurnClient alice = client(Way.CLEAR);
        alice.relayedTcp();
        ServerSocket peer = peer();
        int connection = id(alice.connect(address(peer)));
        Socket atPeer = accept(peer);
        Socket data = bound(Way.CLEAR, connection);
        byte[] much = noise(3 * perSecond);
        long began = System.nanoTime();
        CompletableFuture<Void> all = writing(data, much);
        assertThat(atPeer.getInputStream().readNBytes(much.length)).isEqualTo(much);
        all.join();
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("%,d bytes at %,d a second took %.2f s%n", much.length, perSecond, seconds);
        assertThat(seconds)
                .as("without a second's worth, and without what is passed on before it is paid")
                .isGreaterThan(1.0);
    }
}
