package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** An allocation that goes with its client to another address (RFC 8016). */
class MobilityTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");
    private final TestClient moved = world.client("203.0.113.80:9999", "alice");

    private static StunMessage mobile(TestClient client) {
        return client.allocate(writer -> writer.add(StunAttribute.MOBILITY_TICKET, new byte[0]));
    }

    private static StunMessage show(TestClient client, byte[] ticket) {
        return client.ask(StunMethod.REFRESH, writer -> writer.add(StunAttribute.MOBILITY_TICKET, ticket));
    }

    @Test
    void anAllocationMovesWithItsTicket() {
        StunMessage answer = mobile(alice);
        TransportAddress relayed = TestClient.relayedIn(answer);
        alice.bind(0x4001, PEER);
        StunMessage refreshed = show(moved, answer.valueOf(StunAttribute.MOBILITY_TICKET));
        TestClient.succeeded(refreshed);
        assertThat(world.seen(Output.Moved.class)).singleElement().satisfies(move -> {
            assertThat(move.from().address()).isEqualTo(alice.address);
            assertThat(move.to().address()).isEqualTo(moved.address);
        });
        assertThat(refreshed.valueOf(StunAttribute.MOBILITY_TICKET))
                .isNotEmpty()
                .isNotEqualTo(answer.valueOf(StunAttribute.MOBILITY_TICKET));
        moved.channel(0x4001, "x");
        assertThat(world.forward.kind()).isEqualTo(Forward.Kind.TO_PEER);
        assertThat(world.forward.relayPort()).isEqualTo(relayed.port());
        world.fromPeer(relayed, PEER, new byte[1]);
        assertThat(world.destination()).isEqualTo(moved.address);
        alice.channel(0x4001, "x");
        world.dropped(TurnErrorCode.DATA_WITHOUT_ALLOCATION);
        assertThat(world.engine.allocationCount()).isEqualTo(1);
        TestClient back = world.client("203.0.113.50:4000", "alice");
        TestClient.succeeded(show(back, refreshed.valueOf(StunAttribute.MOBILITY_TICKET)));
        TestClient.succeeded(back.refresh(0));
    }

    @Test
    void itsMeterIsToldWhereItIs() {
        List<Client> told = new ArrayList<>();
        world.quotas = (username, client, now) -> new Quotas.Meter() {
            @Override
            public boolean mayRelay(int bytes, long at) {
                return true;
            }

            @Override
            public void moved(Client to) {
                told.add(to);
            }

            @Override
            public void end(long at) {}
        };
        byte[] ticket = mobile(alice).valueOf(StunAttribute.MOBILITY_TICKET);
        TestClient.succeeded(show(moved, ticket));
        assertThat(told)
                .singleElement()
                .satisfies(to -> assertThat(to.address()).isEqualTo(moved.address));
        TestClient.succeeded(show(moved, ticket));
        assertThat(told).as("the same again is no move").hasSize(1);
    }

    @Test
    void theSameMoveAgainIsAnsweredAgain() {
        byte[] ticket = mobile(alice).valueOf(StunAttribute.MOBILITY_TICKET);
        byte[] next = show(moved, ticket).valueOf(StunAttribute.MOBILITY_TICKET);
        assertThat(show(moved, ticket).valueOf(StunAttribute.MOBILITY_TICKET)).isEqualTo(next);
    }

    @Test
    void anOldTicketIsOfNoUseElsewhere() {
        byte[] ticket = mobile(alice).valueOf(StunAttribute.MOBILITY_TICKET);
        TestClient.succeeded(show(moved, ticket));
        TestClient third = world.client("203.0.113.81:1", "alice");
        third.refused(show(third, ticket), TurnErrorCode.MOBILITY_FORBIDDEN);
    }

    @Test
    void aTicketIsOfUseToItsOwnerOnly() {
        byte[] ticket = mobile(alice).valueOf(StunAttribute.MOBILITY_TICKET);
        world.passwords.put("carol", "secret-c");
        TestClient thief = world.client("203.0.113.80:9999", "carol");
        thief.refused(show(thief, ticket), TurnErrorCode.MOBILITY_FORBIDDEN);
        TestClient.succeeded(alice.refresh(600));
    }

    @Test
    void aChangedTicketIsRefused() {
        byte[] ticket = mobile(alice).valueOf(StunAttribute.MOBILITY_TICKET);
        for (int i = 0; i < ticket.length; i++) {
            byte[] bent = ticket.clone();
            bent[i] ^= (byte) 1;
            moved.refused(show(moved, bent), TurnErrorCode.MOBILITY_FORBIDDEN);
        }
        moved.refused(show(moved, new byte[0]), TurnErrorCode.MOBILITY_FORBIDDEN);
        TestClient.succeeded(show(moved, ticket));
    }

    @Test
    void aTicketOfAnAllocationThatEndedIsRefused() {
        byte[] ticket = mobile(alice).valueOf(StunAttribute.MOBILITY_TICKET);
        alice.refresh(0);
        moved.refused(show(moved, ticket), TurnErrorCode.NO_ALLOCATION);
    }

    @Test
    void anAllocationWithATicketOutlivesItsConnection() {
        TestClient streamed = world.client(TurnWorld.TLS, "203.0.113.50:4000", "alice");
        byte[] ticket = mobile(streamed).valueOf(StunAttribute.MOBILITY_TICKET);
        world.engine.clientClosed(
                world.now, TurnWorld.TLS, streamed.address.high(), streamed.address.low(), streamed.address.port());
        TestClient.succeeded(show(moved, ticket));
        world.pass(java.time.Duration.ofHours(1));
        assertThat(world.engine.allocationCount()).isZero();
    }

    @Test
    void aPlaceThatIsTakenIsNotMovedTo() {
        byte[] ticket = mobile(alice).valueOf(StunAttribute.MOBILITY_TICKET);
        moved.relayed();
        moved.refused(show(moved, ticket), TurnErrorCode.ALLOCATION_EXISTS);
        assertThat(world.engine.allocationCount()).isEqualTo(2);
    }

    @Test
    void withoutMobilityThereAreNoTickets() {
        TurnSettings still = new TurnSettings(
                "example.org",
                TurnWorld.SETTINGS.listeners(),
                TurnWorld.RELAYING,
                TurnLimits.DEFAULTS,
                TurnWorld.SETTINGS.nonceLifetime(),
                true,
                false);
        TestClient bob = new TurnWorld(still).client("203.0.113.51:1", "bob");
        bob.refused(mobile(bob), TurnErrorCode.MOBILITY_FORBIDDEN);
        bob.relayed();
        bob.refused(show(bob, new byte[28]), TurnErrorCode.MOBILITY_FORBIDDEN);
        TestClient.succeeded(alice.allocate(writer -> writer));
        assertThat(alice.refresh(600).has(StunAttribute.MOBILITY_TICKET)).isFalse();
    }
}
