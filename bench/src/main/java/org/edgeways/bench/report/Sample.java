package org.edgeways.bench.report;

/**
 * One run against one server.
 *
 * @param perSecond units that ended well, per second of time
 * @param perCpuSecond the same per second of processor time of the server, all threads and children
 * @param serverCpu part of one processor that the server used
 * @param generatorCpu the same of the generator; over 0.9 the generator may have been the limit
 * @param lossRatio part of the units that were lost or failed; over 0.001 the run is not a result
 * @param refusedRatio part of the units that were answered with 503, and are among those: the server's limits, not its speed
 * @param p50Micros half of the units took less
 * @param p99Micros 99% of the units took less
 * @param lagP99Micros the generator's own lag behind its schedule, 99th percentile; 0 in a closed loop
 * @param offeredPerSecond what an open loop was to begin; 0 in a closed loop
 */
public record Sample(
        double perSecond,
        double perCpuSecond,
        double serverCpu,
        double generatorCpu,
        double lossRatio,
        double refusedRatio,
        double p50Micros,
        double p99Micros,
        double lagP99Micros,
        double offeredPerSecond) {

    private static final double MOST_LOSS = 0.001;
    private static final double MOST_CPU = 0.9;

    /** True if so little was lost that the run counts. */
    public boolean isResult() {
        return lossRatio <= MOST_LOSS;
    }

    /** True if so much was refused that it is a limit of the server that was measured: no result either. */
    public boolean ranIntoALimit() {
        return refusedRatio > MOST_LOSS;
    }

    /** True if the generator itself may have been the limit. */
    public boolean generatorWasBusy() {
        return generatorCpu > MOST_CPU;
    }
}
