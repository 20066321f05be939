package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.edgeways.base.Result;
import org.edgeways.base.TimerQueue;
import org.edgeways.pool.presence.document.PresenceDocument;
import org.edgeways.pool.presence.document.XmlReader;
import org.jspecify.annotations.Nullable;

/**
 * What people's devices have published and has not ended (RFC 3903). A publication ends with its time, when its device
 * takes it back or publishes anew, and with the registration of its device; one that was sent with credentials alone, with
 * their device password, or with the right to be where it came from.
 */
final class Publications {

    /** A publication with its document read. */
    record Published(Publication publication, PresenceDocument document) {}

    private record Expiry(String person, String id) {}

    /** How long a refresh that is not durable yet puts the end off. */
    private static final long WRITE_NANOS = 1_000_000_000L;

    private final PresenceLimits limits;
    private final Writes writes;
    private final ObjLongConsumer<String> changed;
    private final XmlReader reader = new XmlReader();
    private final Map<String, Map<String, Published>> people = new HashMap<>();
    /** What is on its way to the store, by person. */
    private final Map<String, List<Published>> arriving = new HashMap<>();

    private final TimerQueue<Expiry> expiries = new TimerQueue<>();
    private final Map<String, TimerQueue.Timer<Expiry>> expiryOfId = new HashMap<>();
    private int size;

    /** @param changed is told of people whose publications have changed */
    Publications(PresenceLimits limits, Writes writes, ObjLongConsumer<String> changed) {
        this.limits = limits;
        this.writes = writes;
        this.changed = changed;
    }

    /** Reads a document. */
    Result<PresenceDocument> read(byte[] body) {
        return PresenceDocument.read(reader, body);
    }

    /** Those of a person, in no particular order. */
    List<Published> of(String person) {
        return List.copyOf(people.getOrDefault(person, Map.of()).values());
    }

    /** The person's publication of that entity tag, or null. */
    @Nullable
    Published ofTag(String person, String tag, long now) {
        return people.getOrDefault(person, Map.of()).values().stream()
                .filter(p ->
                        p.publication().tag().equals(tag) && p.publication().expiresAt() > now)
                .findFirst()
                .orElse(null);
    }

    /**
     * Takes one in when it is durable, unless its device, or who published it, is gone by then. If the store fails, what was
     * published before stays.
     */
    void store(Published made, Writes.Completion then) {
        Publication publication = made.publication();
        arriving.computeIfAbsent(publication.person(), p -> new ArrayList<>()).add(made);
        writes.write(new PresenceWrite.SavePublication(publication), (failure, now) -> {
            if (arrived(made) && failure == null) {
                put(made, now);
            }
            then.done(failure, now);
        });
    }

    private boolean arrived(Published made) {
        Publication publication = made.publication();
        return removeArriving(
                publication.person(), one -> one.publication().tag().equals(publication.tag()));
    }

    private boolean removeArriving(String person, Predicate<Published> which) {
        List<Published> theirs = arriving.get(person);
        boolean removed = theirs != null && theirs.removeIf(which);
        if (theirs != null && theirs.isEmpty()) {
            arriving.remove(person);
        }
        return removed;
    }

    private boolean isArriving(String person, String id) {
        return arriving(person).stream().anyMatch(one -> one.publication().id().equals(id));
    }

    private List<Published> arriving(String person) {
        return List.copyOf(arriving.getOrDefault(person, List.of()));
    }

