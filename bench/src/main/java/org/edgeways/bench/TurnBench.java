package org.edgeways.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.edgeways.bench.report.Measured;
import org.edgeways.bench.report.Report;
import org.edgeways.bench.report.Sample;
import org.edgeways.bench.server.ProcessUse;
import org.edgeways.bench.server.RelayUnderTest;
import org.edgeways.bench.turn.RelayLoad;
import org.edgeways.bench.turn.RelayLoad.Traffic;

/**
 * Our A/V Edge beside coturn, in turns. Both live through all rounds, pinned to one processor; the generator has the other. The
 * measure is packets relayed per second of the server's processor time.
 */
final class TurnBench {

    /** Names of the measures. */
    static final Set<String> MEASURES = Set.of("saturated", "large", "paced", "pairs", "bursts", "memory");

    private static final int SERVER_PROCESSOR = 0;
    private static final int GENERATOR_PROCESSOR = 1;
    private static final int SMALL = 160;
    private static final int LARGE = 1_200;
    private static final int BURST = 8;
    private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(500);
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final double NANOS_PER_MICRO = 1_000;
    private static final double KIB_PER_MIB = 1_024;

    /**
     * How much is measured.
     *
     * @param rounds runs of each server for each measure; one more comes first and is discarded
     * @param run how long each run is measured
     * @param warmUp of our edge, before it is pinned
     * @param clients with an allocation each
     * @param packetsPerSecond what clients send in the open loop; each packet comes back
     * @param idle allocations for whose memory is looked, more than {@code clients}
     * @param only names of the measures; empty for all
     * @param javaOptions for our edge
     */
    record Plan(
            int rounds,
            Duration run,
            Duration warmUp,
            int clients,
            double packetsPerSecond,
            int idle,
            Set<String> only,
            String javaOptions) {

        Plan {
            only = Set.copyOf(only);
        }

        boolean wants(String measure) {
            return only.isEmpty() || only.contains(measure);
        }
    }

    private record Measure(String name, boolean pairs, Traffic traffic) {}

    private final Plan plan;
    private final Path directory;
    private final Consumer<String> progress;
    private final Report report = new Report();
    private final ProcessUse own = ProcessUse.ofThisProcess();

    TurnBench(Plan plan, Path directory, Consumer<String> progress) {
        this.plan = plan;
        this.directory = directory;
        this.progress = progress;
    }

    private List<Measure> measures() {
        List<Measure> all = new ArrayList<>();
        if (plan.wants("saturated")) {
            all.add(new Measure("saturated-160", false, new Traffic(SMALL, 1, 96, 0)));
        }
        if (plan.wants("large")) {
            all.add(new Measure("saturated-1200", false, new Traffic(LARGE, 1, 48, 0)));
        }
        if (plan.wants("paced")) {
            all.add(new Measure("paced-160", false, new Traffic(SMALL, 1, 0, plan.packetsPerSecond())));
        }
        if (plan.wants("pairs")) {
            all.add(new Measure("pairs-160", true, new Traffic(SMALL, 1, 96, 0)));
        }
        if (plan.wants("bursts")) {
            all.add(new Measure("bursts-8x1200", false, new Traffic(LARGE, BURST, 6, 0)));
        }
        return all;
    }

    Report run() throws IOException {
        report.note("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        report.note("load average at the start", loadAverage());
        report.note("java", Runtime.version().toString());
        report.note("allocations", String.valueOf(plan.clients()));
        report.note(
                "rounds",
                plan.rounds() + " of " + plan.run().toMillis() / 1000.0 + " s in turns, after one that was discarded");
        try (RelayUnderTest edgeways = RelayUnderTest.edgeways(directory, plan.javaOptions());
                RelayUnderTest coturn = RelayUnderTest.coturn(directory, Math.max(plan.clients(), plan.idle()))) {
            List<RelayUnderTest> both = List.of(edgeways, coturn);
            own.pin(GENERATOR_PROCESSOR);
            warm(edgeways);
            for (RelayUnderTest each : both) {
                reach(each);
                each.use().pin(SERVER_PROCESSOR);
            }
            for (Measure measure : measures()) {
                inTurns(measure, both);
            }
            if (plan.wants("memory")) {
                for (RelayUnderTest each : both) {
                    memory(each);
                }
            }
        }
        return report;
    }

    private static String loadAverage() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }

    /** Waits until it answers. */
    private static void reach(RelayUnderTest server) throws IOException {
        new RelayLoad(server.address(), RelayUnderTest.PASSWORD, 2, true).close();
    }

