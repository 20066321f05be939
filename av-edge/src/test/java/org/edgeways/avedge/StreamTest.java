package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.List;
import org.edgeways.avedge.StreamRig.Way;
import org.edgeways.avedge.client.StreamWire;
import org.edgeways.testkit.LeakCheck;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients over connections to a port that TURN shares with another protocol. */
@ExtendWith(LeakCheck.class)
class StreamTest extends OnBothPaths {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private StreamRig streams;
    private Rig rig;

    private void open(AvEdgeSettings settings) throws Exception {
        streams = new StreamRig(sockets, settings);
        rig = streams.rig;
    }

    @AfterEach
    void close() throws Exception {
        streams.close();
    }

    private StreamWire connect(Way way) throws Exception {
        return streams.connect(way);
    }

    private TurnClient client(StreamWire wire, String user) {
        return streams.client(wire, user);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void dataGoesBothWaysOverAConnection(Way way) throws Exception {
        open(Rig.settings(2));
        try (TurnClient alice = client(connect(way), "1:alice")) {
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            assertThat(TurnClient.error(alice.bind(0x4001, Rig.address(peer)))).isZero();
            for (String text : List.of("a", "ab", "abc", "abcd", "", "x".repeat(1_200), "y".repeat(20_000))) {
                alice.channel(0x4001, text);
                assertThat(Rig.text(Rig.received(peer))).isEqualTo(text);
                Rig.send(peer, relayed, text);
                assertThat(alice.data()).isEqualTo(new TurnClient.Came(0x4001, null, text));
            }
        }
        Rig.eventually("the allocation ends with its connection", () -> rig.edge.allocations() == 0);
        Rig.eventually(
                "it is counted", () -> rig.count("av_edge_allocations_ended", "reason", "connection-closed") == 1);
        Rig.eventually("nothing is left of it", () -> rig.counters.value("av_edge_streams") == 0);
    }

    @Test
    void aClientOverTlsReachesOneOverUdpWithoutARelayedSocket() throws Exception {
        AvEdgeSettings settings = Rig.settings(2);
        open(settings.withRelay(settings.relay().closed()));
        try (TurnClient alice = client(connect(Way.TLS), "1:alice")) {
            TurnClient bob = rig.client("1:bob");
            TransportAddress aliceAt = alice.relayed();
            TransportAddress bobAt = bob.relayed();
            alice.bind(0x4001, bobAt);
            bob.bind(0x4001, aliceAt);
            for (int i = 0; i < 50; i++) {
                alice.channel(0x4001, "to Bob " + i);
                assertThat(bob.data().text()).isEqualTo("to Bob " + i);
                bob.channel(0x4001, "to Alice " + i);
                assertThat(alice.data().text()).isEqualTo("to Alice " + i);
            }
        }
    }

    /** coturn's client takes a record of TLS for a frame: of two in one record it lost the second. */
    @Test
    void noTwoFramesComeInOneTlsRecord() throws Exception {
        open(Rig.settings(1));
        StreamWire wire = connect(Way.TLS);
        try (TurnClient alice = client(wire, "1:alice")) {
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            alice.bind(0x4001, Rig.address(peer));
            int packets = 50;
            for (int i = 0; i < packets; i++) {
                Rig.send(peer, relayed, "abcd");
            }
            byte[] record = new byte[16_384];
            wire.socket().setSoTimeout(10_000);
            for (int i = 0; i < packets; i++) {
                assertThat(wire.socket().getInputStream().read(record))
                        .as("bytes of record %d", i)
                        .isEqualTo(8);
            }
        }
    }

    @Test
    void aFrameInPiecesIsAFrame() throws Exception {
        open(Rig.settings(1));
        StreamWire wire = connect(Way.CLEAR);
        try (TurnClient alice = client(wire, "1:alice")) {
            DatagramSocket peer = rig.peer();
            alice.relayed();
            alice.bind(0x4001, Rig.address(peer));
            byte[] frames = {0x40, 1, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0, 0x40, 1, 0, 2, 'y', 'o', 0, 0};
            for (byte piece : frames) {
                wire.socket().getOutputStream().write(piece);
                wire.socket().getOutputStream().flush();
            }
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("hello");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("yo");
        }
    }

    @Test
    void whatIsNoTurnEndsTheConnection() throws Exception {
        open(Rig.settings(1));
        StreamWire wire = connect(Way.CLEAR);
        try (TurnClient alice = client(wire, "1:alice")) {
            alice.relayed();
            wire.send(new byte[] {(byte) 0x80, 0, 0, 0});
            assertThatThrownBy(() -> wire.receive(PATIENCE)).isInstanceOf(EOFException.class);
            Rig.eventually("the allocation ends", () -> rig.edge.allocations() == 0);
            assertThat(rig.count("av_edge_streams_closed", "code", "av-edge-stream-broken"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aConnectionWithoutAnAllocationIsClosedAndOneWithStays() throws Exception {
        open(Rig.settings(1).withStreamIdle(Duration.ofSeconds(2)));
        try (TurnClient alice = client(connect(Way.CLEAR), "1:alice")) {
            alice.relayed();
            StreamWire idle = connect(Way.CLEAR);
            TurnClient nobody = new TurnClient(idle, "nobody", "");
            assertThat(TurnClient.error(nobody.allocate())).isEqualTo(401);
            assertThatThrownBy(() -> idle.receive(PATIENCE)).isInstanceOf(IOException.class);
            assertThat(rig.count("av_edge_streams_closed", "code", "av-edge-stream-idle"))
                    .isEqualTo(1);
            assertThat(TurnClient.error(alice.refresh(600))).isZero();
        }
    }

    @Test
    void dataOnAConnectionWithoutAnAllocationDoesNotKeepItOpen() throws Exception {
        open(Rig.settings(1).withStreamIdle(Duration.ofSeconds(1)));
        try (StreamWire wire = connect(Way.CLEAR)) {
            TurnClient nobody = new TurnClient(wire, "nobody", "");
            assertThat(TurnClient.error(nobody.allocate())).isEqualTo(401);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            wire.send(new byte[] {0x40, 1, 0, 0});
                            wire.receive(Duration.ofMillis(20));
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(rig.count("av_edge_streams_closed", "code", "av-edge-stream-idle"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aConnectionFromWhichTheAllocationHasMovedIsClosedAndTheOneThatHasItStays() throws Exception {
        open(Rig.settings(1).withStreamIdle(Duration.ofSeconds(1)));
        StreamWire old = connect(Way.CLEAR);
        try (TurnClient before = client(old, "1:alice");
                TurnClient after = client(connect(Way.CLEAR), "1:alice")) {
            StunMessage made = before.ask(
                    StunMethod.ALLOCATE,
                    writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24)
                            .add(StunAttribute.MOBILITY_TICKET, new byte[0]));
            byte[] ticket = made.valueOf(StunAttribute.MOBILITY_TICKET);
            StunMessage moved =
                    after.ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.MOBILITY_TICKET, ticket));
            assertThat(TurnClient.error(moved)).isZero();
            assertThatThrownBy(() -> old.receive(PATIENCE)).isInstanceOf(IOException.class);
            assertThat(TurnClient.error(after.refresh(600))).isZero();
        }
    }

    @Test
    void aClientThatDoesNotReadLosesDataAndHoldsUpNobody() throws Exception {
        open(Rig.settings(1));
        try (TurnClient slow = client(connect(Way.CLEAR), "1:slow")) {
            TurnClient bob = rig.client("1:bob");
            TransportAddress slowAt = slow.relayed();
            TransportAddress bobAt = bob.relayed();
            slow.permit(bobAt);
            bob.bind(0x4001, slowAt);
            DatagramSocket peer = rig.peer();
            bob.bind(0x4002, Rig.address(peer));
            String text = "z".repeat(8_000);
            for (int i = 0; rig.count("av_edge_drops", "code", "av-edge-client-congested") == 0; i++) {
                assertThat(i).as("datagrams of 8,000 bytes that nobody reads").isLessThan(20_000);
                bob.channel(0x4001, text);
                bob.channel(0x4002, "a");
                assertThat(Rig.text(Rig.received(peer))).isEqualTo("a");
            }
        }
    }
}
