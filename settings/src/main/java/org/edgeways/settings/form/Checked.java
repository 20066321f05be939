package org.edgeways.settings.form;

/** A record that knows which of its values, each good alone, do not fit together. */
public interface Checked {

    /** Where a record tells what is wrong. */
    @FunctionalInterface
    interface Disagreements {
        /**
         * Notes a problem.
         *
         * @param key the component that it is told at, or one of a record inside as {@code inner.key}
         * @param what is wrong
         */
        void add(String key, String what);
    }

    /** Tells what does not fit. Called only with values that are good alone. */
    void check(Disagreements found);
}
