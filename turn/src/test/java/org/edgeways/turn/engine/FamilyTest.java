package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** Which relayed addresses a client gets: families, even ports, pairs. */
class FamilyTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");
    private static final TransportAddress PEER6 = TurnWorld.address("[2001:db8:7::1]:7000");
    private static final RelaySettings ONLY4 =
            new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_999, true, true, true, 0, 1);
    private static final RelaySettings ONLY6 =
            new RelaySettings(null, TurnWorld.RELAY6, 50_000, 50_999, true, true, true, 0, 1);

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");

    private static List<TransportAddress> relayed(StunMessage answer) {
        List<TransportAddress> all = new ArrayList<>();
        for (int i = 0; i < answer.count(); i++) {
            if (answer.type(i) == StunAttribute.XOR_RELAYED_ADDRESS) {
                all.add(answer.xorAddress(i));
            }
        }
        return all;
    }

    private static StunMessage both(TestClient client) {
        return client.allocate(writer -> writer.add(StunAttribute.ADDITIONAL_ADDRESS_FAMILY, 2 << 24));
    }

    @Test
    void bothFamiliesAreGivenAndUsed() {
        StunMessage answer = both(alice);
        assertThat(relayed(answer))
                .extracting(address -> address.withPort(0))
                .containsExactly(TurnWorld.RELAY4, TurnWorld.RELAY6);
        assertThat(answer.has(StunAttribute.ADDRESS_ERROR_CODE)).isFalse();
        TestClient.succeeded(alice.permit(PEER, PEER6));
        alice.send(PEER, "x");
        assertThat(world.forward.ipv6()).isFalse();
        assertThat(world.forward.relayPort()).isEqualTo(relayed(answer).get(0).port());
        alice.send(PEER6, "x");
        assertThat(world.forward.ipv6()).isTrue();
        assertThat(world.forward.relayPort()).isEqualTo(relayed(answer).get(1).port());
    }

    @Test
    void oneFamilyCanBeGivenBackAlone() {
        StunMessage answer = both(alice);
        alice.permit(PEER, PEER6);
        StunMessage refreshed = alice.ask(
                StunMethod.REFRESH,
                writer -> writer.add(StunAttribute.LIFETIME, 0).add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 2 << 24));
        TestClient.succeeded(refreshed);
        assertThat(world.seen(Output.CloseRelay.class))
                .containsExactly(
                        new Output.CloseRelay(true, relayed(answer).get(1).port(), false));
        alice.send(PEER, "x");
        assertThat(world.forward.kind()).isEqualTo(Forward.Kind.TO_PEER);
        alice.send(PEER6, "x");
        world.dropped(TurnErrorCode.UNEXPECTED);
        alice.refused(
                alice.ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 2 << 24)),
                TurnErrorCode.FAMILY_MISMATCH);
        TestClient.succeeded(alice.refresh(0));
        assertThat(world.engine.allocationCount()).isZero();
    }

    @Test
    void whatIsNotOfferedIsSaid() {
        TestClient bob = new TurnWorld(TurnWorld.with(ONLY4)).client("203.0.113.51:1", "bob");
        bob.refused(
                bob.allocate(writer -> writer.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 2 << 24)),
                TurnErrorCode.FAMILY_UNSUPPORTED);
        StunMessage answer = both(bob);
        assertThat(relayed(answer)).hasSize(1);
        assertThat(answer.valueOf(StunAttribute.ADDRESS_ERROR_CODE)).startsWith(2, 0, 4, 40);

        TestClient carol = new TurnWorld(TurnWorld.with(ONLY6)).client("203.0.113.51:1", "bob");
        carol.refused(carol.allocate(), TurnErrorCode.FAMILY_UNSUPPORTED);
        answer = both(carol);
        assertThat(relayed(answer)).hasSize(1);
        assertThat(answer.valueOf(StunAttribute.ADDRESS_ERROR_CODE)).startsWith(1, 0, 4, 40);
    }

    @Test
    void aFamilyWhosePortCannotBeOpenedIsSaid() {
        world.portsThatFail = AllocateRequests.TRIES;
        StunMessage answer = both(alice);
        assertThat(relayed(answer)).hasSize(1);
        assertThat(answer.valueOf(StunAttribute.ADDRESS_ERROR_CODE)[2]).isEqualTo((byte) 5);
    }

    @Test
    void familiesThatContradictEachOtherAreABadRequest() {
        alice.refused(
                alice.allocate(writer -> writer.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 1 << 24)
                        .add(StunAttribute.ADDITIONAL_ADDRESS_FAMILY, 2 << 24)),
                TurnErrorCode.BAD_REQUEST);
        alice.refused(
                alice.allocate(writer -> writer.add(StunAttribute.ADDITIONAL_ADDRESS_FAMILY, 1 << 24)),
                TurnErrorCode.BAD_REQUEST);
        alice.refused(
                alice.allocate(writer -> writer.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 3 << 24)),
                TurnErrorCode.FAMILY_UNSUPPORTED);
        alice.refused(
                alice.allocate(writer -> writer.add(StunAttribute.ADDITIONAL_ADDRESS_FAMILY, 2 << 24)
                        .add(StunAttribute.EVEN_PORT, new byte[] {(byte) 0x80})),
                TurnErrorCode.BAD_REQUEST);
        assertThat(world.engine.allocationCount()).isZero();
    }

    @Test
    void anEvenPortIsEven() {
        for (int i = 0; i < 50; i++) {
            TestClient client = world.client("203.0.113.60:" + (2000 + i), "alice");
            StunMessage answer = client.allocate(writer -> writer.add(StunAttribute.EVEN_PORT, new byte[] {0}));
            assertThat(TestClient.relayedIn(answer).port() % 2).isZero();
            assertThat(answer.has(StunAttribute.RESERVATION_TOKEN)).isFalse();
        }
    }

    private StunMessage pair(TestClient client) {
        return client.allocate(writer -> writer.add(StunAttribute.EVEN_PORT, new byte[] {(byte) 0x80}));
    }

    private static StunMessage redeem(TestClient client, byte[] token) {
        return client.allocate(writer -> writer.add(StunAttribute.RESERVATION_TOKEN, token));
    }

    @Test
    void theNextPortIsKeptForWhoHasTheToken() {
        StunMessage first = pair(alice);
        int port = TestClient.relayedIn(first).port();
        byte[] token = first.valueOf(StunAttribute.RESERVATION_TOKEN);
        TestClient other = world.client("203.0.113.51:1", "bob");
        other.refused(redeem(other, token), TurnErrorCode.RESERVATION_UNKNOWN);
        TestClient second = world.client("203.0.113.50:4001", "alice");
        assertThat(TestClient.relayedIn(redeem(second, token)).port()).isEqualTo(port + 1);
        TestClient third = world.client("203.0.113.50:4002", "alice");
        third.refused(redeem(third, token), TurnErrorCode.RESERVATION_UNKNOWN);
    }

    @Test
    void aPortThatWasReservedBeforeADrainIsStillGiven() {
        StunMessage first = pair(alice);
        byte[] token = first.valueOf(StunAttribute.RESERVATION_TOKEN);
        world.engine.drain();
        TestClient other = world.client("203.0.113.51:1", "bob");
        other.refused(redeem(other, token), TurnErrorCode.DRAINING);
        TestClient second = world.client("203.0.113.50:4001", "alice");
        second.refused(redeem(second, new byte[8]), TurnErrorCode.DRAINING);
        second.refused(pair(second), TurnErrorCode.DRAINING);
        assertThat(TestClient.relayedIn(redeem(second, token)).port())
                .isEqualTo(TestClient.relayedIn(first).port() + 1);
        TestClient third = world.client("203.0.113.50:4002", "alice");
        third.refused(redeem(third, token), TurnErrorCode.DRAINING);
    }

    @Test
    void aReservationLastsThirtySeconds() {
        byte[] token = pair(alice).valueOf(StunAttribute.RESERVATION_TOKEN);
        TestClient second = world.client("203.0.113.50:4001", "alice");
        world.pass(Duration.ofSeconds(30));
        second.refused(redeem(second, token), TurnErrorCode.RESERVATION_UNKNOWN);
    }

    @Test
    void whoComesForAReservedPortGetsThatOrNone() {
        byte[] token = pair(alice).valueOf(StunAttribute.RESERVATION_TOKEN);
        TestClient second = world.client("203.0.113.50:4001", "alice");
        world.portsThatFail = 1;
        second.refused(redeem(second, token), TurnErrorCode.NO_PORT);
        second.refused(redeem(second, token), TurnErrorCode.RESERVATION_UNKNOWN);
        assertThat(world.engine.allocationCount()).isEqualTo(1);
    }

    @Test
    void reservedPortsAreGivenToNobodyElse() {
        TurnWorld small = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_003, true, false, true, 0, 1)));
        pair(small.client("203.0.113.50:1", "alice"));
        pair(small.client("203.0.113.50:2", "alice"));
        TestClient late = small.client("203.0.113.50:3", "bob");
        late.refused(late.allocate(), TurnErrorCode.NO_PORT);
        small.pass(Duration.ofSeconds(30));
        late.relayed();
        TestClient last = small.client("203.0.113.50:4", "bob");
        last.refused(pair(last), TurnErrorCode.NO_PORT);
        last.relayed();
    }

    /** Else one person takes all ports with a single allocation at a time, whatever the quotas are. */
    @Test
    void whoEndsAnAllocationLeavesNoReservedPortBehind() {
        TurnWorld small = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_003, true, false, true, 0, 1)));
        TestClient greedy = small.client("203.0.113.50:1", "alice");
        for (int i = 0; i < 10; i++) {
            byte[] token = pair(greedy).valueOf(StunAttribute.RESERVATION_TOKEN);
            TestClient.succeeded(greedy.refresh(0));
            greedy.refused(redeem(greedy, token), TurnErrorCode.RESERVATION_UNKNOWN);
        }
        for (int i = 0; i < 4; i++) {
            small.client("203.0.113.51:" + (1 + i), "bob").relayed();
        }
        assertThat(small.engine.nextDeadline())
                .as("nothing is kept of reservations that are over")
                .isGreaterThan(small.now + AllocateRequests.RESERVATION);
    }

    @Test
    void whoHasGotAReservedPortKeepsItWhenTheFirstOfThePairEnds() {
        TurnWorld small = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_001, true, false, true, 0, 1)));
        TestClient first = small.client("203.0.113.50:1", "alice");
        TestClient second = small.client("203.0.113.50:2", "alice");
        int port = TestClient.relayedIn(redeem(second, pair(first).valueOf(StunAttribute.RESERVATION_TOKEN)))
                .port();
        TestClient.succeeded(first.refresh(0));
        TestClient other = small.client("203.0.113.51:1", "bob");
        assertThat(other.relayed().port()).isEqualTo(50_000);
        assertThat(port).isEqualTo(50_001);
        TestClient.succeeded(second.refresh(600));
    }

    @Test
    void aPairNeedsBothPortsFree() {
        TurnWorld small = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_001, true, false, true, 0, 1)));
        TestClient first = small.client("203.0.113.50:1", "alice");
        TestClient second = small.client("203.0.113.50:2", "alice");
        boolean firstIsEven = first.relayed().port() == 50_000;
        second.relayed();
        (firstIsEven ? first : second).refresh(0);
        TestClient late = small.client("203.0.113.50:3", "bob");
        late.refused(pair(late), TurnErrorCode.NO_PORT);
        assertThat(late.relayed().port()).isEqualTo(50_000);
    }

    @Test
    void aTokenGoesWithNothingElse() {
        byte[] token = pair(alice).valueOf(StunAttribute.RESERVATION_TOKEN);
        TestClient second = world.client("203.0.113.50:4001", "alice");
        second.refused(
                second.allocate(writer -> writer.add(StunAttribute.RESERVATION_TOKEN, token)
                        .add(StunAttribute.EVEN_PORT, new byte[] {0})),
                TurnErrorCode.BAD_REQUEST);
        second.refused(
                second.allocate(writer -> writer.add(StunAttribute.RESERVATION_TOKEN, token)
                        .add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 1 << 24)),
                TurnErrorCode.BAD_REQUEST);
        second.refused(redeem(second, new byte[7]), TurnErrorCode.BAD_REQUEST);
        TestClient.succeeded(redeem(second, token));
    }

    @Test
    void aPairWhosePortCannotBeOpenedIsChosenAgain() {
        world.portsThatFail = 1;
        StunMessage answer = pair(alice);
        int port = TestClient.relayedIn(answer).port();
        TestClient second = world.client("203.0.113.50:4001", "alice");
        assertThat(TestClient.relayedIn(redeem(second, answer.valueOf(StunAttribute.RESERVATION_TOKEN)))
                        .port())
                .isEqualTo(port + 1);
    }
}
