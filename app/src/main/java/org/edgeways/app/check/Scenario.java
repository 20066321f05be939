package org.edgeways.app.check;

import java.io.IOException;

/**
 * One thing that must work.
 *
 * @param title what, as a sentence
 * @param play does it
 */
record Scenario(String title, Play play) {

    /** The steps of a scenario. */
    @FunctionalInterface
    interface Play {
        /**
         * Plays it.
         *
         * @throws IOException if something does not come that should
         * @throws CheckFailure if something comes that should not
         */
        void on(Stage stage) throws IOException;
    }
}
