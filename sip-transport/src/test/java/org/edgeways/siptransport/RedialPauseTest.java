package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When a next hop that was dialled in vain is dialled again. */
final class RedialPauseTest {

    private static final long START = 1_000_000_000_000L;

    private final Random random = new Random(7);
    private final RedialPause pause = new RedialPause(random);

    private static void assertPart(Duration pause, Duration bound) {
        assertThat(pause).isBetween(bound.dividedBy(2), bound);
    }

    @Test
    void pausesDoubleUpToTheLongestAndEachEndsAtItsTime() {
        assertThat(pause.isOver(START)).isTrue();
        long now = START;
        Duration bound = RedialPause.FIRST;
        for (int i = 0; i < 100; i++) {
            Duration next = pause.failed(now);
            assertPart(next, bound);
            assertThat(pause.isOver(now + next.toNanos() - 1)).isFalse();
            assertThat(pause.isOver(now + next.toNanos())).isTrue();
            now += next.toNanos();
            bound = bound.multipliedBy(2).compareTo(RedialPause.LONGEST) < 0
                    ? bound.multipliedBy(2)
                    : RedialPause.LONGEST;
        }
        assertThat(bound).isEqualTo(RedialPause.LONGEST);
    }

    @Test
    void pausesOfTwoThatFailTogetherAreNotTheSame() {
        assertThat(new RedialPause(random).failed(START)).isNotEqualTo(pause.failed(START));
    }

    @Test
    void connectionThatHasLastedBeginsTheCountAnew() {
        for (int i = 0; i < 10; i++) {
            pause.failed(START);
        }
        long later = START + RedialPause.LONGEST.toNanos();
        pause.opened(later);
        assertThat(pause.hasEndedEarly(later + RedialPause.LONGEST.toNanos())).isFalse();
        assertPart(pause.failed(later), RedialPause.FIRST);
    }

    @Test
    void connectionThatHasNotLastedCountsOnceAsADialInVain() {
        for (int i = 0; i < 10; i++) {
            pause.failed(START);
        }
        long later = START + RedialPause.LONGEST.toNanos();
        pause.opened(later);
        assertThat(pause.hasEndedEarly(later + RedialPause.LONGEST.toNanos() - 1))
                .isTrue();
        assertThat(pause.hasEndedEarly(later + RedialPause.LONGEST.toNanos() - 1))
                .isFalse();
        assertPart(pause.failed(later), RedialPause.LONGEST);
    }
}
