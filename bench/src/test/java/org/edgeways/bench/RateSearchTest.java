package org.edgeways.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateSearchTest {

    @ParameterizedTest
    @ValueSource(doubles = {9_000, 20_000, 40_100, 137_000, 400_000})
    void itFindsTheHighestRateFromAboveAndFromBelow(double limit) throws IOException {
        List<Double> tried = new ArrayList<>();
        double found = RateSearch.highest(40_000, 1_000_000, rate -> {
            tried.add(rate);
            return rate <= limit;
        });
        assertThat(found).isLessThanOrEqualTo(limit).isCloseTo(limit, Percentage.withPercentage(5));
        assertThat(tried).hasSizeLessThan(16).contains(found);
    }

    @Test
    void itDoesNotGoPastTheMost() throws IOException {
        assertThat(RateSearch.highest(100, 150, rate -> true)).isEqualTo(150);
    }

    @Test
    void itGivesUpWhereNoRateIsGood() throws IOException {
        assertThat(RateSearch.highest(100, 150, rate -> false)).isZero();
    }
}
