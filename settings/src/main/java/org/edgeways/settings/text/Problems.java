package org.edgeways.settings.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is wrong, gathered so that everything is reported together. Not safe for use by several threads. */
public final class Problems {

    /** Most problems that are kept; more are only counted. */
    public static final int MOST = 500;

    private final List<Problem> found = new ArrayList<>();
    private int count;

    /** Nothing found yet. */
    public Problems() {}

    /** Notes one problem. */
    public void add(SettingsErrorCode code, Place place, String key, String what) {
        add(new Problem(code, place, key, what, Optional.empty()));
    }

    /** Notes a problem with a name, beside which the nearest of {@code valid} is told if it is near enough. */
    public void addNamed(
            SettingsErrorCode code, Place place, String key, String what, String name, Collection<String> valid) {
        add(new Problem(code, place, key, what, Nearest.to(name, valid)));
    }

    /** Notes one problem. */
    public void add(Problem problem) {
        count++;
        if (found.size() < MOST) {
            found.add(problem);
        }
    }

    /** Nothing is wrong so far. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** How many there are, also those that were not kept. */
    public int count() {
        return count;
    }

    /** The problems by file and line. */
    public List<Problem> all() {
        return found.stream()
                .sorted(Comparator.comparing(
                                (Problem problem) -> problem.place().file())
                        .thenComparingInt(problem -> problem.place().line()))
                .toList();
    }
}
