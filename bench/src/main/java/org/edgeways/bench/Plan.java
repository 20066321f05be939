package org.edgeways.bench;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How much is measured.
 *
 * @param rounds runs of each server for each measure; if more than one, another one comes first and is discarded
 * @param run how long each run is measured
 * @param warmUp least time of load before the first measure, on all processors
 * @param warmUpUnits least number of messages, and of calls, before the first measure, within four times that time
 * @param callers connections of callers
 * @param idle numbers of idle connections at which memory is read, ascending
 * @param kamailioWorkers worker processes of Kamailio
 * @param kamailioAllocator its memory manager: {@code fm}, {@code tlsf} or {@code qm}
 * @param only names of the measures; empty for all
 * @param edgeJavaOptions added to the edge's
 */
record Plan(
        int rounds,
        Duration run,
        Duration warmUp,
        int warmUpUnits,
        int callers,
        List<Integer> idle,
        int kamailioWorkers,
        String kamailioAllocator,
        Set<String> only,
        String edgeJavaOptions) {

    Plan {
        only = Set.copyOf(only);
        idle = List.copyOf(idle);
    }

    /** Round 0 is discarded; where there is only one that counts, there is none. */
    int firstRound() {
        return rounds == 1 ? 1 : 0;
    }

    /** How long a load runs before it is measured. */
    Duration settle() {
        return rounds == 1 ? run.dividedBy(4) : Duration.ofSeconds(1);
    }

    boolean wants(String measure) {
        return only.isEmpty() || only.contains(measure);
    }
}
