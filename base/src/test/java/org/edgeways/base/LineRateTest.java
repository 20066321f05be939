package org.edgeways.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineRateTest {

    private final InMemoryCounters counters = new InMemoryCounters();
    private final LineRate rate = new LineRate(counters.counter("suppressed"));

    private int written(int asked, long now) {
        int written = 0;
        for (int i = 0; i < asked; i++) {
            if (rate.mayWrite(now)) {
                written++;
            }
        }
        return written;
    }

    @Test
    void asManyLinesAsTheLimitAreWrittenInASecondAndTheRestIsCounted() {
        assertThat(written(LineRate.LINES_PER_SECOND, 0)).isEqualTo(LineRate.LINES_PER_SECOND);
        assertThat(written(3, 999_999_999L)).isZero();
        assertThat(counters.value("suppressed")).isEqualTo(3);
        assertThat(written(2, 1_000_000_000L)).isEqualTo(2);
    }
}
