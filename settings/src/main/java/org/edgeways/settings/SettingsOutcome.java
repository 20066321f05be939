package org.edgeways.settings;

import java.util.List;
import org.edgeways.settings.text.Problem;

/** What came of reading settings. */
public sealed interface SettingsOutcome {

    /** Nothing is wrong. */
    record Good(Settings settings) implements SettingsOutcome {}

    /**
     * Something is wrong; nothing of the set is to be used.
     *
     * @param problems by file and line, at most {@link org.edgeways.settings.text.Problems#MOST}
     * @param count how many there are
     */
    record Bad(List<Problem> problems, int count) implements SettingsOutcome {
        public Bad {
            problems = List.copyOf(problems);
        }

        /** For one line of a log: the first problem, and how many more there are. */
        public String shortly() {
            String first = problems.getFirst().text();
            return count == 1 ? first : first + " (and " + (count - 1) + " more)";
        }
    }
}
