package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** Credentials that are good for what there is, and for nothing new any more. */
class OngoingTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");

    @Test
    void whoHasAnAllocationGoesOnWithItAndGetsNoOther() {
        TestClient elsewhere = world.client("203.0.113.50:4001", "alice");
        elsewhere.challenged(StunMethod.ALLOCATE);
        alice.relayed();
        world.expired.add("alice");
        TestClient.succeeded(alice.refresh(600));
        TestClient.succeeded(alice.permit(PEER));
        TestClient.succeeded(alice.bind(0x4001, PEER));
        alice.refused(alice.allocate(), TurnErrorCode.ALLOCATION_EXISTS);
        elsewhere.refused(elsewhere.allocate(), TurnErrorCode.CREDENTIALS_EXPIRED);
        elsewhere.refused(elsewhere.refresh(600), TurnErrorCode.CREDENTIALS_EXPIRED);
        TestClient.succeeded(alice.refresh(0));
        alice.refused(alice.refresh(600), TurnErrorCode.CREDENTIALS_EXPIRED);
        alice.refused(alice.allocate(), TurnErrorCode.CREDENTIALS_EXPIRED);
        assertThat(world.engine.allocationCount()).isZero();
    }

    @Test
    void whatAnotherHasThereIsNotOnesOwn() {
        alice.relayed();
        world.expired.add("bob");
        TestClient bob = world.client("203.0.113.50:4000", "bob");
        bob.refused(bob.refresh(600), TurnErrorCode.CREDENTIALS_EXPIRED);
        assertThat(world.engine.allocationCount()).isEqualTo(1);
    }

    @Test
    void anAllocationMovesWithItsOwnTicketOnly() {
        byte[] ticket = alice.allocate(writer -> writer.add(StunAttribute.MOBILITY_TICKET, new byte[0]))
                .valueOf(StunAttribute.MOBILITY_TICKET);
        world.expired.add("alice");
        world.expired.add("bob");
        TestClient bob = world.client("203.0.113.52:4000", "bob");
        bob.refused(show(bob, ticket), TurnErrorCode.CREDENTIALS_EXPIRED);
        TestClient moved = world.client("203.0.113.51:4000", "alice");
        moved.refused(show(moved, new byte[ticket.length]), TurnErrorCode.CREDENTIALS_EXPIRED);
        TestClient.succeeded(show(moved, ticket));
        TestClient.succeeded(moved.refresh(600));
    }

    private static StunMessage show(TestClient client, byte[] ticket) {
        return client.ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.MOBILITY_TICKET, ticket));
    }

    @Test
    void aConnectionToAPeerIsTakenOverByWhoHasItsAllocation() {
        TestClient control = world.client(TurnWorld.TLS, "203.0.113.50:5000", "alice");
        control.ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24));
        world.expired.add("alice");
        world.expired.add("bob");
        control.send(control.signed(control.request(StunMethod.CONNECT).addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)));
        int id = world.seen(Output.ConnectPeer.class).getLast().connection();
        world.engine.peerConnected(world.now, id);
        world.drive();
        TestClient bob = world.client(TurnWorld.TLS, "203.0.113.50:5001", "bob");
        bob.refused(take(bob, id), TurnErrorCode.CREDENTIALS_EXPIRED);
        TestClient second = world.client(TurnWorld.TLS, "203.0.113.50:5002", "alice");
        second.refused(take(second, id + 1), TurnErrorCode.CREDENTIALS_EXPIRED);
        TestClient.succeeded(take(second, id));
    }

    private static StunMessage take(TestClient client, int id) {
        return client.ask(StunMethod.CONNECTION_BIND, writer -> writer.add(StunAttribute.CONNECTION_ID, id));
    }
}
