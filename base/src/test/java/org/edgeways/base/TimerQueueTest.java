package org.edgeways.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerQueueTest {

    @Test
    void givesNothingBeforeItsTimeAndEachOnce() {
        TimerQueue<String> timers = new TimerQueue<>();
        timers.schedule(20, "b");
        timers.schedule(10, "a");
        assertThat(timers.nextDeadline()).isEqualTo(10);
        assertThat(timers.poll(9)).isNull();
        assertThat(timers.poll(10)).isEqualTo("a");
        assertThat(timers.poll(19)).isNull();
        assertThat(timers.poll(25)).isEqualTo("b");
        assertThat(timers.nextDeadline()).isEqualTo(TimerQueue.NEVER);
    }

    @Test
    void keepsTheOrderOfEqualDeadlines() {
        TimerQueue<Integer> timers = new TimerQueue<>();
        for (int i = 0; i < 100; i++) {
            timers.schedule(5, i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(timers.poll(5)).isEqualTo(i);
        }
    }

    @Test
    void agreesWithASortedListUnderRandomSchedulingAndCancelling() {
        for (long seed = 1; seed <= 50; seed++) {
            agreesWithASortedList(seed);
        }
    }

    private static void agreesWithASortedList(long seed) {
        Random random = new Random(seed);
        TimerQueue<TimerQueue.Timer<?>[]> timers = new TimerQueue<>();
        List<TimerQueue.Timer<TimerQueue.Timer<?>[]>> expected = new ArrayList<>();
        long now = 0;
        for (int step = 0; step < 500; step++) {
            switch (random.nextInt(3)) {
                case 0 -> {
                    TimerQueue.Timer<?>[] self = new TimerQueue.Timer<?>[1];
                    TimerQueue.Timer<TimerQueue.Timer<?>[]> timer = timers.schedule(now + random.nextInt(50), self);
                    self[0] = timer;
                    expected.add(timer);
                }
                case 1 -> {
                    if (!expected.isEmpty()) {
                        timers.cancel(expected.remove(random.nextInt(expected.size())));
                    }
                }
                case 2 -> {
                    now += random.nextInt(20);
                    expected.sort(Comparator.comparingLong(TimerQueue.Timer::deadline));
                    while (!expected.isEmpty() && expected.getFirst().deadline() <= now) {
                        TimerQueue.Timer<?>[] due = timers.poll(now);
                        assertThat(due).as("seed %d", seed).isNotNull();
                        assertThat(due[0].deadline())
                                .as("seed %d", seed)
                                .isEqualTo(expected.getFirst().deadline());
                        expected.remove(due[0]);
                    }
                    assertThat(timers.poll(now)).as("seed %d", seed).isNull();
                }
                default -> throw new AssertionError();
            }
            assertThat(timers.size()).as("seed %d", seed).isEqualTo(expected.size());
        }
    }
}
