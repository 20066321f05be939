package org.edgeways.bench.report;

import java.util.List;

/**
 * One measure of one server.
 *
 * @param measure such as {@code message-tls}
 * @param server its name
 * @param samples run by run, the discarded first one left out
 */
public record Measured(String measure, String server, List<Sample> samples) {

    public Measured {
        samples = List.copyOf(samples);
    }

    /** Units per second of the server's processor time. */
    public Spread perCpuSecond() {
        return Spread.of(samples, Sample::perCpuSecond);
    }

    /** Units per second. */
    public Spread perSecond() {
        return Spread.of(samples, Sample::perSecond);
    }

    /** Median time in microseconds. */
    public Spread p50Micros() {
        return Spread.of(samples, Sample::p50Micros);
    }

    /** 99th percentile in microseconds. */
    public Spread p99Micros() {
        return Spread.of(samples, Sample::p99Micros);
    }
}
