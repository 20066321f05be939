package org.edgeways.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.edgeways.bench.report.Reading;
import org.edgeways.bench.report.Report;
import org.edgeways.bench.server.RelayUnderTest;
import org.edgeways.bench.turn.RelayLoad;
import org.edgeways.bench.turn.RelayLoad.Silence;
import org.edgeways.bench.turn.RelayLoad.Traffic;

/**
 * How long a steady stream stands still. Both servers, on one processor, have a stream of one packet each half millisecond at the
 * same time, and so has the generator's own peer without a relay: what befalls several of them at once is the machine's.
 */
final class RelayPauses {

    private static final Traffic STREAM = new Traffic(160, 1, 0, 2_000);
    private static final double NANOS_PER_MILLI = 1_000_000;

    /** Each allocation is refreshed once in that time, well before the five minutes of a permission are over. */
    private static final long REFRESH = TimeUnit.SECONDS.toNanos(100);

    private RelayPauses() {}

    /** @param loads of the servers, in their order, and behind them the one without a relay */
    static void measure(List<RelayUnderTest> both, List<RelayLoad> loads, Duration length, Report report)
            throws IOException {
        int collections = both.getFirst().collectionMillis().size();
        for (RelayLoad load : loads) {
            load.begin(STREAM);
        }
        turns(loads, Duration.ofSeconds(1), false);
        for (RelayLoad load : loads) {
            load.resetTimes();
        }
        turns(loads, length, true);
        report.note("pauses", length.toSeconds() + " s, 2,000 packets a second through each server at the same time");
        for (int i = 0; i < loads.size(); i++) {
            Histogram gaps = loads.get(i).gaps();
            String name = i < both.size() ? both.get(i).name() : "no relay";
            report.note(
                    "gaps of " + name,
                    String.format(
                            Locale.ROOT,
                            "%,d packets, p50 %.2f p99.9 %.2f p99.99 %.2f longest %.2f ms; over 5 ms: %d, of it alone %d; time of a packet p99 %.2f, most %.2f ms",
                            gaps.getTotalCount(),
                            millis(gaps, 50),
                            millis(gaps, 99.9),
                            millis(gaps, 99.99),
                            millis(gaps, 100),
                            loads.get(i).silences().size(),
                            alone(loads, i).size(),
                            millis(loads.get(i).latency(), 99),
                            millis(loads.get(i).latency(), 100)));
            report.add(new Reading("pause-longest", name, "ms", List.of(millis(gaps, 100))));
        }
        for (int i = 0; i < both.size(); i++) {
            double longest = alone(loads, i).stream()
                    .mapToDouble(silence -> (silence.until() - silence.from()) / NANOS_PER_MILLI)
                    .max()
                    .orElse(0);
            report.add(new Reading("pause-of-it-alone", both.get(i).name(), "ms, 0 if none over 5", List.of(longest)));
        }
        List<Double> pauses = both.getFirst().collectionMillis();
        pauses = pauses.subList(Math.min(collections, pauses.size()), pauses.size());
        report.note(
                "garbage collections of " + both.getFirst().name(),
                String.format(
                        Locale.ROOT,
                        "%d pauses, the longest %.2f ms",
                        pauses.size(),
                        pauses.stream().mapToDouble(Double::doubleValue).max().orElse(0)));
        for (RelayLoad load : loads) {
            double _ = load.stop();
        }
    }

    private static void turns(List<RelayLoad> loads, Duration length, boolean refreshing) throws IOException {
        long began = System.nanoTime();
        long interval = REFRESH / loads.getFirst().clients();
        long nextRefresh = began + interval;
        for (long now = began; now - began < length.toNanos(); now = System.nanoTime()) {
            for (RelayLoad load : loads) {
                load.turn();
            }
            if (refreshing && now > nextRefresh) {
                loads.forEach(RelayLoad::refreshOne);
                nextRefresh += interval;
            }
        }
    }

    /** Silences of one stream in which no other one was silent too. */
    private static List<Silence> alone(List<RelayLoad> loads, int which) {
        return loads.get(which).silences().stream()
                .filter(silence -> loads.stream()
                        .filter(other -> other != loads.get(which))
                        .flatMap(other -> other.silences().stream())
                        .noneMatch(silence::overlaps))
                .toList();
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }
}
