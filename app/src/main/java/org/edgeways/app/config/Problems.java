package org.edgeways.app.config;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with one configuration file, gathered so that everything is reported together. */
public final class Problems {

    private final String file;
    private final List<String> found = new ArrayList<>();

    /** @param file the file's name as the person gave it */
    public Problems(String file) {
        this.file = file;
    }

    /**
     * Notes one problem.
     *
     * @param line of the file, from 1
     * @param key with the keys around it, such as {@code listen.sipTlsPort}
     * @param what is wrong, for a person
     */
    void add(int line, String key, String what) {
        found.add(file + ":" + line + ": " + (key.isEmpty() ? "" : key + ": ") + what);
    }

    /** Nothing is wrong so far. */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** Every problem, one line each, as {@code file:line: key: what}. */
    public List<String> lines() {
        return List.copyOf(found);
    }
}
