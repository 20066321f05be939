package org.edgeways.pool.presence.engine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** People's contact lists, and on whose lists somebody is. */
final class ContactLists {

    /** Longest name of a contact, in characters. */
    static final int LONGEST_NAME = 128;

    private final PresenceLimits limits;
    private final Writes writes;
    private final Map<String, Map<String, Contact>> lists = new HashMap<>();
    private final Map<String, Set<String>> owners = new HashMap<>();

    ContactLists(PresenceLimits limits, Writes writes) {
        this.limits = limits;
        this.writes = writes;
    }

    /** A person's contacts in the order of their addresses; a copy. */
    List<Contact> of(String owner) {
        return List.copyOf(lists.getOrDefault(owner, Map.of()).values());
    }

    /** That contact of a person, or null. */
    @Nullable
    Contact contact(String owner, String address) {
        return lists.getOrDefault(owner, Map.of()).get(address);
    }

    /** On whose lists somebody is; a copy. */
    List<String> ownersOf(String address) {
        return List.copyOf(owners.getOrDefault(address, Set.of()));
    }

    /**
     * Puts a contact on its owner's list, or calls one that is there otherwise.
     *
     * @return why not; null if it is there from now on, and {@code then} is told when it is durable
     */
    @Nullable
    PresenceErrorCode add(Contact contact, ChangeListener then) {
        Map<String, Contact> list = lists.getOrDefault(contact.owner(), Map.of());
        if (contact.name().length() > LONGEST_NAME) {
            return PresenceErrorCode.CONTACT_NAME_TOO_LONG;
        }
        if (!list.containsKey(contact.address()) && list.size() >= limits.contactsPerPerson()) {
            return PresenceErrorCode.CONTACTS_FULL;
        }
        put(contact);
        writes.write(new PresenceWrite.SaveContact(contact), (failure, now) -> then.done(Consent.stored(failure)));
        return null;
    }

    /**
     * Takes a contact off its owner's list.
     *
     * @return why not, or null
     */
    @Nullable
    PresenceErrorCode remove(String owner, String address, ChangeListener then) {
        if (!take(owner, address)) {
            return PresenceErrorCode.CONTACT_UNKNOWN;
        }
        writes.write(
                new PresenceWrite.ForgetContact(owner, address), (failure, now) -> then.done(Consent.stored(failure)));
        return null;
    }

    /** Takes up a contact of an earlier run. */
    void restore(Contact contact) {
        put(contact);
    }

    /** Forgets a person who is no more, as owner and as contact; what is on disk goes otherwise. */
    void forgetAll(String person) {
        of(person).forEach(contact -> take(person, contact.address()));
        ownersOf(person).forEach(owner -> take(owner, person));
    }

    private void put(Contact contact) {
        lists.computeIfAbsent(contact.owner(), o -> new TreeMap<>()).put(contact.address(), contact);
        owners.computeIfAbsent(contact.address(), a -> new LinkedHashSet<>()).add(contact.owner());
    }

    private boolean take(String owner, String address) {
        Map<String, Contact> list = lists.get(owner);
        if (list == null || list.remove(address) == null) {
            return false;
        }
        if (list.isEmpty()) {
            lists.remove(owner);
        }
        Set<String> theirs = owners.get(address);
        if (theirs != null) {
            theirs.remove(owner);
            if (theirs.isEmpty()) {
                owners.remove(address);
            }
        }
        return true;
    }
}
