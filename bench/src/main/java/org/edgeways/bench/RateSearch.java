package org.edgeways.bench;

import java.io.IOException;

/** Looks for the highest rate that is still good: up in steps until one is not, then between the two. */
final class RateSearch {

    private static final double STEP = 1.3;
    private static final int HALVINGS = 3;

    /** One run. */
    @FunctionalInterface
    interface Trial {
        /** Whether it was good. */
        boolean isGood(double rate) throws IOException;
    }

    private RateSearch() {}

    /**
     * The highest that was good; 0 if none was.
     *
     * @param first where to begin
     * @param most not more than that
     */
    static double highest(double first, double most, Trial trial) throws IOException {
        double good = 0;
        double bad = Double.MAX_VALUE;
        double rate = Math.min(first, most);
        while (good == 0 || bad == Double.MAX_VALUE) {
            if (rate < first / 100) {
                return 0;
            }
            if (trial.isGood(rate)) {
                good = rate;
                if (rate >= most) {
                    return good;
                }
                rate = Math.min(rate * STEP, most);
            } else {
                bad = rate;
                rate /= STEP;
            }
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (good + bad) / 2;
            if (trial.isGood(middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return good;
    }
}
