package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.edgeways.avedge.client.UdpWire;
import org.edgeways.avedge.udp.DatagramSockets;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.ProcessClock;
import org.edgeways.tokens.RelayCredentials;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.engine.Credentials;
import org.edgeways.turn.stun.TransportAddress;

/** An A/V Edge on loopback: it listens on 127.0.0.2 and relays on 127.0.0.3; peers are on 127.0.0.4. */
final class Rig implements AutoCloseable {

    static final InetAddress SERVER = InetAddress.ofLiteral("127.0.0.2");
    static final InetAddress RELAY = InetAddress.ofLiteral("127.0.0.3");
    static final InetAddress PEER = InetAddress.ofLiteral("127.0.0.4");
    static final List<AddressPrefix> LOOPBACK = List.of(AddressPrefix.of("127.0.0.0/8"));

    final InMemoryCounters counters = new InMemoryCounters();
    final Map<String, String> passwords = new ConcurrentHashMap<>();
    RelayAuthority authority;
    final AvEdge edge;
    private final List<AutoCloseable> opened = new ArrayList<>();

    /** With user names and passwords of {@link #passwords}; a user name ends with the person's. */
    Rig(DatagramSockets.Maker sockets, AvEdgeSettings settings) throws IOException {
        this(sockets, settings, OnLink::legs);
    }

    /** The same on a host with such interfaces. */
    Rig(DatagramSockets.Maker sockets, AvEdgeSettings settings, Supplier<List<OnLink.Leg>> legs) throws IOException {
        edge = AvEdge.start(
                sockets,
                settings,
                new AvEdge.Surroundings(
                        counters,
                        new ProcessClock(),
                        new SecureRandom(),
                        this::find,
                        user -> user.substring(user.indexOf(':') + 1)),
                legs);
    }

    /** With credentials as the inside makes them. */
    Rig(DatagramSockets.Maker sockets, AvEdgeSettings settings, RelayVerifier verifier) throws IOException {
        this(sockets, settings, verifier, new ProcessClock(), InstantSource.system());
    }

    /** With such credentials, and at a time of its own. */
    Rig(DatagramSockets.Maker sockets, AvEdgeSettings settings, RelayVerifier verifier, TestTime time)
            throws IOException {
        this(sockets, settings, verifier, time.clock, time::host);
    }

    private Rig(
            DatagramSockets.Maker sockets,
            AvEdgeSettings settings,
            RelayVerifier verifier,
            ProcessClock clock,
            InstantSource host)
            throws IOException {
        authority = new RelayAuthority(verifier, counters, host);
        edge = AvEdge.start(
                sockets,
                settings,
                new AvEdge.Surroundings(counters, clock, new SecureRandom(), authority, authority),
                OnLink::legs);
    }

    /** The node is told of other keys and withdrawals, as {@code AvPart} does it. */
    void check(RelayVerifier next) {
        authority.use(next);
        edge.end(authority::isRevoked);
    }

    /** Lets time pass; what is due is done when this returns. */
    void pass(TestTime time, Duration by) {
        time.pass(by);
        edge.end(nobody -> false); // perhaps in a turn that began before
        edge.end(nobody -> false);
    }

    /** One that relays to everything on loopback that is not its own. */
    static AvEdgeSettings settings(int shards) {
        return AvEdgeSettings.of(
                        "example.org",
                        shards,
                        List.of(new InetSocketAddress(SERVER, 0)),
                        new AvEdgeSettings.Relay(RELAY, null))
                .withPeers(new AvEdgeSettings.Peers(LOOPBACK, List.of()));
    }

    private Credentials.Answer find(Credentials.Shown shown, long now) {
        String password = passwords.get(shown.username());
        if (password == null) {
            return new Credentials.Answer.Refused(TurnErrorCode.USER_UNKNOWN);
        }
        return password.isEmpty()
                ? new Credentials.Answer.Refused(TurnErrorCode.CREDENTIALS_EXPIRED)
                : new Credentials.Answer.Known(password, shown::username);
    }

    TurnClient client(String user) throws IOException {
        return client(user, edge.outside().getFirst());
    }

    TurnClient client(String user, InetSocketAddress server) throws IOException {
        passwords.putIfAbsent(user, "secret of " + user);
        return later(new TurnClient(new UdpWire(server), user, "secret of " + user));
    }

    TurnClient client(RelayCredentials credentials) throws IOException {
        return later(
                new TurnClient(new UdpWire(edge.outside().getFirst()), credentials.username(), credentials.password()));
    }

    DatagramSocket peer(InetAddress address) throws IOException {
        DatagramSocket socket = later(new DatagramSocket(new InetSocketAddress(address, 0)));
        socket.setSoTimeout(10_000);
        return socket;
    }

    DatagramSocket peer() throws IOException {
        return peer(PEER);
    }

    private <T extends AutoCloseable> T later(T what) {
        opened.add(what);
        return what;
    }

    static TransportAddress address(DatagramSocket socket) {
        return TransportAddress.of((InetSocketAddress) socket.getLocalSocketAddress());
    }

    static DatagramPacket received(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return packet;
    }

    static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    static void send(DatagramSocket from, TransportAddress to, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        from.send(new DatagramPacket(bytes, bytes.length, to.toSocketAddress()));
    }

    long count(String name, String label, String value) {
        return counters.value(name, label, value);
    }

    /** Waits until it holds; counters are brought up to date after a batch of packets. */
    static void eventually(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        for (AutoCloseable what : opened) {
            try {
                what.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        edge.close();
    }
}
