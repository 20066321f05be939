package org.edgeways.pool.presence.engine;

import java.util.List;

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
}
