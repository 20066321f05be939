package org.edgeways.link.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.edgeways.link.engine.LinkSimulation.Weather;
import org.junit.jupiter.api.Test;

/**
 * The Link's bookkeeping in thousands of simulated storms. A failure names the seed; {@code -Dlink.seed=N} runs that one
 * alone, {@code -Dlink.seeds=N} another number of them.
 */
final class LinkSimulationTest {

    private static final int SEEDS = 1500;
    private static final int STORMY_SECONDS = 60;

    /** Connections are only drained: no stream may fail. */
    @Test
    void drainingBreaksNoStreamOff() {
        long placed = storms(new Weather(false, true));
        assertThat(placed).as("streams placed").isGreaterThan(100);
    }

    /** Connections are lost, half-open, reset, their ends restart; then all must come back by itself. */
    @Test
    void whateverIsLostComesBackAndNothingHangs() {
        storms(new Weather(true, true));
    }

    private static long storms(Weather weather) {
        Long only = Long.getLong("link.seed");
        long first = only != null ? only : new Random().nextLong();
        long placed = 0;
        int seeds = only != null ? 1 : Integer.getInteger("link.seeds", SEEDS);
        for (int i = 0; i < seeds; i++) {
            LinkSimulation simulation = new LinkSimulation(first + i, weather);
            try {
                simulation.run(STORMY_SECONDS);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + (first + i) + " " + weather, e);
            }
            placed += simulation.placed();
        }
        return placed;
    }
}
