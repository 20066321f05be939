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
import org.edgeways.bench.report.Reading;
import org.edgeways.bench.report.Report;
import org.edgeways.bench.report.Sample;
import org.edgeways.bench.server.CoturnClients;
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
    static final Set<String> MEASURES = Set.of(
            "saturated", "large", "paced", "pairs", "bursts", "many", "rate", "half", "uclient", "pauses", "memory");

    private static final int SERVER_PROCESSOR = 0;
    private static final int GENERATOR_PROCESSOR = 1;
    private static final int SMALL = 160;
    private static final int LARGE = 1_200;
    private static final int BURST = 8;
    private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int ROUNDS_OF_SEARCHES = 3;

    /** Processes of coturn's client, each of another person, who may have 64 allocations; it has some of its sessions' twice. */
    private static final int UCLIENTS = 8;

    private static final int MOST_SESSIONS = 25;

    private static final double KIB_PER_MIB = 1_024;

    /**
     * How much is measured.
     *
     * @param rounds runs of each server for each measure; if more than one, another one comes first and is discarded
     * @param run how long each run is measured
     * @param warmUp of our edge, before it is pinned
     * @param clients with an allocation each
     * @param packetsPerSecond what clients send in the open loop; each packet comes back
     * @param many how many there are where there are many
     * @param idle allocations for whose memory is looked, more than {@code clients}; each number more than the one before
     * @param pauses how long a steady stream is watched
     * @param only names of the measures; empty for all
     * @param javaOptions for our edge
     */
    record Plan(
            int rounds,
            Duration run,
            Duration warmUp,
            int clients,
            double packetsPerSecond,
            int many,
            List<Integer> idle,
            Duration pauses,
            Set<String> only,
            String javaOptions) {

        Plan {
            only = Set.copyOf(only);
            idle = List.copyOf(idle);
        }

        boolean isQuick() {
            return rounds == 1;
        }

        /** Round 0 is discarded; where there is only one that counts, there is none. */
        int firstRound() {
            return isQuick() ? 1 : 0;
        }

        boolean wants(String measure) {
            return only.isEmpty() || only.contains(measure);
        }
    }

    private record Measure(String name, int clients, boolean pairs, Traffic traffic) {}

    private final Plan plan;
    private final Path directory;
    private final Consumer<String> progress;
    private final Report report = new Report();
    private final ProcessUse own = ProcessUse.ofThisProcess();
    private final RelaySampler sampler = new RelaySampler(own);

    TurnBench(Plan plan, Path directory, Consumer<String> progress) {
        this.plan = plan;
        this.directory = directory;
        this.progress = progress;
    }

    private List<Measure> measures() {
        List<Measure> all = new ArrayList<>();
        int clients = plan.clients();
        Traffic saturated = new Traffic(SMALL, 1, 96, 0);
        Traffic large = new Traffic(LARGE, 1, 48, 0);
        Traffic paced = new Traffic(SMALL, 1, 0, plan.packetsPerSecond());
        if (plan.wants("saturated")) {
            all.add(new Measure("saturated-160", clients, false, saturated));
        }
        if (plan.wants("large")) {
            all.add(new Measure("saturated-1200", clients, false, large));
        }
        if (plan.wants("paced")) {
            all.add(new Measure("paced-160", clients, false, paced));
        }
        if (plan.wants("pairs")) {
            all.add(new Measure("pairs-160", clients, true, saturated));
            all.add(new Measure("pairs-paced-160", clients, true, paced));
        }
        if (plan.wants("bursts")) {
            all.add(new Measure("bursts-8x1200", clients, false, new Traffic(LARGE, BURST, 6, 0)));
        }
        if (plan.wants("many")) {
            all.add(new Measure("saturated-160-of-" + plan.many(), plan.many(), false, saturated));
            all.add(new Measure("saturated-1200-of-" + plan.many(), plan.many(), false, large));
            all.add(new Measure("paced-160-of-" + plan.many(), plan.many(), false, paced));
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
                plan.rounds() + " of " + plan.run().toMillis() / 1000.0 + " s in turns"
                        + (plan.isQuick() ? "" : ", after one that was discarded"));
        try (RelayUnderTest edgeways = edgeways();
                RelayUnderTest coturn = coturn()) {
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
            rates(both);
            if (plan.wants("uclient")) {
                neutral(both);
            }
            if (plan.wants("pauses")) {
                pauses(both);
            }
        }
        if (plan.wants("memory")) {
            memory();
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
            try (RelayLoad load = load(server, plan.clients(), pairs)) {
                load.begin(new Traffic(SMALL, 1, 96, 0));
                load.work(plan.warmUp().toNanos() / 2);
                packets += load.relayed();
                double _ = load.stop();
            }
        }
        report.note("warm-up of " + server.name(), packets + " packets, not pinned");
    }

    private RelayUnderTest edgeways() throws IOException {
        return RelayUnderTest.edgeways(directory, plan.javaOptions());
    }

    private RelayUnderTest coturn() throws IOException {
        int most = Math.max(plan.many(), plan.idle().getLast());
        return RelayUnderTest.coturn(directory, Math.max(plan.clients(), most));
    }

    private static RelayLoad load(RelayUnderTest server, int clients, boolean pairs) throws IOException {
        return new RelayLoad(server.address(), RelayUnderTest.PASSWORD, clients, pairs);
    }

    private void inTurns(Measure measure, List<RelayUnderTest> both) throws IOException {
        List<List<Sample>> samples = List.of(new ArrayList<>(), new ArrayList<>());
        try (RelayLoad first = load(both.getFirst(), measure.clients(), measure.pairs());
                RelayLoad second = load(both.getLast(), measure.clients(), measure.pairs())) {
            List<RelayLoad> loads = List.of(first, second);
            for (int round = plan.firstRound(); round <= plan.rounds(); round++) {
                for (int i = 0; i < both.size(); i++) {
                    Sample sample = sampler.run(both.get(i), loads.get(i), measure.traffic(), plan.run());
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

    private void rates(List<RelayUnderTest> both) throws IOException {
        if (!plan.wants("rate") && !plan.wants("half")) {
            return;
        }
        try (RelayLoad first = load(both.getFirst(), plan.clients(), false);
                RelayLoad second = load(both.getLast(), plan.clients(), false)) {
            RelayRates rates = new RelayRates(both, List.of(first, second), sampler, report, progress);
            int rounds = Math.min(plan.rounds(), ROUNDS_OF_SEARCHES);
            double highest = 2 * plan.packetsPerSecond();
            if (plan.wants("rate")) {
                highest = rates.highest(rounds, 2 * plan.packetsPerSecond(), plan.isQuick());
            }
            if (plan.wants("half")) {
                rates.times(rounds, Math.max(1, highest / 2), plan);
            }
        }
        report.note("load average after rates", loadAverage());
    }

    /** As many packets as where they are paced, by a generator that is not ours. */
    private void neutral(List<RelayUnderTest> both) throws IOException {
        int sessions = Math.clamp(plan.clients() / UCLIENTS, 1, MOST_SESSIONS);
        int interval = (int) Math.max(1, 1_000 * UCLIENTS * sessions / plan.packetsPerSecond());
        CoturnClients.Load load = new CoturnClients.Load(UCLIENTS, sessions, SMALL, interval, (int)
                Math.max(1, plan.run().toMillis() / interval));
        List<List<Double>> values = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<Double>> lost = List.of(new ArrayList<>(), new ArrayList<>());
        try (CoturnClients clients = new CoturnClients(directory.resolve("uclient"), GENERATOR_PROCESSOR)) {
            for (int round = plan.firstRound(); round <= plan.rounds(); round++) {
                for (int i = 0; i < both.size(); i++) {
                    RelayUnderTest server = both.get(i);
                    double before = server.use().cpuSeconds();
                    CoturnClients.Outcome outcome = clients.run(server, load);
                    double used = server.use().cpuSeconds() - before;
                    double each = (outcome.sent() + outcome.received()) / used;
                    progress.accept(String.format(
                            Locale.ROOT,
                            "uclient        round %d %-9s %,9.0f per CPU-s, %,d packets sent, %.3f%% did not come back%s",
                            round,
                            server.name(),
                            each,
                            outcome.sent(),
                            100 * outcome.lossRatio(),
                            round == 0 ? " (discarded)" : ""));
                    if (round > 0) {
                        values.get(i).add(each);
                        lost.get(i).add(100 * outcome.lossRatio());
                    }
                }
            }
        }
        report.note("uclient", load.toString());
        for (int i = 0; i < both.size(); i++) {
            report.add(new Reading(
                    "uclient-160", both.get(i).name(), "packets per CPU-second, allocating included", values.get(i)));
            report.add(new Reading(
                    "uclient-160-lost", both.get(i).name(), "% of those sent that did not come back", lost.get(i)));
        }
    }

    private void pauses(List<RelayUnderTest> both) throws IOException {
        progress.accept("pauses: " + plan.pauses().toSeconds() + " s");
        try (RelayLoad first = load(both.getFirst(), plan.clients(), false);
                RelayLoad second = load(both.getLast(), plan.clients(), false);
                RelayLoad direct = RelayLoad.direct(plan.clients())) {
            RelayPauses.measure(both, List.of(first, second, direct), plan.pauses(), report);
        }
    }

    /** With processes of their own, since what was freed is not given back to the system. */
    private void memory() throws IOException {
        List<List<Reading>> rounds = new ArrayList<>();
        for (int round = 0; round < Math.min(plan.rounds(), ROUNDS_OF_SEARCHES); round++) {
            List<Reading> found = new ArrayList<>();
            try (RelayUnderTest server = edgeways()) {
                found.addAll(memory(server));
            }
            try (RelayUnderTest server = coturn()) {
                found.addAll(memory(server));
            }
            rounds.add(found);
        }
        for (int i = 0; i < rounds.getFirst().size(); i++) {
            int at = i;
            Reading one = rounds.getFirst().get(at);
            report.add(new Reading(
                    one.measure(),
                    one.server(),
                    one.unit(),
                    rounds.stream().map(all -> all.get(at).values().getFirst()).toList()));
        }
    }

    /**
     * Allocations with a channel and nothing on it, beyond some that were there before. What the kernel has for their sockets is
     * not in it.
     */
    private List<Reading> memory(RelayUnderTest server) throws IOException {
        List<Reading> found = new ArrayList<>();
        List<RelayLoad> more = new ArrayList<>();
        reach(server);
        if (server.isCompiling()) { // so that what its compiler takes is not taken for theirs
            load(server, plan.idle().getLast(), false).close();
        }
        try (RelayLoad some = load(server, plan.clients(), false)) {
            some.begin(new Traffic(SMALL, 1, 16, 0));
            double before = resident(server);
            int there = 0;
            for (int count : plan.idle()) {
                more.add(load(server, count - there, false));
                there = count;
                more.getLast().begin(new Traffic(SMALL, 1, 16, 0));
                double each = (resident(server) - before) * KIB_PER_MIB / count;
                progress.accept(String.format(
                        Locale.ROOT,
                        "memory         %-9s %.1f MiB resident with %d allocations, %.1f KiB for each of %d more",
                        server.name(),
                        before,
                        plan.clients(),
                        each,
                        count));
                found.add(new Reading(
                        "memory-of-" + count, server.name(), "KiB resident for each allocation", List.of(each)));
            }
            for (RelayLoad load : more) {
                load.close();
            }
        }
        return found;
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
