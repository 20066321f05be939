package org.edgeways.turn.engine;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.edgeways.turn.TurnErrorCode;

/** How often something was refused or dropped, by code. Counting allocates nothing. */
final class CodeCounts {

    private final Map<TurnErrorCode, long[]> counts = new EnumMap<>(TurnErrorCode.class);

    CodeCounts() {
        for (TurnErrorCode code : TurnErrorCode.values()) {
            counts.put(code, new long[1]);
        }
    }

    void add(TurnErrorCode code) {
        Objects.requireNonNull(counts.get(code))[0]++;
    }

    long get(TurnErrorCode code) {
        return Objects.requireNonNull(counts.get(code))[0];
    }
}