    private void warm(RelayUnderTest server) throws IOException {
        progress.accept("warming up " + server.name() + " for " + plan.warmUp().toSeconds() + " s");
        long packets = 0;
        for (boolean pairs : List.of(false, true)) {
            try (RelayLoad load = load(server, pairs)) {
                load.begin(new Traffic(SMALL, 1, 96, 0));
                load.work(plan.warmUp().toNanos() / 2);
                packets += load.relayed();
                double _ = load.stop();
            }
        }
        report.note("warm-up of " + server.name(), packets + " packets, not pinned");
    }

    private RelayLoad load(RelayUnderTest server, boolean pairs) throws IOException {
        return new RelayLoad(server.address(), RelayUnderTest.PASSWORD, plan.clients(), pairs);
    }

    private void inTurns(Measure measure, List<RelayUnderTest> both) throws IOException {
        List<List<Sample>> samples = List.of(new ArrayList<>(), new ArrayList<>());
        try (RelayLoad first = load(both.getFirst(), measure.pairs());
                RelayLoad second = load(both.getLast(), measure.pairs())) {
            List<RelayLoad> loads = List.of(first, second);
            for (int round = 0; round <= plan.rounds(); round++) {
                for (int i = 0; i < both.size(); i++) {
                    Sample sample = sample(both.get(i), loads.get(i), measure.traffic());
                    tell(measure.name(), both.get(i).name(), round, sample);
                    if (round > 0) {
                        samples.get(i).add(sample);
                    }
                }
            }
        }
        report.note("load average after " + measure.name(), loadAverage());
        for (int i = 0; i < both.size(); i++) {
            report.add(new Measured(measure.name(), both.get(i).name(), samples.get(i)));
        }
    }

    private Sample sample(RelayUnderTest server, RelayLoad load, Traffic traffic) throws IOException {
        load.begin(traffic);
        load.work(SETTLE);
        load.resetTimes();
        long packets = load.relayed();
        double serverCpu = server.use().cpuSeconds();
        double ownCpu = own.cpuSeconds();
        long began = System.nanoTime();
        load.work(plan.run().toNanos());
        double seconds = (System.nanoTime() - began) / SECOND;
        double units = load.relayed() - packets;
        double used = server.use().cpuSeconds() - serverCpu;
        double ownUsed = own.cpuSeconds() - ownCpu;
        double p50 = load.latency().getValueAtPercentile(50) / NANOS_PER_MICRO;
        double p99 = load.latency().getValueAtPercentile(99) / NANOS_PER_MICRO;
        double lag = load.lag().getTotalCount() == 0 ? 0 : load.lag().getValueAtPercentile(99) / NANOS_PER_MICRO;
        return new Sample(
                units / seconds,
                units / used,
                used / seconds,
                ownUsed / seconds,
                load.stop(),
                p50,
                p99,
                lag,
                traffic.packetsPerSecond());
    }

    private void tell(String measure, String server, int round, Sample sample) {
        progress.accept(String.format(
                Locale.ROOT,
                "%-14s round %d %-9s %,9.0f per CPU-s %,9.0f/s server %3.0f%% generator %3.0f%% p50 %.0f p99 %.0f µs loss %.3f%%%s",
                measure,
                round,
                server,
                sample.perCpuSecond(),
                sample.perSecond(),
                100 * sample.serverCpu(),
                100 * sample.generatorCpu(),
                sample.p50Micros(),
                sample.p99Micros(),
                100 * sample.lossRatio(),
                round == 0 ? " (discarded)" : ""));
    }

    /**
     * Allocations with a channel and nothing on it, more than there were before: what was freed is not given back to the system.
     * What the kernel has for their sockets is not in it.
     */
    private void memory(RelayUnderTest server) throws IOException {
        try (RelayLoad some = load(server, false)) {
            progress.accept("memory: " + plan.idle() + " allocations at " + server.name());
            some.begin(new Traffic(SMALL, 1, 16, 0));
            double before = resident(server);
            try (RelayLoad more = new RelayLoad(server.address(), RelayUnderTest.PASSWORD, plan.idle(), false)) {
                more.begin(new Traffic(SMALL, 1, 16, 0));
                double after = resident(server);
                report.note(
                        "memory of " + server.name(),
                        String.format(
                                Locale.ROOT,
                                "%.1f MiB resident with %d allocations, %.1f MiB with %d more: %.1f KiB each",
                                before,
                                plan.clients(),
                                after,
                                plan.idle(),
                                (after - before) * KIB_PER_MIB / plan.idle()));
            }
        }
    }

    private static double resident(RelayUnderTest server) throws IOException {
        for (int i = 0; i < 2; i++) {
            LockSupport.parkNanos(SETTLE);
            server.collect();
        }
        LockSupport.parkNanos(SETTLE);
        return server.use().residentMebibytes();
    }
}
