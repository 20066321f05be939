package org.edgeways.pool.relay.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * How keys are rolled: each makes credentials for a time, the next is made ahead of its turn, so that every relay knows it
 * when it begins, and an old one is honoured until the last credentials that it has made are over. Pure.
 */
public final class KeyRoll {

    /** How long a key makes credentials. With the longest life of credentials no more than seven keys are held. */
    public static final Duration TURN = Duration.ofDays(45);

    /** How long before its turn a key is made. */
    public static final Duration AHEAD = Duration.ofDays(2);

    /** How long a key is held after its last credentials: who comes late is told that their time is over, not nonsense. */
    public static final Duration AFTER = Duration.ofDays(1);

    private KeyRoll() {}

    /**
     * What is to be done now.
     *
     * @param make a key is to be made whose turn begins then; empty for none
     * @param drop the keys that nobody needs any more
     */
    public record Plan(OptionalLong make, List<KeyTimes> drop) {
        public Plan {
            drop = List.copyOf(drop);
        }
    }

    /**
     * What is to be done.
     *
     * @param keys that there are, in any order
     * @param now seconds since 1970
     */
    public static Plan plan(List<KeyTimes> keys, long now) {
        List<KeyTimes> byTurn = byTurn(keys);
        if (byTurn.isEmpty()) {
            return new Plan(OptionalLong.of(now), List.of());
        }
        long nextTurn = byTurn.getLast().mintsFrom() + TURN.toSeconds();
        // after a long rest the old key goes on until relays have had the time to hear of the new one
        OptionalLong make = now >= nextTurn - AHEAD.toSeconds()
                ? OptionalLong.of(Math.max(nextTurn, now + AHEAD.toSeconds()))
                : OptionalLong.empty();
        KeyTimes minting = minting(byTurn, now);
        List<KeyTimes> drop = byTurn.stream()
                .filter(key -> key.mintsFrom() < minting.mintsFrom() && key.goodUntil() + AFTER.toSeconds() <= now)
                .toList();
        return new Plan(make, drop);
    }

    /**
     * The key whose turn it is: the latest that has begun; if the clock was set back before all of them, the first.
     *
     * @param keys at least one
     */
    public static KeyTimes minting(List<KeyTimes> keys, long now) {
        List<KeyTimes> byTurn = byTurn(keys);
        return byTurn.stream()
                .filter(key -> key.mintsFrom() <= now)
                .reduce((earlier, later) -> later)
                .orElseGet(byTurn::getFirst);
    }

    private static List<KeyTimes> byTurn(List<KeyTimes> keys) {
        return keys.stream()
                .sorted(Comparator.comparingLong(KeyTimes::mintsFrom).thenComparingInt(KeyTimes::id))
                .toList();
    }
}
