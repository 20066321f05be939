package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule by which runs with kills judge second copies: it must not excuse what it should find. */
class SecondCopiesTest {

    private static final long MILLI = 1_000_000;
    /** The device found nothing at 10,000 ms, and took and answered the copy at 10,050 ms. */
    private static final long AFTER = 10_000 * MILLI;

    private static final long AT = 10_050 * MILLI;

    private final SecondCopies copies = new SecondCopies();

    private boolean right() {
        return copies.right("session", AFTER, AT, true);
    }

    @Test
    void withoutAnyFailureNoMessageComesAgain() {
        assertThat(right()).isFalse();
    }

    @Test
    void whatTheDeviceDidNotAnswerComesAgain() {
        assertThat(copies.right("session", AFTER, AT, false)).isTrue();
    }

    @Test
    void whatTheDeviceAnsweredAfterTenSecondsComesAgain() {
        assertThat(copies.right("session", AT - 10_001 * MILLI, AT, true)).isTrue();
        assertThat(copies.right("session", AT - 9_999 * MILLI, AT, true)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "8000, false",
        "9500, true",
        "10020, true",
        "10060, true",
        "12000, true",
        "20000, true",
        "20100, false",
        "60000, false"
    })
    void aKillExcusesOnlyUntilThePoolHasWaitedForTheAnswer(long killedMillis, boolean right) {
        copies.killed(killedMillis * MILLI);
        assertThat(right()).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({"9500, true", "10060, true", "10350, true", "11290, true", "11310, false", "15000, false"})
    void aKillAfterALaterRequestOfTheDeviceWasAnsweredExcusesNothing(long killedMillis, boolean right) {
        copies.proven("session", 10_100 * MILLI, 10_300 * MILLI);
        copies.proven("session", 12_000 * MILLI, 12_001 * MILLI);
        copies.killed(killedMillis * MILLI);
        assertThat(right()).isEqualTo(right);
    }

    @Test
    void anAnswerToARequestFromBeforeProvesNothing() {
        copies.proven("session", 10_040 * MILLI, 10_300 * MILLI);
        copies.proven("another", 10_100 * MILLI, 10_300 * MILLI);
        copies.killed(15_000 * MILLI);
        assertThat(right()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"10060, true", "11000, true", "11500, false", "60000, false"})
    void theEndOfTheConnectionExcusesOnlyAsLong(long overMillis, boolean right) {
        copies.proven("session", 10_100 * MILLI, 10_300 * MILLI);
        copies.sessionEnded("session", overMillis * MILLI);
        copies.sessionEnded("another", 10_060 * MILLI);
        assertThat(right()).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 8900, false",
        "1000, 9500, true",
        "10060, 30000, true",
        "19000, 30000, true",
        "20100, 30000, false"
    })
    void aCutExcusesWhatItMeets(long fromMillis, long untilMillis, boolean right) {
        copies.disturbed(fromMillis * MILLI, untilMillis * MILLI);
        assertThat(right()).isEqualTo(right);
    }
}
