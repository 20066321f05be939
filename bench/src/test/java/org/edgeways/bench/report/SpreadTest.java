package org.edgeways.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

    private static Sample perCpuSecond(double value, double loss, double generatorCpu) {
        return new Sample(1, value, 1, generatorCpu, loss, 0, 1, 1, 0, 0);
    }

    @Test
    void theMedianOfAnEvenNumberOfRunsLiesBetweenTheTwoInTheMiddle() {
        assertThat(Spread.of(4, 1, 2, 9)).isEqualTo(new Spread(1, 3, 9));
        assertThat(Spread.of(5, 1, 9)).isEqualTo(new Spread(1, 5, 9));
    }

    @Test
    void ratiosAreTakenRunByRun() {
        List<Sample> ours = List.of(perCpuSecond(30, 0, 0), perCpuSecond(20, 0, 0));
        List<Sample> theirs = List.of(perCpuSecond(10, 0, 0), perCpuSecond(5, 0, 0));
        assertThat(Spread.ratio(ours, theirs, Sample::perCpuSecond)).isEqualTo(new Spread(3, 3.5, 4));
    }

    @Test
    void lossPastOneInAThousandIsNoResultAndABusyGeneratorIsSaid() {
        assertThat(perCpuSecond(1, 0.001, 0).isResult()).isTrue();
        assertThat(perCpuSecond(1, 0.0011, 0).isResult()).isFalse();
        Report report = new Report();
        report.add(new Measured("message-tls", "edgeways", List.of(perCpuSecond(1, 0.01, 0.95))));
        assertThat(report.text()).contains("NO RESULT", "generator over 90%");
    }

    @Test
    void numbersOfEachRoundAreComparedRoundByRound() {
        Report report = new Report();
        report.add(new Reading("highest-rate-160", "edgeways", "a second", List.of(300.0, 100.0, 200.0)));
        report.add(new Reading("highest-rate-160", "coturn", "a second", List.of(100.0, 100.0, 50.0)));
        assertThat(report.text())
                .contains("edgeways   a second: 100.00 / 200.00 / 300.00", "pair by pair: 1.00 / 3.00 / 4.00");
    }
}
