package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What people have decided about their watchers, and what holds for all others. */
final class Consent {

    private final PresenceDefault otherwise;
    private final PresenceLimits limits;
    private final Writes writes;
    private final Changes changes;
    private final Map<String, Map<String, WatcherDecision>> people = new HashMap<>();

    Consent(PresenceSettings settings, Writes writes) {
        this.otherwise = settings.defaultDecision();
        this.limits = settings.limits();
        this.writes = writes;
        this.changes = new Changes(writes);
    }

    /** How a watcher stands with a person. */
    Standing standing(String person, String watcher) {
        if (person.equals(watcher)) {
            return Standing.ACTIVE;
        }
        WatcherDecision found = people.getOrDefault(person, Map.of()).get(watcher);
        Decision decision = found == null ? Decision.WAITING : found.decision();
        return switch (decision) {
            case ALLOW -> Standing.ACTIVE;
            case POLITE_BLOCK -> Standing.POLITELY_BLOCKED;
            case BLOCK -> Standing.REJECTED;
            case WAITING ->
                switch (otherwise) {
                    case ALLOW -> Standing.ACTIVE;
                    case ASK -> Standing.PENDING;
                    case BLOCK -> Standing.REJECTED;
                };
        };
    }

    /** What the person has decided, and who waits, in the order of its making. */
    List<WatcherDecision> of(String person) {
        List<WatcherDecision> all =
                new ArrayList<>(people.getOrDefault(person, Map.of()).values());
        all.sort(Comparator.comparingLong(WatcherDecision::decidedAt).thenComparing(WatcherDecision::watcher));
        return all;
    }

    /**
     * Decides, when it is durable.
     *
     * @param decided told when it holds
     * @param then told afterwards, or why the store refuses it
     * @return why not, or null
     */
    @Nullable
    PresenceErrorCode decide(WatcherDecision decision, LongConsumer decided, ChangeListener then) {
        String person = decision.person();
        Map<String, WatcherDecision> theirs = people.getOrDefault(person, Map.of());
        WatcherDecision before = theirs.get(decision.watcher());
        boolean another = before == null || before.decision() == Decision.WAITING;
        if (another && decided(theirs) + changes.additions(person) >= limits.decisionsPerPerson()) {
            return PresenceErrorCode.DECISIONS_FULL;
        }
        changes.make(
                new PresenceWrite.SaveDecision(decision),
                person,
                decision.watcher(),
                another,
                now -> {
                    put(decision);
                    decided.accept(now);
                },
                then);
        return null;
    }

    private static long decided(Map<String, WatcherDecision> theirs) {
        return theirs.values().stream()
                .filter(d -> d.decision() != Decision.WAITING)
                .count();
    }

    /**
     * Takes a decision back, when that is durable; what is the default holds again.
     *
     * @param forgotten told when it holds
     * @param then told afterwards, or why the store refuses it
     * @return why not, or null
     */
    @Nullable
    PresenceErrorCode forget(String person, String watcher, LongConsumer forgotten, ChangeListener then) {
        if (!people.getOrDefault(person, Map.of()).containsKey(watcher)) {
            return PresenceErrorCode.WATCHER_UNKNOWN;
        }
        changes.make(
                new PresenceWrite.ForgetDecision(person, watcher),
                person,
                watcher,
                /* addition= */ false,
                now -> {
                    take(person, watcher);
                    forgotten.accept(now);
                },
                then);
        return null;
    }

    /** A watcher about whom nothing is decided has asked and is gone: the person is told when they ask who it was. */
    void waits(String person, String watcher, long now) {
        Map<String, WatcherDecision> theirs = people.getOrDefault(person, Map.of());
        if (theirs.containsKey(watcher) || changes.underWay(person, watcher)) {
            return;
        }
        List<WatcherDecision> waiting = theirs.values().stream()
                .filter(d -> d.decision() == Decision.WAITING)
                .toList();
        if (waiting.size() >= limits.waitingPerPerson()) {
            WatcherDecision oldest = waiting.stream()
                    .filter(d -> !changes.underWay(person, d.watcher()))
                    .min(Comparator.comparingLong(WatcherDecision::decidedAt))
                    .orElse(null);
            if (oldest == null) {
                return;
            }
            take(person, oldest.watcher());
            writes.write(new PresenceWrite.ForgetDecision(person, oldest.watcher()));
        }
        WatcherDecision waits = new WatcherDecision(person, watcher, Decision.WAITING, now);
        put(waits);
        writes.write(new PresenceWrite.SaveDecision(waits));
    }

    /** Takes up what was decided in an earlier run. */
    void restore(WatcherDecision decision) {
        put(decision);
    }

    /** Forgets a person who is no more, as person and as watcher; what is on disk goes otherwise. */
    void forgetAll(String person) {
        changes.forgetAll(person);
        people.remove(person);
        List.copyOf(people.keySet()).forEach(other -> take(/* person= */ other, /* watcher= */ person));
    }

    private void put(WatcherDecision decision) {
        people.computeIfAbsent(decision.person(), p -> new LinkedHashMap<>()).put(decision.watcher(), decision);
    }

    private @Nullable WatcherDecision take(String person, String watcher) {
        Map<String, WatcherDecision> theirs = people.get(person);
        WatcherDecision taken = theirs == null ? null : theirs.remove(watcher);
        if (theirs != null && theirs.isEmpty()) {
            people.remove(person);
        }
        return taken;
    }
}
