package org.edgeways.settings.text;

import java.util.Optional;

/**
 * One thing that is wrong with settings.
 *
 * @param code which kind of thing
 * @param place where
 * @param key with the keys around it, such as {@code spec.access.sipTlsPort}; empty if it is about no key
 * @param what is wrong and what was expected, for a person
 * @param nearest what was probably meant, where there is such a thing
 */
public record Problem(SettingsErrorCode code, Place place, String key, String what, Optional<String> nearest) {

    private static final int LONGEST_KEY = 200;
    private static final int LONGEST_WHAT = 2_000;

    /** What others wrote stands in one line, and is cut where it is very long. */
    public Problem {
        key = oneLine(key, LONGEST_KEY);
        what = oneLine(what, LONGEST_WHAT);
    }

    private static String oneLine(String text, int longest) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(longest)
                .forEach(point -> line.appendCodePoint(Character.isISOControl(point) ? '\uFFFD' : point));
        return text.codePointCount(0, text.length()) > longest ? line + "…" : line.toString();
    }

    /** {@code file:line: key: what; did you mean "…"?}. */
    public String text() {
        String where = place.toString();
        return (where.isEmpty() ? "" : where + ": ")
                + (key.isEmpty() ? "" : key + ": ")
                + what
                + nearest.map(name -> "; did you mean \"" + name + "\"?").orElse("");
    }
}
