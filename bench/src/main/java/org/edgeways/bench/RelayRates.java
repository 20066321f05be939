package org.edgeways.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.edgeways.bench.report.Reading;
import org.edgeways.bench.report.Report;
import org.edgeways.bench.report.Sample;
import org.edgeways.bench.server.RelayUnderTest;
import org.edgeways.bench.turn.RelayLoad;
import org.edgeways.bench.turn.RelayLoad.Traffic;

/** The highest rate at which next to nothing is lost, and the times at half of it, beside those without a relay. */
final class RelayRates {

    private static final int PAYLOAD = 160;
    private static final double MOST_PER_SECOND = 1_000_000;

    /** A generator that is that late has not offered what it should have. */
    private static final double MOST_LAG_MICROS = 50_000;

    private static final double MOST_SHORT_OF_RATE = 0.98;
    private static final double MICROS_PER_MILLI = 1_000;
    private static final int MOST_TRIALS = 4;
    private static final Duration TRIAL = Duration.ofSeconds(1);
    private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(300);

    private final List<RelayUnderTest> both;
    private final List<RelayLoad> loads;
    private final RelaySampler sampler;
    private final Report report;
    private final Consumer<String> progress;

    /** @param loads one for each server */
    RelayRates(
            List<RelayUnderTest> both,
            List<RelayLoad> loads,
            RelaySampler sampler,
            Report report,
            Consumer<String> progress) {
        this.both = both;
        this.loads = loads;
        this.sampler = sampler;
        this.report = report;
        this.progress = progress;
    }

    /**
     * Looks for it, round by round.
     *
     * @param first where to begin, in packets that clients send in a second
     * @param quick whether trials are very short and few
     * @return the median of the server whose median is lower
     */
    double highest(int rounds, double first, boolean quick) throws IOException {
        List<List<Double>> found = List.of(new ArrayList<>(), new ArrayList<>());
        boolean[] generator = {false};
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < both.size(); i++) {
                RelayUnderTest server = both.get(i);
                RelayLoad load = loads.get(i);
                List<Double> before = found.get(i);
                double rate = RateSearch.highest(
                        before.isEmpty() ? first : before.getLast() / 1.2,
                        quick ? 2 * first : MOST_PER_SECOND,
                        tried -> isGood(server, load, tried, quick ? TRIAL.dividedBy(4) : TRIAL, generator));
                before.add(rate);
                progress.accept(String.format(
                        Locale.ROOT, "highest rate   round %d %-9s %,.0f a second", round + 1, server.name(), rate));
            }
        }
        for (int i = 0; i < both.size(); i++) {
            report.add(new Reading(
                    "highest-rate-160",
                    both.get(i).name(),
                    "packets a second from clients (each comes back), less than 0.1% lost",
                    found.get(i)));
        }
        if (generator[0]) {
            report.note("highest rate", "the generator was late at the rate above, so it may be what was measured");
        }
        double lower = Double.MAX_VALUE;
        for (List<Double> each : found) {
            lower = Math.min(lower, new Reading("", "", "", each).spread().median());
        }
        return lower;
    }

    /** Whether it is good at once or the second time; a trial in which the generator was late says nothing and is repeated. */
    private boolean isGood(RelayUnderTest server, RelayLoad load, double rate, Duration length, boolean[] generator)
            throws IOException {
        int bad = 0;
        for (int trial = 0; trial < MOST_TRIALS && bad < 2; trial++) {
            Sample sample = sampler.run(server, load, new Traffic(PAYLOAD, 1, 0, rate), length);
            boolean late = sample.lagP99Micros() > MOST_LAG_MICROS;
            boolean good = !late && sample.isResult() && sample.perSecond() >= 2 * rate * MOST_SHORT_OF_RATE;
            progress.accept(String.format(
                    Locale.ROOT,
                    "  %-9s %,9.0f a second: loss %.3f%% server %3.0f%% p99 %.0f µs%s",
                    server.name(),
                    rate,
                    100 * sample.lossRatio(),
                    100 * sample.serverCpu(),
                    sample.p99Micros(),
                    late ? String.format(Locale.ROOT, ", generator late by %.0f µs", sample.lagP99Micros()) : ""));
            if (good) {
                return true;
            }
            bad += late ? 0 : 1;
        }
        generator[0] |= bad < 2;
        return false;
    }

    /** Times at one rate, of both servers and of the same generator without a relay, in turns. */
    void times(int rounds, double rate, TurnBench.Plan plan) throws IOException {
        List<List<Double>> p50 = lists();
        List<List<Double>> p99 = lists();
        Traffic traffic = new Traffic(PAYLOAD, 1, 0, rate);
        try (RelayLoad direct = RelayLoad.direct(plan.clients())) {
            for (int round = plan.firstRound(); round <= rounds; round++) {
                for (int i = 0; i <= both.size(); i++) {
                    RelayLoad load = i < both.size() ? loads.get(i) : direct;
                    load.begin(traffic);
                    load.work(SETTLE);
                    load.resetTimes();
                    load.work(plan.run().toNanos());
                    double half = RelaySampler.micros(load.latency(), 50) / MICROS_PER_MILLI;
                    double most = RelaySampler.micros(load.latency(), 99) / MICROS_PER_MILLI;
                    double loss = load.stop();
                    progress.accept(String.format(
                            Locale.ROOT,
                            "half load      round %d %-9s %,.0f a second p50 %.3f p99 %.3f ms loss %.3f%% generator's lag p99 %.3f ms%s",
                            round,
                            name(i),
                            rate,
                            half,
                            most,
                            100 * loss,
                            RelaySampler.micros(load.lag(), 99) / MICROS_PER_MILLI,
                            round == 0 ? " (discarded)" : ""));
                    if (round > 0) {
                        p50.get(i).add(half);
                        p99.get(i).add(most);
                    }
                }
            }
        }
        report.note("half load", String.format(Locale.ROOT, "%,.0f packets a second from clients", rate));
        for (int i = 0; i <= both.size(); i++) {
            report.add(new Reading("half-load-p50", name(i), "ms from client to peer and back", p50.get(i)));
        }
        for (int i = 0; i <= both.size(); i++) {
            report.add(new Reading("half-load-p99", name(i), "ms from client to peer and back", p99.get(i)));
        }
        for (int i = 0; i < both.size(); i++) {
            List<Double> added = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                added.add(p99.get(i).get(round) - p99.getLast().get(round));
            }
            report.add(new Reading("half-load-p99-added", name(i), "ms more than without a relay", added));
        }
    }

    private String name(int side) {
        return side < both.size() ? both.get(side).name() : "no relay";
    }

    private static List<List<Double>> lists() {
        return List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
}
