package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.TransportAddress;

/** One engine in virtual time, and a driver that opens every port it is asked to. */
final class TurnWorld {

    static final int UDP = 0;
    static final int TCP = 1;
    static final int TLS = 2;
    static final TransportAddress RELAY4 = address("198.51.100.9:0");
    static final TransportAddress RELAY6 = address("[2001:db8::9]:0");

    /** Global addresses are rare among those for documentation, so the tests' peers are allowed. */
    static final PeerPolicy POLICY =
            new PeerRules(List.of(AddressPrefix.of("203.0.113.0/24"), AddressPrefix.of("2001:db8:7::/48")), List.of());

    static final RelaySettings RELAYING = new RelaySettings(RELAY4, RELAY6, 50_000, 50_999, true, true, true, 0, 1);
    static final TurnSettings SETTINGS = new TurnSettings(
            "example.org",
            List.of(Transport.UDP, Transport.TCP, Transport.TLS),
            RELAYING,
            TurnLimits.DEFAULTS,
            Duration.ofHours(1),
            true,
            true);

    long now = Duration.ofDays(20_000).toNanos();
    final Map<String, String> passwords = new HashMap<>(Map.of("alice", "secret-a", "bob", "secret-b"));
    final Set<String> expired = new HashSet<>();
    final TurnSettings settings;
    final TurnEngine engine;
    final Forward forward = new Forward();
    final MemorySegment buffer = MemorySegment.ofArray(new byte[70_000]);
    final List<Output> seen = new ArrayList<>();
    Quotas quotas = Quotas.unlimited();

    /** How often a user name was looked at, and whom that gave. */
    int looked;

    final Set<Credentials.Holder> found = new HashSet<>();

    /** How many of the next ports cannot be opened. */
    int portsThatFail;

    /** False if opening takes until somebody says so. */
    boolean opensAtOnce = true;

    TurnWorld() {
        this(SETTINGS);
    }

    TurnWorld(TurnSettings settings) {
        this(settings, 1);
    }

    TurnWorld(TurnSettings settings, long seed) {
        this.settings = settings;
        this.engine = new TurnEngine(
                settings,
                this::find,
                POLICY,
                (username, client, at) -> quotas.open(username, client, at),
                new Random(seed),
                new byte[32]);
    }

    private Credentials.Answer find(Credentials.Shown shown, long at) {
        looked++;
        String password = passwords.get(shown.username());
        if (password == null) {
            return new Credentials.Answer.Refused(TurnErrorCode.USER_UNKNOWN);
        }
        if (expired.contains(shown.username()) && !shown.ongoing()) {
            return new Credentials.Answer.Refused(TurnErrorCode.CREDENTIALS_EXPIRED);
        }
        Credentials.Holder holder = shown::username;
        found.add(holder);
        return new Credentials.Answer.Known(password, holder);
    }

    static TurnSettings with(RelaySettings relay) {
        return new TurnSettings(
                "example.org", SETTINGS.listeners(), relay, TurnLimits.DEFAULTS, SETTINGS.nonceLifetime(), true, true);
    }

    static TurnSettings with(TurnLimits limits) {
        return new TurnSettings(
                "example.org", SETTINGS.listeners(), RELAYING, limits, SETTINGS.nonceLifetime(), true, true);
    }

    static TransportAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon);
        return TransportAddress.of(
                java.net.InetAddress.ofLiteral(host.startsWith("[") ? host.substring(1, host.length() - 1) : host),
                Integer.parseInt(text.substring(colon + 1)));
    }

    TestClient client(String address, String user) {
        return new TestClient(this, UDP, address(address), user);
    }

    TestClient client(int listener, String address, String user) {
        return new TestClient(this, listener, address(address), user);
    }

    void pass(Duration time) {
        long end = now + time.toNanos();
        while (engine.nextDeadline() <= end) {
            now = Math.max(now, engine.nextDeadline());
            engine.onTimeout(now);
            drive();
        }
        now = end;
    }

    /** What a client's packet, with nothing behind it, leads to; what the engine wants of its driver is done. */
    Forward fromClient(int listener, TransportAddress from, byte[] packet) {
        MemorySegment.copy(packet, 0, buffer, ValueLayout.JAVA_BYTE, Forward.HEADROOM, packet.length);
        engine.fromClient(
                now,
                listener,
                from.high(),
                from.low(),
                from.port(),
                77,
                buffer.asSlice(0, Forward.HEADROOM + packet.length),
                Forward.HEADROOM,
                packet.length,
                forward);
        drive();
        return forward;
    }

    /** What a peer's packet leads to. */
    Forward fromPeer(TransportAddress relayed, TransportAddress from, byte[] packet) {
        MemorySegment.copy(packet, 0, buffer, ValueLayout.JAVA_BYTE, Forward.HEADROOM, packet.length);
        engine.fromPeer(
                now,
                !relayed.isIpv4(),
                relayed.port(),
                from.high(),
                from.low(),
                from.port(),
                Forward.HEADROOM,
                packet.length,
                forward);
        return forward;
    }

    /** The payload of the last packet. */
    byte[] payload() {
        return bytes(forward.offset(), forward.length());
    }

    /** The last packet as a client gets it. */
    byte[] wrapped() {
        long at = forward.wrap(buffer);
        return bytes(at, forward.packetLength());
    }

    private byte[] bytes(long from, int length) {
        return Arrays.copyOfRange((byte[]) buffer.heapBase().orElseThrow(), (int) from, (int) from + length);
    }

    TransportAddress destination() {
        return new TransportAddress(forward.high(), forward.low(), forward.port());
    }

    /** What was sent to a client since it was asked last, and everything else is kept in {@link #seen}. */
    List<byte[]> responses(TransportAddress client) {
        List<byte[]> found = new ArrayList<>();
        seen.removeIf(output -> {
            if (output instanceof Output.Respond(Client to, byte[] message)
                    && to.address().equals(client)) {
                found.add(message);
                return true;
            }
            return false;
        });
        return found;
    }

    <T extends Output> List<T> seen(Class<T> type) {
        return seen.stream().filter(type::isInstance).map(type::cast).toList();
    }

    void drive() {
        for (List<Output> outputs = engine.takeOutputs(); !outputs.isEmpty(); outputs = engine.takeOutputs()) {
            seen.addAll(outputs);
            for (Output output : outputs) {
                if (opensAtOnce && output instanceof Output.OpenRelay(boolean ipv6, int port, boolean tcp)) {
                    open(ipv6, port);
                }
            }
        }
    }

    void open(boolean ipv6, int port) {
        if (portsThatFail > 0) {
            portsThatFail--;
            engine.relayFailed(now, ipv6, port);
        } else {
            engine.relayOpened(now, ipv6, port, port + 1_000_000);
        }
    }

    void dropped(TurnErrorCode code) {
        assertThat(forward.kind()).isEqualTo(Forward.Kind.NOTHING);
        assertThat(forward.dropped()).isEqualTo(code);
    }
}
