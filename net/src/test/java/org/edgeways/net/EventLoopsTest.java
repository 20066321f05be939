package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class EventLoopsTest {

    @Test
    void loopsAreNumberedFromZero() {
        try (EventLoops loops = new EventLoops(3);
                EventLoops others = new EventLoops(1)) {
            assertThat(loops.size()).isEqualTo(3);
            assertThat(loops.numberOf(loops.loop(2))).isEqualTo(2);
            assertThatThrownBy(() -> loops.numberOf(others.loop(0))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void thereMustBeAtLeastOneAndNotMoreThanTheLimit() {
        assertThatThrownBy(() -> new EventLoops(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EventLoops(EventLoops.MAXIMUM + 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clockGoesForwardFromTheWallClocksTime() {
        ProcessClock clock = new ProcessClock();
        long before = clock.now();
        assertThat(clock.now()).isGreaterThanOrEqualTo(before);
        assertThat(before / 1_000_000)
                .isBetween(System.currentTimeMillis() - 5_000, System.currentTimeMillis() + 5_000);
    }
}
