package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Permissions, channels, and data between a client and a peer that is elsewhere. */
class DataTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");
    private static final TransportAddress SAME_HOST = TurnWorld.address("203.0.113.1:7001");
    private static final TransportAddress OTHER = TurnWorld.address("203.0.113.2:7000");
    private static final TransportAddress PEER6 = TurnWorld.address("[2001:db8:7::1]:7000");

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");
    private TransportAddress relayed;

    @BeforeEach
    void allocate() {
        relayed = alice.relayed();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void reachesPeer(TransportAddress peer, String text) {
        assertThat(world.forward.kind()).as("%s", world.forward.dropped()).isEqualTo(Forward.Kind.TO_PEER);
        assertThat(world.destination()).isEqualTo(peer);
        assertThat(world.forward.relayPort()).isEqualTo(relayed.port());
        assertThat(world.forward.handle()).isEqualTo(relayed.port() + 1_000_000);
        assertThat(world.payload()).isEqualTo(bytes(text));
        assertThat(world.wrapped()).as("nothing stands around it").isEqualTo(bytes(text));
    }

    @Test
    void nothingPassesWithoutPermission() {
        alice.send(PEER, "hello");
        world.dropped(TurnErrorCode.NO_PERMISSION);
        alice.channel(0x4000, "hello");
        world.dropped(TurnErrorCode.CHANNEL_UNBOUND);
        world.fromPeer(relayed, PEER, bytes("hello"));
        world.dropped(TurnErrorCode.NO_PERMISSION);
        world.fromPeer(relayed.withPort(relayed.port() ^ 1), PEER, bytes("hello"));
        world.dropped(TurnErrorCode.RELAY_UNKNOWN);
        assertThat(world.engine.count(TurnErrorCode.NO_PERMISSION)).isEqualTo(2);
    }

    @Test
    void dataOfSomebodyWithoutAllocationIsDropped() {
        TestClient bob = world.client("203.0.113.51:1", "bob");
        bob.send(PEER, "x");
        world.dropped(TurnErrorCode.DATA_WITHOUT_ALLOCATION);
        bob.channel(0x4000, "x");
        world.dropped(TurnErrorCode.DATA_WITHOUT_ALLOCATION);
    }

    @Test
    void aPermissionIsForAnAddressWhateverItsPortAndForFiveMinutes() {
        TestClient.succeeded(alice.permit(PEER));
        alice.send(PEER, "one");
        reachesPeer(PEER, "one");
        alice.send(SAME_HOST, "two");
        reachesPeer(SAME_HOST, "two");
        alice.send(OTHER, "three");
        world.dropped(TurnErrorCode.NO_PERMISSION);
        world.pass(Duration.ofSeconds(299));
        alice.send(PEER, "still");
        reachesPeer(PEER, "still");
        world.pass(Duration.ofSeconds(1));
        alice.send(PEER, "late");
        world.dropped(TurnErrorCode.PERMISSION_OVER);
        world.fromPeer(relayed, PEER, bytes("late"));
        world.dropped(TurnErrorCode.PERMISSION_OVER);
    }

    @Test
    void whyDataIsDroppedIsToldOnceForEachReasonButNotOfStrangers() {
        world.fromPeer(relayed, PEER, bytes("unasked"));
        world.drive();
        assertThat(world.seen(Output.Dropping.class)).isEmpty();
        TestClient.succeeded(alice.permit(PEER));
        world.pass(Duration.ofMinutes(5));
        for (int i = 0; i < 3; i++) {
            world.fromPeer(relayed, PEER, bytes("late"));
            alice.send(PEER, "late");
            alice.send(OTHER, "never permitted");
            alice.channel(0x4000, "never bound");
        }
        world.drive();
        assertThat(world.seen(Output.Dropping.class))
                .allSatisfy(dropping -> {
                    assertThat(dropping.username()).isEqualTo("alice");
                    assertThat(dropping.client().address()).isEqualTo(alice.address);
                })
                .extracting(Output.Dropping::code)
                .containsExactly(
                        TurnErrorCode.PERMISSION_OVER, TurnErrorCode.NO_PERMISSION, TurnErrorCode.CHANNEL_UNBOUND);
    }

    @Test
    void whatAPeerSendsComesAsAnIndication() {
        TestClient.succeeded(alice.permit(PEER));
        for (String text : List.of("", "1", "22", "333", "4444", "55555")) {
            world.fromPeer(relayed, SAME_HOST, bytes(text));
            assertThat(world.forward.kind()).isEqualTo(Forward.Kind.TO_CLIENT);
            assertThat(world.destination()).isEqualTo(alice.address);
            assertThat(world.forward.handle()).isEqualTo(77);
            assertThat(world.forward.listener()).isEqualTo(TurnWorld.UDP);
            StunMessage data = StunMessage.parse(world.wrapped()).orThrow();
            assertThat(data.messageClass()).isEqualTo(StunClass.INDICATION);
            assertThat(data.method()).isEqualTo(StunMethod.DATA);
            assertThat(data.xorAddress(data.find(StunAttribute.XOR_PEER_ADDRESS)))
                    .isEqualTo(SAME_HOST);
            assertThat(data.text(StunAttribute.DATA)).isEqualTo(text);
        }
    }

    @Test
    void indicationsHaveDifferentTransactions() {
        alice.permit(PEER);
        world.fromPeer(relayed, PEER, bytes("a"));
        byte[] first = StunMessage.parse(world.wrapped()).orThrow().transactionId();
        world.fromPeer(relayed, PEER, bytes("a"));
        assertThat(StunMessage.parse(world.wrapped()).orThrow().transactionId()).isNotEqualTo(first);
    }

    @Test
    void aChannelCarriesDataBothWays() {
        TestClient.succeeded(alice.bind(0x4001, PEER));
        alice.channel(0x4001, "hello");
        reachesPeer(PEER, "hello");
        world.fromPeer(relayed, PEER, bytes("reply"));
        assertThat(world.forward.kind()).isEqualTo(Forward.Kind.TO_CLIENT);
        assertThat(world.wrapped()).isEqualTo(TestClient.channelData(0x4001, "reply"));
        world.fromPeer(relayed, SAME_HOST, bytes("other"));
        assertThat(StunMessage.parse(world.wrapped()).isOk())
                .as("the channel is for one port, the permission for all")
                .isTrue();
        alice.channel(0x4002, "x");
        world.dropped(TurnErrorCode.CHANNEL_UNBOUND);
    }

    @Test
    void overAStreamChannelDataIsPadded() {
        TestClient streamed = world.client(TurnWorld.TLS, "203.0.113.50:4000", "bob");
        TransportAddress address = streamed.relayed();
        streamed.bind(0x4001, PEER);
        world.fromPeer(address, PEER, bytes("12345"));
        assertThat(world.wrapped()).isEqualTo(new byte[] {0x40, 1, 0, 5, '1', '2', '3', '4', '5', 0, 0, 0});
        streamed.channel(0x4001, "abc");
        assertThat(world.payload()).isEqualTo(bytes("abc"));
        world.fromClient(TurnWorld.TLS, streamed.address, new byte[] {0x40, 1, 0, 1, 'x', 0, 0, 0});
        assertThat(world.payload()).isEqualTo(bytes("x"));
    }

    @Test
    void channelDataThatIsCutOffIsDropped() {
        alice.bind(0x4001, PEER);
        world.fromClient(TurnWorld.UDP, alice.address, new byte[] {0x40, 1, 0, 3, 'x', 'y'});
        world.dropped(TurnErrorCode.MALFORMED);
        world.fromClient(TurnWorld.UDP, alice.address, new byte[] {0x40, 1, 0});
        world.dropped(TurnErrorCode.MALFORMED);
        alice.channel(0x4001, "");
        reachesPeer(PEER, "");
    }

    @Test
    void aChannelStaysTenMinutesAndItsPermissionFive() {
        alice.bind(0x4001, PEER);
        world.pass(Duration.ofMinutes(5));
        alice.channel(0x4001, "x");
        world.dropped(TurnErrorCode.PERMISSION_OVER);
        alice.permit(PEER);
        alice.channel(0x4001, "x");
        reachesPeer(PEER, "x");
        alice.refresh(3600);
        world.pass(Duration.ofSeconds(299));
        alice.channel(0x4001, "x");
        reachesPeer(PEER, "x");
        world.pass(Duration.ofSeconds(1));
        alice.permit(PEER);
        alice.channel(0x4001, "x");
        world.dropped(TurnErrorCode.CHANNEL_UNBOUND);
        world.fromPeer(relayed, PEER, bytes("x"));
        assertThat(StunMessage.parse(world.wrapped()).isOk())
                .as("an indication again")
                .isTrue();
    }

    @Test
    void aChannelHasOnePeerAndAPeerOneChannelUntilTheyExpire() {
        TestClient.succeeded(alice.bind(0x4001, PEER));
        TestClient.succeeded(alice.bind(0x4001, PEER));
        alice.refused(alice.bind(0x4001, OTHER), TurnErrorCode.BAD_REQUEST);
        alice.refused(alice.bind(0x4002, PEER), TurnErrorCode.BAD_REQUEST);
        TestClient.succeeded(alice.bind(0x4002, SAME_HOST));
        alice.refresh(3600);
        world.pass(Duration.ofMinutes(10));
        TestClient.succeeded(alice.bind(0x4001, OTHER));
        alice.channel(0x4001, "x");
        reachesPeer(OTHER, "x");
        TestClient.succeeded(alice.bind(0x4002, PEER));
        alice.channel(0x4002, "y");
        reachesPeer(PEER, "y");
        alice.permit(SAME_HOST);
        world.fromPeer(relayed, SAME_HOST, bytes("z"));
        assertThat(StunMessage.parse(world.wrapped()).isOk()).isTrue();
    }

    @Test
    void channelNumbersAreTakenFromTheirRange() {
        TestClient.succeeded(alice.bind(0x4000, PEER));
        TestClient.succeeded(alice.bind(0x7fff, OTHER));
        for (int wrong : new int[] {0, 0x3fff, 0x8000, 0xffff}) {
            alice.refused(alice.bind(wrong, SAME_HOST), TurnErrorCode.BAD_REQUEST);
        }
    }

    @Test
    void aPeerHasAPort() {
        TestClient.succeeded(alice.permit(PEER.withPort(0)));
        alice.refused(alice.bind(0x4000, PEER.withPort(0)), TurnErrorCode.BAD_REQUEST);
        alice.send(PEER.withPort(0), "x");
        world.dropped(TurnErrorCode.UNEXPECTED);
        alice.send(PEER, "x");
        reachesPeer(PEER, "x");
    }

    @Test
    void dataMayNotBeFragmentedIfTheClientSaysSo() {
        alice.permit(PEER);
        byte[] packet = new StunWriter(StunClass.INDICATION, StunMethod.SEND, alice.transaction())
                .add(StunAttribute.DONT_FRAGMENT, new byte[0])
                .addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)
                .add(StunAttribute.DATA, "x")
                .toBytes();
        world.fromClient(TurnWorld.UDP, alice.address, packet);
        reachesPeer(PEER, "x");
        assertThat(world.forward.dontFragment()).isTrue();
        alice.send(PEER, "x");
        assertThat(world.forward.dontFragment()).isFalse();
    }

    @Test
    void wherePacketsCannotBeKeptWholeTheAttributeIsUnknown() {
        TurnWorld plain = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_999, true, false, false, 0, 1)));
        TestClient bob = plain.client("203.0.113.51:1", "bob");
        StunMessage answer = bob.allocate(writer -> writer.add(StunAttribute.DONT_FRAGMENT, new byte[0]));
        bob.refused(answer, TurnErrorCode.UNKNOWN_ATTRIBUTE);
        assertThat(answer.valueOf(StunAttribute.UNKNOWN_ATTRIBUTES)).containsExactly(0, StunAttribute.DONT_FRAGMENT);
        bob.relayed();
        bob.permit(PEER);
        byte[] packet = new StunWriter(StunClass.INDICATION, StunMethod.SEND, bob.transaction())
                .addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)
                .add(StunAttribute.DATA, "x")
                .add(StunAttribute.DONT_FRAGMENT, new byte[0])
                .toBytes();
        plain.fromClient(TurnWorld.UDP, bob.address, packet);
        plain.dropped(TurnErrorCode.UNEXPECTED);
    }

    @Test
    void ipv6PeersAreReachedFromAnIpv6Address() {
        TestClient bob = world.client("203.0.113.51:1", "bob");
        relayed = TestClient.relayedIn(
                bob.allocate(writer -> writer.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 2 << 24)));
        assertThat(relayed.withPort(0)).isEqualTo(TurnWorld.RELAY6);
        TestClient.succeeded(bob.permit(PEER6));
        bob.send(PEER6, "six");
        reachesPeer(PEER6, "six");
        assertThat(world.forward.ipv6()).isTrue();
        world.fromPeer(relayed, PEER6, bytes("reply"));
        StunMessage data = StunMessage.parse(world.wrapped()).orThrow();
        assertThat(data.xorAddress(data.find(StunAttribute.XOR_PEER_ADDRESS))).isEqualTo(PEER6);
        assertThat(data.text(StunAttribute.DATA)).isEqualTo("reply");
        TestClient.succeeded(bob.bind(0x4005, PEER6));
        bob.channel(0x4005, "seven");
        reachesPeer(PEER6, "seven");
        bob.refused(bob.permit(PEER), TurnErrorCode.FAMILY_MISMATCH);
        bob.refused(bob.bind(0x4006, PEER), TurnErrorCode.FAMILY_MISMATCH);
        bob.send(PEER, "x");
        world.dropped(TurnErrorCode.UNEXPECTED);
    }

    @Test
    void permissionsAreMadeAllOrNone() {
        TransportAddress inside = TurnWorld.address("10.0.0.1:1");
        alice.refused(alice.permit(PEER, inside), TurnErrorCode.PEER_FORBIDDEN);
        alice.send(PEER, "x");
        world.dropped(TurnErrorCode.NO_PERMISSION);
        alice.refused(alice.permit(), TurnErrorCode.BAD_REQUEST);
        alice.refused(alice.permit(PEER, PEER6), TurnErrorCode.FAMILY_MISMATCH);
        TestClient.succeeded(alice.permit(PEER, OTHER));
        alice.send(OTHER, "x");
        reachesPeer(OTHER, "x");
    }

    @Test
    void forbiddenPeersAreRefusedByEveryRequestThatNamesThem() {
        for (String text : List.of(
                "127.0.0.1:1", "10.1.2.3:1", "169.254.1.1:1", "224.0.0.1:1", "0.0.0.0:1", "255.255.255.255:1")) {
            TransportAddress peer = TurnWorld.address(text);
            alice.refused(alice.permit(peer), TurnErrorCode.PEER_FORBIDDEN);
            alice.refused(alice.bind(0x4000, peer), TurnErrorCode.PEER_FORBIDDEN);
            alice.send(peer, "x");
            world.dropped(TurnErrorCode.NO_PERMISSION);
        }
    }

    @Test
    void aStricterPolicyTakesPermissionsAway() {
        alice.bind(0x4001, PEER);
        alice.permit(OTHER);
        world.engine.policy((high, low) -> low == OTHER.low());
        alice.channel(0x4001, "x");
        world.dropped(TurnErrorCode.NO_PERMISSION);
        alice.send(OTHER, "x");
        reachesPeer(OTHER, "x");
        alice.refused(alice.bind(0x4001, PEER), TurnErrorCode.PEER_FORBIDDEN);
    }

    @Test
    void theMostPermissionsAndChannelsAreMadeAndOneMoreIsRefused() {
        TurnWorld small = new TurnWorld(
                TurnWorld.with(new TurnLimits(9, 3, 2, 1, Duration.ofMinutes(10), Duration.ofHours(1), 1000, 100_000)));
        TestClient bob = small.client("203.0.113.51:1", "bob");
        bob.relayed();
        TestClient.succeeded(bob.bind(0x4000, TurnWorld.address("203.0.113.1:1")));
        TestClient.succeeded(bob.bind(0x4001, TurnWorld.address("203.0.113.1:2")));
        bob.refused(bob.bind(0x4002, TurnWorld.address("203.0.113.1:3")), TurnErrorCode.NO_CAPACITY);
        TestClient.succeeded(bob.permit(TurnWorld.address("203.0.113.2:1"), TurnWorld.address("203.0.113.3:1")));
        bob.refused(bob.permit(TurnWorld.address("203.0.113.4:1")), TurnErrorCode.NO_CAPACITY);
        bob.refresh(3600);
        small.pass(Duration.ofMinutes(10));
        TestClient.succeeded(bob.permit(TurnWorld.address("203.0.113.4:1")));
        TestClient.succeeded(bob.bind(0x4002, TurnWorld.address("203.0.113.1:3")));
    }

    @Test
    void dataPastTheRateIsDropped() {
        int[] left = {10};
        world.quotas = (username, client, now) -> new Quotas.Meter() {
            @Override
            public boolean mayRelay(int bytes, long at) {
                if (bytes > left[0]) {
                    return false;
                }
                left[0] -= bytes;
                return true;
            }

            @Override
            public void end(long at) {}
        };
        TestClient bob = world.client("203.0.113.51:1", "bob");
        relayed = bob.relayed();
        bob.permit(PEER);
        bob.send(PEER, "123456");
        reachesPeer(PEER, "123456");
        world.fromPeer(relayed, PEER, bytes("12345"));
        world.dropped(TurnErrorCode.RATE_EXCEEDED);
        world.fromPeer(relayed, PEER, bytes("1234"));
        assertThat(world.forward.kind()).isEqualTo(Forward.Kind.TO_CLIENT);
        bob.refresh(0);
        Output.Ended ended = world.seen(Output.Ended.class).getFirst();
        assertThat(ended.bytesFromClient()).isEqualTo(6);
        assertThat(ended.bytesToClient()).isEqualTo(4);
        assertThat(ended.packetsFromClient()).isEqualTo(1);
        assertThat(ended.packetsToClient()).isEqualTo(1);
    }

    @Test
    void theLongestDatagramIsRelayed() {
        alice.bind(0x4001, PEER);
        String text = "x".repeat(65_503);
        alice.channel(0x4001, text);
        reachesPeer(PEER, text);
        alice.permit(OTHER);
        world.fromPeer(relayed, OTHER, new byte[65_503]);
        assertThat(StunMessage.parse(world.wrapped()).isOk()).isTrue();
        world.fromPeer(relayed, OTHER, new byte[65_510]);
        world.dropped(TurnErrorCode.MALFORMED);
    }

    @Test
    void afterTheEndNothingPasses() {
        alice.bind(0x4001, PEER);
        alice.refresh(0);
        alice.channel(0x4001, "x");
        world.dropped(TurnErrorCode.DATA_WITHOUT_ALLOCATION);
        world.fromPeer(relayed, PEER, bytes("x"));
        world.dropped(TurnErrorCode.RELAY_UNKNOWN);
    }
}
