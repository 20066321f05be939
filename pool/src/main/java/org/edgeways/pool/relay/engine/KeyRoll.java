package org.edgeways.pool.relay.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.edgeways.tokens.RelayVerifier;

/**
 * How keys are rolled: each makes credentials for a time, the next is made ahead of its turn, so that every relay knows it
 * when it begins, and an old one is honoured until the last credentials that it has made are over. A key that somebody knows who is to
 * know it no more makes nothing from then on ({@link #replacement}). Pure.
 */
public final class KeyRoll {

    /** How long a key makes credentials. With the longest life of credentials no more than seven keys are held. */
    public static final Duration TURN = Duration.ofDays(45);

    /** How long before its turn a key is made. */
    public static final Duration AHEAD = Duration.ofDays(2);

    /** The longest time for which a relay lets an allocation go on that is not refreshed: the most that its settings can say. */
    public static final Duration LONGEST_LIFETIME = Duration.ofDays(1);

    /**
     * How long a key is held after its last credentials, and a withdrawn number told: allocations that were made with them are refreshed
     * for {@link RelayVerifier#ONGOING}, and last for a lifetime after that; and who comes late is told that their time is over, not
     * nonsense.
     */
    public static final Duration AFTER = RelayVerifier.ONGOING.plus(LONGEST_LIFETIME);

    /**
     * Most keys that are held after a plan, one less than relays take: there is room for one that is made at once. Only keys that
     * were replaced ahead of their time come to that; then those go whose last credentials are over first.
     */
    public static final int MOST = RelayVerifier.MAX_KEYS - 1;

    private KeyRoll() {}

    /**
     * A key is to be made at once, instead of others.
     *
     * @param mintsFrom when its turn begins
     * @param retired keys whose turn is over before it has come, with what they have from now on
     */
    public record Replacement(long mintsFrom, List<KeyTimes> retired) {
        public Replacement {
            retired = List.copyOf(retired);
        }
    }

    /**
     * What is to be done now.
     *
     * @param make a key is to be made whose turn begins then; empty for none
     * @param drop the keys that nobody needs any more, and those that are too many
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
        List<KeyTimes> earlier = byTurn.stream()
                .filter(key -> key.mintsFrom() < minting.mintsFrom())
                .sorted(Comparator.comparingLong(KeyTimes::goodUntil))
                .toList();
        int tooMany = byTurn.size() + (make.isPresent() ? 1 : 0) - MOST;
        List<KeyTimes> drop = Stream.concat(
                        earlier.stream().limit(Math.max(tooMany, 0)),
                        earlier.stream().filter(key -> key.goodUntil() + AFTER.toSeconds() <= now))
                .distinct()
                .toList();
        return new Plan(make, drop);
    }

    /**
     * What is to be done so that no key mints any more that somebody knows who was told of all that there were until some moment,
     * also none that was made ahead; empty if no such key would.
     *
     * @param keys that there are, in any order
     * @param now seconds since 1970
     * @param knownUntilMillis that moment, in milliseconds since 1970
     */
    public static Optional<Replacement> replacement(List<KeyTimes> keys, long now, long knownUntilMillis) {
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        long turn = minting(keys, now).mintsFrom();
        boolean known =
                keys.stream().anyMatch(key -> key.mintsFrom() >= turn && key.madeAtMillis() <= knownUntilMillis);
        return known ? Optional.of(new Replacement(now, retired(keys, now))) : Optional.empty();
    }

    /** The keys that would have a turn from now on, with one that is over: another one is made instead. */
    public static List<KeyTimes> retired(List<KeyTimes> keys, long now) {
        return keys.stream()
                .filter(key -> key.mintsFrom() >= now)
                .map(key -> key.withTurn(now - 1))
                .toList();
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
