package org.edgeways.app.check;

/** Something came that should not have, or looks other than it should. */
final class CheckFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what was expected and what came, for a person */
    CheckFailure(String message) {
        super(message);
    }

    static void unless(boolean condition, String message) {
        if (!condition) {
            throw new CheckFailure(message);
        }
    }
}
