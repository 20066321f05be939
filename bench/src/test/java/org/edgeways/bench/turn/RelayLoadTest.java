package org.edgeways.bench.turn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.edgeways.bench.turn.RelayLoad.Traffic;
import org.junit.jupiter.api.Test;

/** What the generator says of relays that lose. */
class RelayLoadTest {

    private static final Traffic PACED = new Traffic(160, 1, 0, 10_000);
    private static final Traffic CLOSED_LOOP = new Traffic(160, 1, 8, 0);

    private static RelayLoad load(LossyTurnServer server) throws Exception {
        return new RelayLoad(server.address(), "secret", 4, true);
    }

    @Test
    void whatARelayLosesOfAnOpenLoopIsSaid() throws Exception {
        try (LossyTurnServer server = new LossyTurnServer(4);
                RelayLoad load = load(server)) {
            load.begin(PACED);
            while (load.relayed() < 100) {
                load.turn();
            }
            assertThat(load.stop()).as("three of four").isGreaterThan(0.7).isLessThan(1);
        }
    }

    @Test
    void whatARelayLosesOfAClosedLoopIsSaidAndItGoesOn() throws Exception {
        try (LossyTurnServer server = new LossyTurnServer(2);
                RelayLoad load = load(server)) {
            load.begin(CLOSED_LOOP);
            while (load.relayed() < 20) {
                load.work(Duration.ofMillis(700).toNanos()); // in which what is lost is begun anew
            }
            assertThat(load.stop()).as("every second one").isGreaterThan(0.4).isLessThan(1);
        }
    }

    @Test
    void aRelayThatLosesEverythingHasNoTimes() throws Exception {
        try (LossyTurnServer server = new LossyTurnServer(0);
                RelayLoad load = load(server)) {
            load.begin(PACED);
            load.work(Duration.ofMillis(50).toNanos());
            assertThat(load.relayed()).isZero();
            assertThat(load.latency().getTotalCount()).isZero();
            assertThat(load.stop()).isEqualTo(1);
        }
    }

    @Test
    void whereNothingIsSentThereIsNoResult() throws Exception {
        try (LossyTurnServer server = new LossyTurnServer(1);
                RelayLoad load = load(server)) {
            assertThat(load.stop()).isEqualTo(1);
        }
    }
}
