package org.edgeways.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What passes a token bucket, and when. */
final class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    private final TokenBucket bucket = new TokenBucket(10, 2);
    private long now = 1_700_000_000L * SECOND;

    private int taken(int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += bucket.take(1, now) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void burstOfAsManyAsItHoldsPassesAndOneMoreDoesNot() {
        assertThat(taken(11)).isEqualTo(10);
    }

    @Test
    void tokensComeBackAtTheirRateAndNeverMoreThanItHolds() {
        taken(10);
        now += SECOND;
        assertThat(taken(5)).isEqualTo(2);
        now += 1_000 * SECOND;
        assertThat(taken(20)).isEqualTo(10);
    }

    @Test
    void whatCostsMoreThanIsThereTakesNothing() {
        assertThat(bucket.take(8, now)).isTrue();
        assertThat(bucket.take(3, now)).isFalse();
        assertThat(bucket.take(2, now)).isTrue();
    }

    @Test
    void whatCostsMoreThanItHoldsPassesWhenItIsFull() {
        assertThat(bucket.take(1_000, now)).isTrue();
        assertThat(bucket.take(1, now)).isFalse();
        now += 5 * SECOND;
        assertThat(bucket.take(1_000, now)).isTrue();
    }

    @Test
    void clockThatIsSetBackDoesNotBlockItForLong() {
        taken(10);
        now -= 3_600 * SECOND;
        assertThat(taken(1)).isZero();
        now += 5 * SECOND;
        assertThat(taken(20)).isEqualTo(10);
    }

    @Test
    void ratesThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> new TokenBucket(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TokenBucket(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
