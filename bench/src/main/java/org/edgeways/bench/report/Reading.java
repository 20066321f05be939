package org.edgeways.bench.report;

import java.util.List;

/**
 * One number of one server, once for each round: a highest rate, a time, memory.
 *
 * @param measure such as {@code highest-rate-160}
 * @param server its name
 * @param unit of the numbers
 * @param values round by round, those that were discarded left out
 */
public record Reading(String measure, String server, String unit, List<Double> values) {

    public Reading {
        values = List.copyOf(values);
    }

    /** Of all rounds. */
    public Spread spread() {
        return Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** These values divided by another server's, round by round. */
    public Spread ratio(Reading other) {
        int pairs = Math.min(values.size(), other.values.size());
        double[] ratios = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            ratios[i] = values.get(i) / other.values.get(i);
        }
        return Spread.of(ratios);
    }
}
