package org.edgeways.store;

import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;

/** How statements are reported when they fail. */
final class Statements {

    private Statements() {}

    /** The same, but its exceptions never quote the values of a statement: they may be secrets, and end up in logs. */
    static Jdbi withoutValuesInExceptions(Jdbi jdbi) {
        return jdbi.configure(
                StatementExceptions.class,
                exceptions -> exceptions.setMessageRendering(StatementExceptions.MessageRendering.NONE));
    }
}
