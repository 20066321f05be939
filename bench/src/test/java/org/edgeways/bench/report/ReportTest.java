package org.edgeways.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static Sample sample(double perSecond, double perCpuSecond) {
        return new Sample(perSecond, perCpuSecond, 1, 0.1, 0, 1_000, 2_000, 0, 0);
    }

    @Test
    void signInsAreToldPerSecondAndPerCpuSecond() {
        Report report = new Report();
        report.add(new Measured(
                "sign-in", "edge+pool", List.of(sample(700, 1_200), sample(900, 1_000), sample(800, 1_100))));
        assertThat(report.text())
                .containsPattern("sign-in +edge\\+pool +per CPU-s 1,000 / 1,100 / 1,200 \\| per s 700 / 800 / 900 \\|");
        assertThat(report.json()).containsPattern("\"perSecond\" : \\{\\s+\"min\" : 700.0,\\s+\"median\" : 800.0");
    }
}
