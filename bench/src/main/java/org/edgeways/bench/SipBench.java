package org.edgeways.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.edgeways.bench.load.Load;
import org.edgeways.bench.load.LoadGenerator;
import org.edgeways.bench.load.Wire;
import org.edgeways.bench.load.Workload;
import org.edgeways.bench.report.Measured;
import org.edgeways.bench.report.Memory;
import org.edgeways.bench.report.Report;
import org.edgeways.bench.report.Sample;
import org.edgeways.bench.server.EdgeUnderTest;
import org.edgeways.bench.server.KamailioUnderTest;
import org.edgeways.bench.server.ProcessUse;
import org.edgeways.bench.server.ProxyUnderTest;
import org.edgeways.bench.server.WholeSystem;
import org.edgeways.bench.server.Workbench;

/**
 * Our edge beside Kamailio, in turns. Both servers live through all rounds, pinned to one processor; the generator has
 * the other. The measure is work per second of the server's processor time, since that is least touched by what else
 * runs on the machine.
 */
final class SipBench {

    private static final int SERVER_PROCESSOR = 0;
    private static final int GENERATOR_PROCESSOR = 1;
    private static final int LONGEST_WARM_UP = 4;
    private static final double NANOS_PER_MICRO = 1000;
    private static final double KIB_PER_MIB = 1024;

    private final Plan plan;
    private final Workbench workbench;
    private final Path launcher;
    private final Consumer<String> progress;
    private final Report report = new Report();
    private final ProcessUse own = ProcessUse.ofThisProcess();

    /** Those that take turns. */
    private final List<Side> inTurn = new ArrayList<>();

    /** By server, the most of the processor that it took while it had nothing to do: what it took from the others. */
    private final Map<String, Double> idleUse = new TreeMap<>();

    SipBench(Plan plan, Workbench workbench, Path launcher, Consumer<String> progress) {
        this.plan = plan;
        this.workbench = workbench;
        this.launcher = launcher;
        this.progress = progress;
    }

    /** A server with its generator. */
    private record Side(ProxyUnderTest server, LoadGenerator generator) {}

    Report run() throws IOException {
        circumstances();
        if (List.of("message", "call", "websocket", "tcp").stream().anyMatch(plan::wants)) {
            proxies();
        }
        if (plan.wants("sign-in")) {
            signIns();
        }
        if (plan.wants("memory")) {
            try (EdgeUnderTest edge = EdgeUnderTest.start(workbench, launcher, plan.edgeJavaOptions())) {
                memory(edge);
            }
            try (KamailioUnderTest kamailio =
                    new KamailioUnderTest(workbench, plan.kamailioWorkers(), plan.kamailioAllocator())) {
                memory(kamailio);
            }
        }
        return report;
    }

    private void proxies() throws IOException {
        try (EdgeUnderTest edge = EdgeUnderTest.start(workbench, launcher, plan.edgeJavaOptions());
                KamailioUnderTest kamailio =
                        new KamailioUnderTest(workbench, plan.kamailioWorkers(), plan.kamailioAllocator());
                LoadGenerator edgeLoad = new LoadGenerator(Workbench.DOMAIN, workbench.callers());
                LoadGenerator kamailioLoad = new LoadGenerator(Workbench.DOMAIN, workbench.callers())) {
            Side ours = new Side(edge, edgeLoad);
            Side theirs = new Side(kamailio, kamailioLoad);
            List<Side> both = List.of(ours, theirs);
            inTurn.addAll(both);
            for (Side side : both) {
                side.server().join(side.generator());
                connect(side, Wire.TLS);
                report.note(
                        "cipher of " + side.server().name(), side.generator().cipher());
            }
            own.pin(GENERATOR_PROCESSOR);
            progress.accept("warming up for " + plan.warmUp().toSeconds() + " s");
            if (plan.wants("call")) {
                warm(ours, Workload.CALL);
            }
            warm(ours, Workload.MESSAGE);
            edge.use().pin(SERVER_PROCESSOR);
            kamailio.use().pin(SERVER_PROCESSOR);
            if (plan.wants("message")) {
                List<Measured> found = inTurns("message-tls", Workload.MESSAGE, both);
                halfLoad("message-tls", Workload.MESSAGE, found, both);
            }
            if (plan.wants("call")) {
                List<Measured> found = inTurns("call-tls", Workload.CALL, both);
                halfLoad("call-tls", Workload.CALL, found, both);
            }
            if (plan.wants("websocket")) {
                connect(ours, Wire.WSS);
                warm(ours, Workload.MESSAGE);
                inTurns("message-wss", Workload.MESSAGE, List.of(ours));
            }
            if (plan.wants("tcp")) {
                connect(theirs, Wire.TCP);
                inTurns("message-tcp", Workload.MESSAGE, List.of(theirs));
            }
        } finally {
            inTurn.clear();
        }
        idleUse.forEach((server, share) -> report.note(
                "processor taken by idle " + server, String.format(Locale.ROOT, "up to %.0f%%", 100 * share)));
    }

