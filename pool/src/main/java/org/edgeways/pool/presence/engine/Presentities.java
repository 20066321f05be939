package org.edgeways.pool.presence.engine;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The people whose presence is watched: on which devices they are signed in, and the document that follows from it. */
final class Presentities {

    private static final class Presentity {
        private List<String> devices = List.of();
        private byte @Nullable [] document;
    }

    private final PresenceHost host;
    private final Map<String, Presentity> people = new HashMap<>();

    Presentities(PresenceHost host) {
        this.host = host;
    }

    /** The person's registrations are perhaps others than before; whether any has come or gone. */
    boolean bindingsChanged(String person, long now) {
        List<String> devices =
                host.devices(person, now).stream().map(LiveDevice::id).toList();
        Presentity presentity = people.get(person);
        if (devices.equals(presentity == null ? List.of() : presentity.devices)) {
            return false;
        }
        if (presentity == null) {
            presentity = new Presentity();
            people.put(person, presentity);
        }
        presentity.devices = devices;
        presentity.document = null;
        if (devices.isEmpty()) {
            people.remove(person);
        }
        return true;
    }

    /** The presence document of a person, for those who may see it. */
    byte[] document(String person, long now) {
        Presentity presentity = people.get(person);
        if (presentity == null) {
            return pidf(person, false);
        }
        byte[] document = presentity.document;
        if (document == null) {
            document = pidf(person, true);
            presentity.document = document;
        }
        return document;
    }

    private static byte[] pidf(String person, boolean open) {
        String entity = person.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
        return ("""
                <?xml version="1.0" encoding="UTF-8"?>
                <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="%s">\
                <tuple id="t"><status><basic>%s</basic></status><contact>%s</contact></tuple></presence>
                """.formatted(entity, open ? "open" : "closed", entity)).getBytes(StandardCharsets.UTF_8);
    }
}
