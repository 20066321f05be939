package org.edgeways.sip.fuzz;

import java.util.Arrays;
import java.util.Objects;
import org.edgeways.base.Result;

/** What the fuzz targets demand; cheap, since it is asked a million times. */
final class Invariant {

    private Invariant() {}

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static void same(Object actual, Object expected, String what) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(what + ": " + actual + " instead of " + expected);
        }
    }

    static void sameBytes(byte[] actual, byte[] expected, String what) {
        if (!Arrays.equals(actual, expected)) {
            throw new AssertionError(
                    what + ": " + Arrays.toString(actual) + " instead of " + Arrays.toString(expected));
        }
    }

    /** A failure points into the text that failed, or right behind it. */
    static void pointsInto(Result<?> result, String text) {
        if (result instanceof Result.Bad<?> bad) {
            that(bad.offset() >= 0 && bad.offset() <= text.length(), bad + " points out of the text");
        }
    }
}