    /** Takes one in, in the place of the one with the same id, of one of the same device, or of the oldest. */
    void put(Published made, long now) {
        Publication publication = made.publication();
        Map<String, Published> theirs = people.computeIfAbsent(publication.person(), p -> new LinkedHashMap<>());
        for (Published other : List.copyOf(theirs.values())) {
            String device = other.publication().device();
            if (device != null
                    && device.equals(publication.device())
                    && !other.publication().id().equals(publication.id())) {
                take(other.publication(), true);
            }
        }
        Published before = theirs.put(publication.id(), made);
        people.put(publication.person(), theirs);
        size += before == null ? 1 : 0;
        while (theirs.size() > limits.publicationsPerPerson()) {
            take(
                    theirs.values().stream()
                            .map(Published::publication)
                            .min(Comparator.comparingLong(Publication::refreshedAt))
                            .orElseThrow(),
                    true);
        }
        cancelExpiry(publication.id());
        expiryOfId.put(
                publication.id(),
                expiries.schedule(publication.expiresAt(), new Expiry(publication.person(), publication.id())));
        if (before == null
                || !Arrays.equals(before.publication().body(), publication.body())
                || !Objects.equals(before.publication().device(), publication.device())) {
            changed.accept(publication.person(), now);
        }
    }

    /** Takes one out. */
    void remove(Publication publication, long now) {
        if (take(publication, true)) {
            changed.accept(publication.person(), now);
        }
    }

    /** It is not in the store any more. */
    void forgotten(Publication publication, long now) {
        if (take(publication, false)) {
            changed.accept(publication.person(), now);
        }
    }

    /** Takes all of a person out. */
    void removeAll(String person, long now) {
        remove(person, one -> true, now);
    }

    /** The registrations of these devices are over, and so is what they have published. */
    void devicesGone(String person, Set<String> devices, long now) {
        remove(person, one -> one.device() != null && devices.contains(one.device()), now);
    }

    /** What a person has published with credentials alone, from no device that is signed in, ends unless {@code kept} accepts it. */
    void retainOfNoDevice(String person, Predicate<Publication> kept, long now) {
        remove(person, one -> one.device() == null && !kept.test(one), now);
    }

    private void remove(String person, Predicate<Publication> which, long now) {
        for (Published one : arriving(person)) {
            if (which.test(one.publication()) && arrived(one)) {
                writes.write(
                        new PresenceWrite.ForgetPublication(one.publication().id()));
            }
        }
        for (Published one : of(person)) {
            if (which.test(one.publication())) {
                remove(one.publication(), now);
            }
        }
    }

    private boolean take(Publication publication, boolean stored) {
        Map<String, Published> theirs = people.get(publication.person());
        if (theirs == null || theirs.remove(publication.id()) == null) {
            return false;
        }
        size--;
        cancelExpiry(publication.id());
        if (theirs.isEmpty()) {
            people.remove(publication.person());
        }
        if (stored) {
            // what is on its way of the same id is not in the store after this
            removeArriving(publication.person(), one -> one.publication().id().equals(publication.id()));
            writes.write(new PresenceWrite.ForgetPublication(publication.id()));
        }
        return true;
    }

    private void cancelExpiry(String id) {
        TimerQueue.Timer<Expiry> expiry = expiryOfId.remove(id);
        if (expiry != null) {
            expiries.cancel(expiry);
        }
    }

    /** Takes up one of an earlier run. */
    void restore(Publication publication, long now) {
        if (publication.expiresAt() > now
                && read(publication.body()) instanceof Result.Ok<PresenceDocument>(PresenceDocument document)) {
            put(new Published(publication, document), now);
        }
    }

    /** Forgets what has ended. */
    void timeout(long now) {
        for (Expiry due = expiries.poll(now); due != null; due = expiries.poll(now)) {
            Published found = people.getOrDefault(due.person(), Map.of()).get(due.id());
            if (isArriving(due.person(), due.id())) {
                // it is being refreshed
                expiryOfId.put(due.id(), expiries.schedule(now + WRITE_NANOS, due));
            } else if (found != null) {
                remove(found.publication(), now);
            }
        }
    }

    /** When {@link #timeout} has something to do. */
    long nextDeadline() {
        return expiries.nextDeadline();
    }

    /** All who have published something. */
    Set<String> people() {
        Set<String> all = new HashSet<>(people.keySet());
        all.addAll(arriving.keySet());
        return all;
    }

    int size() {
        return size;
    }

    /** How many times at which something ends are remembered. */
    int deadlines() {
        return expiries.size();
    }
}
