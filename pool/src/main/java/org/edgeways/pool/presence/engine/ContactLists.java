package org.edgeways.pool.presence.engine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** People's contact lists, and on whose lists somebody is. */
final class ContactLists {

    /** Longest name of a contact, in characters. */
    static final int LONGEST_NAME = 128;

    private final PresenceLimits limits;
    private final Changes changes;
    private final Map<String, Map<String, Contact>> lists = new HashMap<>();
    private final Map<String, Set<String>> owners = new HashMap<>();

    ContactLists(PresenceLimits limits, Writes writes) {
        this.limits = limits;
        this.changes = new Changes(writes);
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
     * Puts a contact on its owner's list, or calls one that is there otherwise, when that is durable.
     *
     * @param added told when it is there
     * @param then told afterwards, or why the store refuses it
     * @return why not, or null
     */
    @Nullable
    PresenceErrorCode add(Contact contact, LongConsumer added, ChangeListener then) {
        Map<String, Contact> list = lists.getOrDefault(contact.owner(), Map.of());
        if (contact.name().length() > LONGEST_NAME) {
            return PresenceErrorCode.CONTACT_NAME_TOO_LONG;
        }
        boolean another = !list.containsKey(contact.address());
        if (another && list.size() + changes.additions(contact.owner()) >= limits.contactsPerPerson()) {
            return PresenceErrorCode.CONTACTS_FULL;
        }
        changes.make(
                new PresenceWrite.SaveContact(contact),
                contact.owner(),
                contact.address(),
                another,
                now -> {
                    put(contact);
                    added.accept(now);
                },
                then);
        return null;
    }

    /**
     * Takes a contact off its owner's list, when that is durable.
     *
     * @param removed told when it is gone
     * @param then told afterwards, or why the store refuses it
     * @return why not, or null
     */
    @Nullable
    PresenceErrorCode remove(String owner, String address, LongConsumer removed, ChangeListener then) {
        if (contact(owner, address) == null) {
            return PresenceErrorCode.CONTACT_UNKNOWN;
        }
        changes.make(
                new PresenceWrite.ForgetContact(owner, address),
                owner,
                address,
                /* addition= */ false,
                now -> {
                    take(owner, address);
                    removed.accept(now);
                },
                then);
        return null;
    }

    /** All who are on somebody's list. */
    Set<String> people() {
        return Set.copyOf(owners.keySet());
    }

    /** Takes up a contact of an earlier run. */
    void restore(Contact contact) {
        put(contact);
    }

    /** Forgets a person who is no more, as owner and as contact; what is on disk goes otherwise. */
    void forgetAll(String person) {
        changes.forgetAll(person);
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
