package org.edgeways.bench.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Minimum, median and maximum of some runs. */
public record Spread(double min, double median, double max) {

    /** Of one value of each sample; all zero if there is none. */
    public static Spread of(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return of(samples.stream().mapToDouble(value).toArray());
    }

    /** Of these values; all zero if there is none. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            return new Spread(0, 0, 0);
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    /** The values of {@code a} divided by those of {@code b}, run by run. */
    public static Spread ratio(List<Sample> a, List<Sample> b, ToDoubleFunction<Sample> value) {
        int pairs = Math.min(a.size(), b.size());
        double[] ratios = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            ratios[i] = value.applyAsDouble(a.get(i)) / value.applyAsDouble(b.get(i));
        }
        return of(ratios);
    }

    /** {@code min / median / max} with that many digits behind the point. */
    public String text(int digits) {
        String number = "%,." + digits + "f";
        return String.format(Locale.ROOT, number + " / " + number + " / " + number, min, median, max);
    }
}
