package org.edgeways.app.check;

import java.time.Duration;
import java.util.Locale;

/**
 * How one scenario went.
 *
 * @param title what was to work
 * @param took how long it took
 * @param failure why it failed; empty if it did not
 */
public record Outcome(String title, Duration took, String failure) {

    /** It worked. */
    public boolean isOk() {
        return failure.isEmpty();
    }

    /** One line for a person; two if it failed. */
    public String line() {
        String seconds = String.format(Locale.ROOT, "%6.2f s", took.toMillis() / 1000.0);
        return (isOk() ? "ok      " : "FAILED  ") + seconds + "  " + title
                + (isOk() ? "" : "\n                  " + failure);
    }
}
