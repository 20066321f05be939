package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@link Gathering}, in virtual time. */
class GatheringTest {

    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000 * MILLISECOND;

    private final Gathering gathering = new Gathering();
    private long now = 5 * SECOND;

    /** What it says after each wait has brought so many messages for a while. */
    private int after(int received, long nanosBetweenWaits, long length) {
        return after(received, nanosBetweenWaits, length, false);
    }

    private int after(int received, long nanosBetweenWaits, long length, boolean atOnce) {
        int most = 0;
        for (long end = now + length; now < end; now += nanosBetweenWaits) {
            int pause = gathering.pause(now, received, SECOND);
            if (pause == 0) {
                gathering.waited(atOnce);
            }
            most = Math.max(most, pause);
        }
        return most;
    }

    @Test
    void whatComesNowAndThenIsNotPutOff() {
        assertThat(gathering.pause(now, 0, SECOND)).isZero();
        assertThat(after(1, MILLISECOND, SECOND)).isZero();
        assertThat(after(1, 100_000, SECOND)).as("10,000 a second").isZero();
    }

    @Test
    void whereMuchComesOneByOneItGathers() {
        assertThat(after(1, 25_000, SECOND)).as("40,000 a second").isEqualTo(Gathering.MICROS);
    }

    @Test
    void whereMuchComesInBatchesItGathersAsWell() {
        assertThat(after(6, 150_000, SECOND)).isEqualTo(Gathering.MICROS);
    }

    @Test
    void aThreadThatNeverSleepsDoesNotBeginToSleep() {
        assertThat(after(6, 30_000, SECOND, true)).isZero();
        assertThat(after(20, 100_000, SECOND, true)).isZero();
    }

    @Test
    void whoseWaitsAreOverAtOnceFromNowOnSleepsNoMoreAfterAWhile() {
        assertThat(after(1, 25_000, SECOND)).isPositive();
        assertThat(after(6, 150_000, Gathering.PAUSES * 150_000L, true)).isPositive();
        assertThat(after(6, 30_000, SECOND, true)).isZero();
    }

    @Test
    void itTriesOnlyWhereMuchComesAndNotWhileItPutsOff() {
        assertThat(gathering.pause(now, 0, SECOND)).isZero();
        assertThat(gathering.isTrying()).isFalse();
        boolean tried = false;
        while (gathering.pause(now, 1, SECOND) == 0) {
            if (gathering.isTrying()) {
                tried = true;
                gathering.waited(false);
            }
            now += 25_000;
        }
        assertThat(tried).isTrue();
        assertThat(gathering.isTrying()).isFalse();
    }

    @Test
    void mostWaitsArePutOffWhereItIsWorthIt() {
        int putOff = 0;
        for (int i = 0; i < 10_000; i++, now += 100_000) {
            int pause = gathering.pause(now, 4, SECOND);
            putOff += pause > 0 ? 1 : 0;
            if (pause == 0) {
                gathering.waited(false);
            }
        }
        assertThat(putOff).isGreaterThan(9_000);
    }

    @Test
    void whereMoreComesThanCanBeDoneNothingIsPutOff() {
        assertThat(after(Gathering.MANY, 150_000, SECOND)).isZero();
    }

    @Test
    void nothingIsPutOffThatHasToBeDoneEarlier() {
        while (gathering.pause(now, 1, SECOND) == 0) {
            gathering.waited(false);
            now += 25_000;
        }
        assertThat(gathering.pause(now, 1, 0)).isZero();
        assertThat(gathering.pause(now, 1, 100_000)).isZero();
        assertThat(gathering.pause(now, 1, SECOND)).isPositive();
    }

    @Test
    void oneBurstIsNotTakenForMuch() {
        assertThat(after(1, MILLISECOND, SECOND)).isZero();
        assertThat(gathering.pause(now, 8, SECOND)).isZero();
        assertThat(gathering.pause(now + 10_000, 8, SECOND)).isZero();
    }

    @Test
    void aTenthOfASecondAfterAllIsQuietAgainNothingIsPutOff() {
        assertThat(after(1, 25_000, SECOND)).isPositive();
        assertThat(after(1, 10 * MILLISECOND, SECOND / 10)).isNotNegative();
        assertThat(after(1, 10 * MILLISECOND, SECOND / 10)).isZero();
    }
}
