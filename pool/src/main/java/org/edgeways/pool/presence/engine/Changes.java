package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Changes that are asked for by command. Each holds from the moment at which it is durable: if the store fails, nothing has
 * happened. They are made in the order in which they were asked for.
 */
final class Changes {

    /** A change between two people that is on its way to the store. */
    private record Change(String other, boolean addition) {}

    private final Writes writes;
    private final Map<String, List<Change>> underWay = new HashMap<>();

    Changes(Writes writes) {
        this.writes = writes;
    }

    /**
     * Makes a change when it is durable, unless one of the people is removed before.
     *
     * @param addition whether it takes one of the places that are limited
     * @param made makes it
     * @param then told afterwards, or why it cannot be made
     */
    void make(
            PresenceWrite write,
            String person,
            String other,
            boolean addition,
            LongConsumer made,
            ChangeListener then) {
        Change change = new Change(other, addition);
        underWay.computeIfAbsent(person, p -> new ArrayList<>()).add(change);
        writes.write(write, (failure, now) -> {
            if (remove(person, change) && failure == null) {
                made.accept(now);
            }
            then.done(failure == null ? null : PresenceErrorCode.PRESENCE_NOT_STORED);
        });
    }

    private boolean remove(String person, Change change) {
        List<Change> theirs = underWay.get(person);
        boolean expected = theirs != null && theirs.remove(change);
        if (theirs != null && theirs.isEmpty()) {
            underWay.remove(person);
        }
        return expected;
    }

    /** How many additions for that person are on their way. */
    int additions(String person) {
        return (int) underWay.getOrDefault(person, List.of()).stream()
                .filter(Change::addition)
                .count();
    }

    /** Whether a change between these two is on its way. */
    boolean underWay(String person, String other) {
        return underWay.getOrDefault(person, List.of()).stream().anyMatch(change -> change.other.equals(other));
    }

    /** The person is no more: what is on its way about them does not hold. */
    void forgetAll(String person) {
        underWay.remove(person);
        underWay.values().forEach(changes -> changes.removeIf(change -> change.other.equals(person)));
    }
}
