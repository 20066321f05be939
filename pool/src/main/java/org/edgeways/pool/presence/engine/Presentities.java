package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.pool.presence.document.Composition;
import org.edgeways.pool.presence.document.PresenceDocument;
import org.jspecify.annotations.Nullable;

/** The people whose presence is watched: on which devices they are signed in, and the document that follows from it. */
final class Presentities {

    private static final class Presentity {
        /** The devices on which the person is signed in, each with the time since when. */
        private Map<String, Long> devices = Map.of();

        private byte @Nullable [] document;
        private byte @Nullable [] closed;
    }

    private final PresenceHost host;
    private final Publications publications;
    private final Map<String, Presentity> people = new HashMap<>();

    Presentities(PresenceHost host, Publications publications) {
        this.host = host;
        this.publications = publications;
    }

    /**
     * The person's registrations are perhaps others than before.
     *
     * @return whether any device has come or gone
     */
    boolean bindingsChanged(String person, long now) {
        Presentity known = people.get(person);
        Map<String, Long> before = known == null ? Map.of() : known.devices;
        Map<String, Long> after = new LinkedHashMap<>();
        for (LiveDevice device : host.devices(person, now)) {
            Long since = before.get(device.id());
            after.put(device.id(), since == null ? device.registeredAt() : since);
        }
        if (after.equals(before)) {
            return false;
        }
        Presentity presentity = people.computeIfAbsent(person, p -> new Presentity());
        presentity.devices = after;
        presentity.document = null;
        Set<String> gone = new HashSet<>(before.keySet());
        gone.removeAll(after.keySet());
        if (!gone.isEmpty()) {
            publications.devicesGone(person, gone, now);
        }
        return true;
    }

    /** What the person's devices publish has changed. */
    void publicationsChanged(String person) {
        Presentity presentity = people.get(person);
        if (presentity != null) {
            presentity.document = null;
        }
    }

    /** Forgets a person who is no more. */
    void forget(String person) {
        people.remove(person);
    }

    /** Whether the person is signed in on any device. */
    boolean signedIn(String person) {
        Presentity presentity = people.get(person);
        return presentity != null && !presentity.devices.isEmpty();
    }

    /** The presence document of a person, for those who may see it. */
    byte[] document(String person) {
        Presentity presentity = people.computeIfAbsent(person, p -> new Presentity());
        byte[] document = presentity.document;
        if (document == null) {
            document = presentity.devices.isEmpty() ? closed(person) : compose(person, presentity.devices);
            presentity.document = document;
        }
        return document;
    }

    /** The presence document of somebody of that address who is not there. */
    byte[] closed(String person) {
        Presentity presentity = people.computeIfAbsent(person, p -> new Presentity());
        byte[] document = presentity.closed;
        if (document == null) {
            document = Composition.compose(person, List.of());
            presentity.closed = document;
        }
        return document;
    }

    private byte[] compose(String person, Map<String, Long> live) {
        Map<String, Publications.Published> published = new HashMap<>();
        List<Composition.Device> devices = new ArrayList<>();
        for (Publications.Published one : publications.of(person)) {
            String device = one.publication().device();
            if (device != null) {
                published.put(device, one);
            } else {
                // sent with credentials, from a connection without registration
                devices.add(new Composition.Device(
                        one.publication().id(),
                        one.document(),
                        one.publication().changedAt()));
            }
        }
        live.forEach((device, since) -> {
            Publications.Published one = published.get(device);
            PresenceDocument document = one == null ? null : one.document();
            devices.add(new Composition.Device(
                    device, document, one == null ? since : one.publication().changedAt()));
        });
        return Composition.compose(person, devices);
    }
}
