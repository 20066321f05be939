package org.edgeways.pool.presence.engine;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** All subscriptions, found by their dialog, by what they are to and by who watches. */
final class Subscriptions {

    private final Map<String, Subscription> byId = new HashMap<>();
    private final Map<String, Map<String, Subscription>> byResource = new HashMap<>();
    private final Map<String, Map<String, Subscription>> byWatcher = new HashMap<>();

    /** The subscription in whose dialog a request is, or null. */
    @Nullable
    Subscription inDialog(SipMessage request) {
        String tag = request.toTag();
        Subscription subscription = tag == null ? null : byId.get(tag);
        return subscription != null && subscription.callId.equals(request.callId()) ? subscription : null;
    }

    void add(Subscription subscription) {
        byId.put(subscription.id, subscription);
        byResource
                .computeIfAbsent(key(subscription.event, subscription.resource), k -> new LinkedHashMap<>())
                .put(subscription.id, subscription);
        byWatcher
                .computeIfAbsent(subscription.watcher, k -> new LinkedHashMap<>())
                .put(subscription.id, subscription);
    }

    /** Takes one out; false if it is not there. */
    boolean remove(Subscription subscription) {
        if (byId.remove(subscription.id) == null) {
            return false;
        }
        removeFrom(byResource, key(subscription.event, subscription.resource), subscription);
        removeFrom(byWatcher, subscription.watcher, subscription);
        return true;
    }

    private static void removeFrom(
            Map<String, Map<String, Subscription>> index, String key, Subscription subscription) {
        Map<String, Subscription> all = index.get(key);
        if (all != null) {
            all.remove(subscription.id);
            if (all.isEmpty()) {
                index.remove(key);
            }
        }
    }

    private static String key(EventPackage event, String resource) {
        return event.name() + " " + resource;
    }

    /** Those to an event of a resource, as they are now; a copy. */
    List<Subscription> of(EventPackage event, String resource) {
        return copy(byResource.get(key(event, resource)));
    }

    /** How many there are to an event of a resource. */
    int countOf(EventPackage event, String resource) {
        return byResource.getOrDefault(key(event, resource), Map.of()).size();
    }

    /** All of a watcher, as they are now; a copy. */
    List<Subscription> ofWatcher(String watcher) {
        return copy(byWatcher.get(watcher));
    }

    private static List<Subscription> copy(@Nullable Map<String, Subscription> found) {
        return found == null ? List.of() : List.copyOf(found.values());
    }

    /** All of a watcher, to look at. */
    Collection<Subscription> viewOfWatcher(String watcher) {
        return byWatcher.getOrDefault(watcher, Map.of()).values();
    }

    /** All who watch or are watched. */
    Set<String> people() {
        Set<String> all = new HashSet<>(byWatcher.keySet());
        byId.values().forEach(one -> all.add(one.resource));
        return all;
    }

    int size() {
        return byId.size();
    }
}