    private void circumstances() throws IOException {
        report.note("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        report.note("load average at the start", loadAverage());
        report.note("java", Runtime.version().toString());
        report.note("kamailio workers", String.valueOf(plan.kamailioWorkers()));
        report.note("kamailio allocator", plan.kamailioAllocator());
        report.note("callers", String.valueOf(plan.callers()));
        report.note(
                "rounds",
                plan.rounds() + " of " + plan.run().toSeconds() + " s in turns"
                        + (plan.firstRound() == 0 ? ", after one that was discarded" : ""));
    }

    private static String loadAverage() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }

    private void connect(Side side, Wire wire) throws IOException {
        side.generator().disconnect();
        side.generator().connect(side.server().outside(wire), wire, plan.callers(), "");
    }

    /** A just-in-time compiler needs work and not time: on a busy machine the warm-up goes on until there was enough. */
    private void warm(Side side, Workload workload) {
        Load load = side.generator().closedLoop(workload, 1);
        long began = System.nanoTime();
        Duration least = plan.warmUp().dividedBy(2);
        pause(least);
        while (load.completed() < plan.warmUpUnits() && System.nanoTime() - began < LONGEST_WARM_UP * least.toNanos()) {
            pause(plan.settle());
        }
        Load.Counted counted = load.stop();
        String name = workload.name().toLowerCase(Locale.ROOT);
        report.note(
                "warm-up of " + side.server().name() + " with " + name,
                counted.completed() + " in " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)
                        + " s, not pinned");
    }

    // ---- measures

    /** Closed loop, as much as the server takes. */
    private List<Measured> inTurns(String measure, Workload workload, List<Side> sides) throws IOException {
        List<List<Sample>> samples = new ArrayList<>();
        sides.forEach(side -> samples.add(new ArrayList<>()));
        for (int round = plan.firstRound(); round <= plan.rounds(); round++) {
            for (int i = 0; i < sides.size(); i++) {
                Sample sample = sample(sides.get(i), sides.get(i).generator().closedLoop(workload, 1), 0);
                tell(measure, sides.get(i), round, sample);
                if (round > 0) {
                    samples.get(i).add(sample);
                }
            }
        }
        return add(measure, sides, samples);
    }

    private List<Measured> add(String measure, List<Side> sides, List<List<Sample>> samples) throws IOException {
        report.note("load average after " + measure, loadAverage());
        List<Measured> found = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            Measured each = new Measured(measure, sides.get(i).server().name(), samples.get(i));
            found.add(each);
            report.add(each);
        }
        return found;
    }

    /** Open loop: both at half of what Kamailio can do, and our edge at half of what it can do itself. */
    private void halfLoad(String measure, Workload workload, List<Measured> saturated, List<Side> both)
            throws IOException {
        double ours = saturated.getFirst().perSecond().median() / 2;
        double theirs = saturated.getLast().perSecond().median() / 2;
        List<List<Sample>> same = List.of(new ArrayList<>(), new ArrayList<>());
        List<Sample> half = new ArrayList<>();
        for (int round = plan.firstRound(); round <= plan.rounds(); round++) {
            for (int i = 0; i < both.size(); i++) {
                Sample sample = paced(both.get(i), workload, theirs);
                tell("same-rate", both.get(i), round, sample);
                if (round > 0) {
                    same.get(i).add(sample);
                }
            }
            Sample sample = paced(both.getFirst(), workload, ours);
            tell("half-load", both.getFirst(), round, sample);
            if (round > 0) {
                half.add(sample);
            }
        }
        add(measure + "-same-rate", both, same);
        add(measure + "-half-load", List.of(both.getFirst()), List.of(half));
    }

    private Sample paced(Side side, Workload workload, double perSecond) throws IOException {
        return sample(side, side.generator().openLoop(workload, perSecond), perSecond);
    }

    private Sample sample(Side side, Load load, double offered) throws IOException {
        pause(plan.settle());
        var _ = load.takeLatencies();
        var _ = load.takeLateness();
        ProcessUse server = side.server().use();
        long completed = load.completed();
        double serverCpu = server.cpuSeconds();
        double ownCpu = own.cpuSeconds();
        Map<Side, Double> idleBefore = idleCpu(side);
        long began = System.nanoTime();
        pause(plan.run());
        Map<Side, Double> idleAfter = idleCpu(side);
        double units = load.completed() - completed;
        double used = server.cpuSeconds() - serverCpu;
        double ownUsed = own.cpuSeconds() - ownCpu;
        double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
        idleAfter.forEach((idle, cpu) ->
                idleUse.merge(idle.server().name(), (cpu - idleBefore.getOrDefault(idle, cpu)) / seconds, Math::max));
        Histogram latencies = load.takeLatencies();
        Histogram lateness = load.takeLateness();
        Load.Counted all = load.stop();
        double bad = all.lost() + all.failed();
        return new Sample(
                units / seconds,
                units / used,
                used / seconds,
                ownUsed / seconds,
                bad / Math.max(1, all.started()),
                (double) all.refused() / Math.max(1, all.started()),
                latencies.getValueAtPercentile(50) / NANOS_PER_MICRO,
                latencies.getValueAtPercentile(99) / NANOS_PER_MICRO,
                lateness.getTotalCount() == 0 ? 0 : lateness.getValueAtPercentile(99) / NANOS_PER_MICRO,
                offered);
    }

    private Map<Side, Double> idleCpu(Side busy) throws IOException {
        Map<Side, Double> used = new HashMap<>();
        for (Side side : inTurn) {
            if (!side.equals(busy)) {
                used.put(side, side.server().use().cpuSeconds());
            }
        }
        return used;
    }

    private void tell(String measure, Side side, int round, Sample sample) {
        progress.accept(String.format(
                Locale.ROOT,
                "%-12s round %d %-9s %,8.0f per CPU-s %,8.0f/s server %3.0f%% generator %3.0f%% p50 %.2f p99 %.2f ms"
                        + " loss %.3f%%%s%s",
                measure,
                round,
                side.server().name(),
                sample.perCpuSecond(),
                sample.perSecond(),
                100 * sample.serverCpu(),
                100 * sample.generatorCpu(),
                sample.p50Micros() / 1000,
                sample.p99Micros() / 1000,
                100 * sample.lossRatio(),
                sample.refusedRatio() == 0
                        ? ""
                        : String.format(Locale.ROOT, ", refused with 503 %.3f%%", 100 * sample.refusedRatio()),
                round == 0 ? " (discarded)" : ""));
    }

    /** Over connections that are there already; edge and pool share the server's processor. */
    private void signIns() throws IOException {
        try (WholeSystem system = WholeSystem.start(workbench, launcher, plan.edgeJavaOptions(), plan.callers());
                LoadGenerator generator = new LoadGenerator(Workbench.DOMAIN, workbench.callers())) {
            generator.connect(system.outside(Wire.TLS), Wire.TLS, plan.callers(), WholeSystem.PASSWORD);
            system.use().pin(SERVER_PROCESSOR);
            own.pin(GENERATOR_PROCESSOR);
            Side side = new Side(system, generator);
            warm(side, Workload.SIGN_IN);
            inTurns("sign-in", Workload.SIGN_IN, List.of(side));
        }
    }

    private void memory(ProxyUnderTest server) throws IOException {
        try (LoadGenerator generator = new LoadGenerator(Workbench.DOMAIN, workbench.callers())) {
            server.join(generator);
            // classes, pools and the first buffers are not the connections'
            generator.connect(server.outside(Wire.TLS), Wire.TLS, plan.callers(), "");
            generator.disconnect();
            double empty = resident(server);
            report.add(new Memory(server.name(), 0, empty, 0));
            int connected = 0;
            for (int count : plan.idle()) {
                progress.accept("memory: " + count + " idle connections at " + server.name());
                generator.connect(server.outside(Wire.TLS), Wire.TLS, count - connected, "");
                connected = count;
                double now = resident(server);
                report.add(new Memory(server.name(), count, now, (now - empty) * KIB_PER_MIB / count));
            }
        }
    }

    private double resident(ProxyUnderTest server) throws IOException {
        pause(plan.settle());
        server.collect();
        pause(plan.settle());
        server.collect();
        return server.use().residentMebibytes();
    }

    private static void pause(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
