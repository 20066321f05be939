package org.edgeways.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static Sample sample(double perSecond, double perCpuSecond) {
        return sample(perSecond, perCpuSecond, 0, 0);
    }

    private static Sample sample(double perSecond, double perCpuSecond, double loss, double refused) {
        return new Sample(perSecond, perCpuSecond, 1, 0.1, loss, refused, 1_000, 2_000, 0, 0);
    }

    @Test
    void aRunIntoALimitOfTheServerIsSaidAsSuch() {
        Report report = new Report();
        report.add(new Measured("good", "edgeways", List.of(sample(700, 1_200))));
        report.add(new Measured("lost", "edgeways", List.of(sample(700, 1_200, 0.5, 0))));
        report.add(new Measured("refused", "edgeways", List.of(sample(700, 1_200), sample(700, 1_200, 0.5, 0.25))));
        assertThat(report.text())
                .doesNotContainPattern("(?m)^good .*NO RESULT")
                .containsPattern("(?m)^lost .*\\| NO RESULT: 1 runs lost more than 0.1%$")
                .containsPattern("(?m)^refused [^|]*(\\| p[^|]*)+"
                        + "\\| NO RESULT: 1 runs ran into a limit of the server, which refused up to 25.0% with 503$");
        assertThat(report.json()).containsPattern("\"refusedRatio\" : 0.25");
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
