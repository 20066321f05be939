package org.edgeways.turn.engine;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;

/**
 * Any packets in any order, from clients with and without allocations and credentials, from peers, and anything that a driver
 * may say: nothing throws, no payload reaches past its packet, nothing goes to a forbidden peer or to a service on our own
 * address, and answers are STUN.
 *
 * <p>The input is a list of steps: a byte that says which, a byte of length, and so many bytes.
 */
public final class TurnTarget {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");
    private static final int STEPS = 11;

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");
    private final TestClient bob = world.client(TurnWorld.TLS, "203.0.113.51:4000", "bob");
    private final TestClient carol = world.client("[2001:db8:7::3]:4000", "alice");
    private final TransportAddress relayed;

    private TurnTarget() {
        relayed = TestClient.relayedIn(alice.allocate(writer -> writer.add(StunAttribute.EVEN_PORT, new byte[] {-128})
                .add(StunAttribute.MOBILITY_TICKET, new byte[0])));
        alice.bind(0x4001, PEER);
        bob.ask(3, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24));
        carol.challenged(3);
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        StunMessage.parse(data.clone());
        Frames.length(MemorySegment.ofArray(data), 0, data.length);
        TurnTarget target = new TurnTarget();
        int at = 0;
        while (at + 2 <= data.length) {
            int length = Math.min(data[at + 1] & 0xff, data.length - at - 2);
            target.step(data[at] & 0xff, Arrays.copyOfRange(data, at + 2, at + 2 + length));
            at += 2 + length;
        }
        target.world.pass(Duration.ofHours(2));
        that(target.world.engine.allocationCount() == 0, "an allocation that nobody refreshes stays");
        that(target.world.engine.connectionCount() == 0, "a connection stays without its allocation");
    }

    private void step(int kind, byte[] bytes) {
        TestClient who = kind / STEPS % 3 == 0 ? alice : kind / STEPS % 3 == 1 ? bob : carol;
        int number = bytes.length == 0 ? 0 : bytes[0] & 0xff;
        switch (kind % STEPS) {
            case 0 -> packet(who, bytes);
            case 1 -> signed(who, bytes);
            case 2 -> {
                world.fromPeer(relayed, PEER, bytes);
                forwarded(bytes.length);
            }
            case 3 -> world.pass(Duration.ofSeconds(number));
            case 4 -> world.engine.relayOpened(world.now, number % 2 == 0, 50_000 + number, number);
            case 5 -> world.engine.relayFailed(world.now, number % 2 == 0, 50_000 + number);
            case 6 -> world.engine.peerClosed(number);
            case 7 ->
                world.engine.clientClosed(
                        world.now, who.listener, who.address.high(), who.address.low(), who.address.port());
            case 8 -> connections(number);
            case 9 -> world.portsThatFail = number % 8;
            default -> {
                int from = relayed.port() ^ number;
                world.engine.peerAccepted(world.now, false, from, PEER.withPort(number));
                world.engine.fromPeer(world.now, false, from, 0, number, 1, 48, 0, world.forward);
            }
        }
        world.drive();
        answers();
    }

    private void connections(int number) {
        List<Output.ConnectPeer> wanted = world.seen(Output.ConnectPeer.class);
        if (!wanted.isEmpty()) {
            int id = wanted.get(number % wanted.size()).connection();
            world.engine.peerConnected(world.now, id);
        }
    }

    private void packet(TestClient who, byte[] bytes) {
        world.fromClient(who.listener, who.address, bytes);
        forwarded(bytes.length);
    }

    /** A request with credentials that hold: the method, then attributes of type, length of one byte and value. */
    private void signed(TestClient who, byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        StunWriter writer = who.request(bytes[0] & 0xfff);
        int at = 1;
        while (at + 3 <= bytes.length) {
            int type = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
            int length = Math.min(bytes[at + 2] & 0xff, bytes.length - at - 3);
            writer.add(type, Arrays.copyOfRange(bytes, at + 3, at + 3 + length));
            at += 3 + length;
        }
        packet(who, who.signed(writer));
    }

    private void forwarded(int length) {
        Forward forward = world.forward;
        if (forward.kind() == Forward.Kind.NOTHING) {
            return;
        }
        that(forward.offset() >= Forward.HEADROOM, "the payload begins before its packet");
        that(forward.offset() + forward.length() <= Forward.HEADROOM + length, "the payload reaches past its packet");
        long at = forward.wrap(world.buffer);
        that(at >= 0, "too little room before the payload");
        if (forward.kind() == Forward.Kind.TO_PEER) {
            that(TurnWorld.POLICY.allows(forward.high(), forward.low()), "a forbidden peer");
            that(!TurnWorld.RELAYING.isOwn(forward.high(), forward.low()), "our own address through a socket");
        }
        if (forward.kind() == Forward.Kind.TO_CLIENT && forward.headerLength() != Frames.CHANNEL_HEADER_BYTES) {
            that(StunMessage.parse(world.wrapped()).isOk(), "an indication that cannot be read");
        }
    }

    private void answers() {
        for (Output output : world.seen) {
            if (output instanceof Output.Respond(Client client, byte[] message)) {
                that(
                        StunMessage.parse(message).isOk(),
                        "an answer that cannot be read: " + new String(message, StandardCharsets.ISO_8859_1));
            }
        }
        world.seen.removeIf(output -> !(output instanceof Output.ConnectPeer));
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
