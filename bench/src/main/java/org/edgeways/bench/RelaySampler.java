package org.edgeways.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.edgeways.bench.report.Sample;
import org.edgeways.bench.server.ProcessUse;
import org.edgeways.bench.server.RelayUnderTest;
import org.edgeways.bench.turn.RelayLoad;
import org.edgeways.bench.turn.RelayLoad.Traffic;

/** One run of one load. */
final class RelaySampler {

    private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(500);
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final double NANOS_PER_MICRO = 1_000;

    private final ProcessUse own;

    /** @param own of the generator */
    RelaySampler(ProcessUse own) {
        this.own = own;
    }

    /** Loads a server, and after half a second counts for so long. */
    Sample run(RelayUnderTest server, RelayLoad load, Traffic traffic, Duration length) throws IOException {
        load.begin(traffic);
        load.work(SETTLE);
        load.resetTimes();
        long packets = load.relayed();
        double serverCpu = server.use().cpuSeconds();
        double ownCpu = own.cpuSeconds();
        long began = System.nanoTime();
        load.work(length.toNanos());
        double seconds = (System.nanoTime() - began) / SECOND;
        double units = load.relayed() - packets;
        double used = server.use().cpuSeconds() - serverCpu;
        double ownUsed = own.cpuSeconds() - ownCpu;
        double p50 = micros(load.latency(), 50);
        double p99 = micros(load.latency(), 99);
        double lag = micros(load.lag(), 99);
        return new Sample(
                units / seconds,
                units / used,
                used / seconds,
                ownUsed / seconds,
                load.stop(),
                0,
                p50,
                p99,
                lag,
                traffic.packetsPerSecond());
    }

    /** A percentile in microseconds; 0 if there is nothing in it. */
    static double micros(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }
}
