package org.edgeways.pool.presence.engine;

/** One change of what is kept on disk. */
public sealed interface PresenceWrite {

    /** A subscription is new or refreshed. */
    record SaveSubscription(SavedSubscription subscription) implements PresenceWrite {}

    /** A subscription is over. */
    record ForgetSubscription(String id) implements PresenceWrite {}

    /** A publication is new, changed or refreshed. */
    record SavePublication(Publication publication) implements PresenceWrite {}

    /** A publication is over. */
    record ForgetPublication(String id) implements PresenceWrite {}

    /** A contact is new or has another name. */
    record SaveContact(Contact contact) implements PresenceWrite {}

    /** A contact is taken off its owner's list. */
    record ForgetContact(String owner, String address) implements PresenceWrite {}

    /** A person has decided about a watcher. */
    record SaveDecision(WatcherDecision decision) implements PresenceWrite {}

    /** A decision is taken back. */
    record ForgetDecision(String person, String watcher) implements PresenceWrite {}

    /** A person is removed: all of theirs goes, also from other people's lists. */
    record ForgetPerson(String person) implements PresenceWrite {}
}
