package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** What is asked of the thread that relays for each allocation there is, whenever somebody is withdrawn or settings come. */
class ManyAllocationsTest {

    private static final int MANY = 5_000;
    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");

    private final TurnWorld world = new TurnWorld(
            TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 49_152, 65_535, true, true, true, 0, 1)));

    private List<TestClient> clients(int count) {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String source = "11.0." + (i >> 8) + "." + (i & 0xff); // each has answers for some only
            TestClient client = world.client(source + ":4000", i % 2 == 0 ? "alice" : "bob");
            client.relayed();
            clients.add(client);
        }
        return clients;
    }

    /** Looking at one is deciphering it. */
    @Test
    void whoIsWithdrawnIsFoundWithoutALookAtTheUserNames() {
        clients(MANY);
        int looked = world.looked;
        List<Credentials.Holder> asked = new ArrayList<>();
        world.engine.endOf(world.now, holder -> {
            asked.add(holder);
            return holder.username().equals("alice");
        });
        assertThat(asked).hasSize(MANY);
        assertThat(world.found).as("what was found at the time").containsAll(asked);
        assertThat(world.looked).isEqualTo(looked);
        assertThat(world.engine.allocationCount()).isEqualTo(MANY / 2);
    }

    private record CountingPolicy(Set<Long> denied, List<Long> asked) implements PeerPolicy {
        @Override
        public boolean allows(long high, long low) {
            asked.add(low);
            return !denied.contains(low);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof CountingPolicy(Set<Long> theirs, List<Long> _) && theirs.equals(denied);
        }

        @Override
        public int hashCode() {
            return denied.hashCode();
        }
    }

    @Test
    void permissionsAreLookedAtOnlyIfAnotherPolicyComes() {
        List<Long> asked = new ArrayList<>();
        world.engine.policy(new CountingPolicy(Set.of(), asked));
        List<TestClient> clients = clients(100);
        clients.forEach(client -> TestClient.succeeded(client.permit(PEER)));
        asked.clear();
        world.engine.policy(new CountingPolicy(new HashSet<>(), asked));
        assertThat(asked).isEmpty();
        world.engine.policy(new CountingPolicy(Set.of(PEER.low()), asked));
        assertThat(asked).hasSize(100);
        assertThat(world.engine.allows(PEER.high(), PEER.low())).isFalse();
    }
}
