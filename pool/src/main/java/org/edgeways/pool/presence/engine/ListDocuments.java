package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.pool.presence.document.PresenceDocument;
import org.edgeways.pool.presence.document.ResourceList;
import org.jspecify.annotations.Nullable;

/**
 * What is told to those who subscribe to their contact list (RFC 4662): after a SUBSCRIBE all contacts, then those that
 * have changed. What does not fit into one body follows in the next; the first names everybody all the same.
 */
final class ListDocuments {

    /** About as many bytes as a contact without state takes, besides its address and name. */
    private static final int BARE_BYTES = 64;

    private static final byte[] NOTHING = {};

    /** What one subscription has been told, and of whom it is to be told. */
    private static final class Memory {
        private final Map<String, ResourceList.Instance> told = new HashMap<>();
        private final Set<String> due = new LinkedHashSet<>();
    }

    private final PresenceLimits limits;
    private final ContactLists contacts;
    private final Consent consent;
    private final Presentities presentities;
    private final PresenceHost host;

    ListDocuments(
            PresenceLimits limits,
            ContactLists contacts,
            Consent consent,
            Presentities presentities,
            PresenceHost host) {
        this.limits = limits;
        this.contacts = contacts;
        this.consent = consent;
        this.presentities = presentities;
        this.host = host;
    }

    /** Somebody on the list is perhaps different, is new on it or was taken off it. */
    static void touch(Subscription subscription, String address) {
        memory(subscription).due.add(address);
    }

    /** The same, and it is told although perhaps only the name is another. */
    static void touchAnew(Subscription subscription, String address) {
        Memory memory = memory(subscription);
        memory.told.remove(address);
        memory.due.add(address);
    }

    private static Memory memory(Subscription subscription) {
        if (subscription.memory() instanceof Memory memory) {
            return memory;
        }
        Memory made = new Memory();
        subscription.remember(made);
        return made;
    }

    /** The next NOTIFY of a subscription to a list; null if there is nothing new. */
    @Nullable
    Notification notification(Subscription subscription, boolean full) {
        Memory memory = memory(subscription);
        List<Contact> all = full ? contacts.of(subscription.resource()) : List.of();
        List<ResourceList.Resource> shown = new ArrayList<>();
        int room = limits.listBytes();
        if (full) {
            memory.told.clear();
            memory.due.clear();
            for (Contact contact : all) {
                memory.due.add(contact.address());
                room -= BARE_BYTES
                        + 2 * contact.address().length()
                        + 2 * contact.name().length();
            }
        }
        Set<String> complete = new LinkedHashSet<>();
        for (Iterator<String> due = memory.due.iterator(); due.hasNext(); ) {
            String address = due.next();
            ResourceList.Resource resource = resource(subscription.resource(), address);
            if (!full && isTold(memory, resource)) {
                due.remove();
                continue;
            }
            if (!shown.isEmpty() && resource.bytes() > room) {
                break;
            }
            room -= resource.bytes();
            due.remove();
            complete.add(address);
            shown.add(resource);
            remember(memory, resource);
        }
        for (Contact contact : all) {
            if (!complete.contains(contact.address())) {
                shown.add(new ResourceList.Resource(contact.address(), contact.name(), null));
            }
        }
        if (shown.isEmpty() && !full) {
            return null;
        }
        ResourceList.Body body = new ResourceList(subscription.resource(), subscription.version(), full, shown)
                .write("edgeways" + subscription.version());
        Notification notification = Notification.of(body.contentType(), body.bytes());
        return memory.due.isEmpty() ? notification : notification.withMore();
    }

    private static boolean isTold(Memory memory, ResourceList.Resource resource) {
        ResourceList.Instance now = resource.instance();
        ResourceList.Instance before = memory.told.get(resource.uri());
        if (now == null || before == null || now.state() != before.state()) {
            return false;
        }
        return Arrays.equals(document(now), document(before));
    }

    private static byte[] document(ResourceList.Instance instance) {
        ResourceList.Body body = instance.body();
        return body == null ? NOTHING : body.bytes();
    }

    private static void remember(Memory memory, ResourceList.Resource resource) {
        ResourceList.Instance instance = resource.instance();
        if (instance != null) {
            memory.told.put(resource.uri(), instance);
        }
    }

    private ResourceList.Resource resource(String owner, String address) {
        Contact contact = contacts.contact(owner, address);
        String name = contact == null ? "" : contact.name();
        if (contact == null || !host.isPerson(address)) {
            return new ResourceList.Resource(
                    address, name, instance(address, ResourceList.State.TERMINATED, "noresource", null));
        }
        ResourceList.Instance instance = switch (consent.standing(address, owner)) {
            case ACTIVE -> instance(address, ResourceList.State.ACTIVE, null, presentities.document(address));
            case POLITELY_BLOCKED -> instance(address, ResourceList.State.ACTIVE, null, presentities.closed(address));
            case PENDING -> instance(address, ResourceList.State.PENDING, null, null);
            case REJECTED -> instance(address, ResourceList.State.TERMINATED, "rejected", null);
        };
        return new ResourceList.Resource(address, name, instance);
    }

    private static ResourceList.Instance instance(
            String address, ResourceList.State state, @Nullable String reason, byte @Nullable [] document) {
        return new ResourceList.Instance(
                OpaqueName.of("i", "list", address),
                state,
                reason,
                document == null ? null : new ResourceList.Body(PresenceDocument.CONTENT_TYPE, document));
    }
}
