package org.edgeways.pool.presence.engine;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All that presence has kept over a restart. */
public record SavedPresence(
        List<SavedSubscription> subscriptions,
        List<Publication> publications,
        List<Contact> contacts,
        List<WatcherDecision> decisions) {

    /** Nothing. */
    public static final SavedPresence NONE = new SavedPresence(List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public SavedPresence {
        subscriptions = List.copyOf(subscriptions);
        publications = List.copyOf(publications);
        contacts = List.copyOf(contacts);
        decisions = List.copyOf(decisions);
    }

    /** The addresses of all whom it names. */
    public Set<String> people() {
        Set<String> all = new HashSet<>();
        subscriptions.forEach(one -> Collections.addAll(all, one.watcher(), one.resource()));
        publications.forEach(one -> all.add(one.person()));
        contacts.forEach(one -> Collections.addAll(all, one.owner(), one.address()));
        decisions.forEach(one -> Collections.addAll(all, one.person(), one.watcher()));
        return all;
    }
}
