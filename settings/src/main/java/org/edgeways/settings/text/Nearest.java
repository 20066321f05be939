package org.edgeways.settings.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Which of some names was probably meant. */
public final class Nearest {

    /** Longer ones are compared with nothing: no name of ours is that long. */
    private static final int LONGEST = 64;

    private Nearest() {}

    /**
     * The name of {@code valid} that takes the fewest changes (a letter more, less, other, or two exchanged), if that is at
     * most a third of its letters, or one that begins with what was written; case counts for nothing.
     */
    public static Optional<String> to(String written, Collection<String> valid) {
        String from = written.toLowerCase(Locale.ROOT);
        if (from.isEmpty() || from.length() > LONGEST) {
            return Optional.empty();
        }
        String best = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : valid) {
            String to = name.toLowerCase(Locale.ROOT);
            if (to.length() > LONGEST) {
                continue;
            }
            int changes = changes(from, to);
            boolean near = changes <= Math.max(1, Math.max(from.length(), to.length()) / 3)
                    || from.length() >= 3 && to.startsWith(from);
            if (near && changes < fewest) {
                best = name;
                fewest = changes;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Optimal string alignment: insertions, deletions, substitutions and exchanges of neighbours. */
    static int changes(String from, String to) {
        int[] beforeLast = new int[to.length() + 1];
        int[] last = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int other = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + other);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[to.length()];
    }
}
