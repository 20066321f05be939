package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Relaying allocates nothing, by the thread's own counter; nor does dropping. */
class NoAllocationTest {

    private static final int WARM_UP = 30_000;
    private static final int PACKETS = 20_000;
    private static final int ROUNDS = 5;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");
    private static final TransportAddress PEER6 = TurnWorld.address("[2001:db8:7::1]:7000");
    private static final TransportAddress OTHER = TurnWorld.address("203.0.113.2:7000");

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");
    private final TestClient bob = world.client("203.0.113.51:4000", "bob");
    private final MemorySegment buffer = Arena.ofAuto().allocate(2048);
    private int relayPort;
    private int relayPort6;
    private TransportAddress bobRelayed;

    @BeforeEach
    void allocate() {
        var answer = alice.allocate(
                writer -> writer.add(org.edgeways.turn.stun.StunAttribute.ADDITIONAL_ADDRESS_FAMILY, 2 << 24));
        relayPort = answer.xorAddress(0).port();
        relayPort6 = answer.xorAddress(1).port();
        bobRelayed = bob.relayed();
        TestClient.succeeded(alice.bind(0x4001, PEER));
        TestClient.succeeded(alice.bind(0x4002, bobRelayed));
        TestClient.succeeded(alice.bind(0x4003, PEER6));
        TestClient.succeeded(alice.permit(OTHER));
        TestClient.succeeded(bob.bind(0x4004, TurnWorld.RELAY4.withPort(relayPort)));
    }

    private void fromClient(byte[] packet, Forward.Kind expected) {
        MemorySegment.copy(packet, 0, buffer, ValueLayout.JAVA_BYTE, Forward.HEADROOM, packet.length);
        measure(
                () -> {
                    world.engine.fromClient(
                            world.now,
                            TurnWorld.UDP,
                            alice.address.high(),
                            alice.address.low(),
                            alice.address.port(),
                            1,
                            buffer,
                            Forward.HEADROOM,
                            packet.length,
                            world.forward);
                    world.forward.writeHeader(buffer, 0);
                },
                expected);
    }

    private void fromPeer(TransportAddress peer, Forward.Kind expected) {
        boolean ipv6 = !peer.isIpv4();
        measure(
                () -> {
                    world.engine.fromPeer(
                            world.now,
                            ipv6,
                            ipv6 ? relayPort6 : relayPort,
                            peer.high(),
                            peer.low(),
                            peer.port(),
                            Forward.HEADROOM,
                            161,
                            world.forward);
                    world.forward.wrap(buffer);
                },
                expected);
    }

    private void measure(Runnable packet, Forward.Kind expected) {
        for (int i = 0; i < WARM_UP; i++) {
            packet.run();
        }
        long least = Long.MAX_VALUE;
        long time = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long started = System.nanoTime();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < PACKETS; i++) {
                packet.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            time = Math.min(time, System.nanoTime() - started);
        }
        System.out.printf("%d bytes allocated for %,d packets, %d ns each%n", least, PACKETS, time / PACKETS);
        assertThat(world.forward.kind()).isEqualTo(expected);
        assertThat(least).isZero();
    }

    @Test
    void channelDataToAPeer() {
        fromClient(TestClient.channelData(0x4001, "x".repeat(160)), Forward.Kind.TO_PEER);
    }

    @Test
    void channelDataToAnIpv6Peer() {
        fromClient(TestClient.channelData(0x4003, "x".repeat(160)), Forward.Kind.TO_PEER);
    }

    @Test
    void channelDataToAClientOfTheSameEngine() {
        fromClient(TestClient.channelData(0x4002, "x".repeat(160)), Forward.Kind.TO_CLIENT);
        assertThat(world.forward.headerLength()).isEqualTo(4);
    }

    @Test
    void anIndicationToAPeer() {
        fromClient(alice.sendIndication(PEER, "x".repeat(160)), Forward.Kind.TO_PEER);
    }

    @Test
    void anIndicationToAnIpv6Peer() {
        fromClient(alice.sendIndication(PEER6, "x".repeat(160)), Forward.Kind.TO_PEER);
    }

    @Test
    void aPeersDataInAChannel() {
        fromPeer(PEER, Forward.Kind.TO_CLIENT);
        assertThat(world.forward.headerLength()).isEqualTo(4);
    }

    @Test
    void aPeersDataInAnIndication() {
        fromPeer(OTHER, Forward.Kind.TO_CLIENT);
        assertThat(world.forward.headerLength()).isEqualTo(36);
    }

    @Test
    void anIpv6PeersDataInAChannel() {
        fromPeer(PEER6, Forward.Kind.TO_CLIENT);
    }

    @Test
    void whatIsDropped() {
        fromClient(TestClient.channelData(0x4777, "x"), Forward.Kind.NOTHING);
        assertThat(world.forward.dropped()).isEqualTo(TurnErrorCode.CHANNEL_UNBOUND);
        fromPeer(TurnWorld.address("203.0.113.222:1"), Forward.Kind.NOTHING);
        assertThat(world.forward.dropped()).isEqualTo(TurnErrorCode.NO_PERMISSION);
    }
}
