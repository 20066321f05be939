package org.edgeways.pool.presence.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a person is signed in (RFC 3680, with the GRUUs of RFC 5628).
 *
 * @param version 0 in the first document of a subscription, one more in each following
 * @param full whether all contacts are in it; else only those that have changed
 * @param address the person's address of record
 * @param id the name of the registration, which stays the same
 * @param state of all together
 * @param contacts the devices, in their order
 */
public record RegistrationInfo(
        long version, boolean full, String address, String id, State state, List<Contact> contacts) {

    /** Its media type. */
    public static final String CONTENT_TYPE = "application/reginfo+xml";

    /** Whether somebody is signed in (RFC 3680 section 4.3). */
    public enum State {
        INIT,
        ACTIVE,
        TERMINATED
    }

    /** What happened to a contact last (RFC 3680 section 4.2). */
    public enum Event {
        REGISTERED,
        CREATED,
        REFRESHED,
        SHORTENED,
        EXPIRED,
        DEACTIVATED,
        PROBATION,
        UNREGISTERED,
        REJECTED;

        /** Whether the contact is there after it. */
        public boolean active() {
            return switch (this) {
                case REGISTERED, CREATED, REFRESHED, SHORTENED -> true;
                case EXPIRED, DEACTIVATED, PROBATION, UNREGISTERED, REJECTED -> false;
            };
        }
    }

    /**
     * One device.
     *
     * @param id its name, which stays the same
     * @param event what happened to it last
     * @param uri its address, as its watcher may see it
     * @param displayName how it is called; null if unknown
     * @param instance its {@code +sip.instance} without quotes; null if it has none
     * @param publicGruu its public GRUU; null if it has none
     * @param expiresInSeconds how long the registration still lasts; negative if it is not said
     */
    public record Contact(
            String id,
            Event event,
            String uri,
            @Nullable String displayName,
            @Nullable String instance,
            @Nullable String publicGruu,
            long expiresInSeconds) {}

    /** Copies the contacts. */
    public RegistrationInfo {
        contacts = List.copyOf(contacts);
    }

    /** The document. */
    public byte[] write() {
        List<XmlElement> all = new ArrayList<>();
        contacts.forEach(contact -> all.add(element(contact)));
        XmlElement registration = XmlElement.of(XmlNames.REG_INFO, "registration")
                .with("aor", address)
                .with("id", id)
                .with("state", word(state))
                .withChildren(all);
        return XmlWriter.write(XmlElement.of(XmlNames.REG_INFO, "reginfo", registration)
                .with("version", Long.toString(version))
                .with("state", full ? "full" : "partial"));
    }

    /** In the order of the schema in RFC 3680 section 5.4; the GRUU as in RFC 5628 section 5. */
    private static XmlElement element(Contact contact) {
        List<XmlElement> parts = new ArrayList<>();
        parts.add(XmlElement.of(XmlNames.REG_INFO, "uri", contact.uri()));
        if (contact.displayName() != null) {
            parts.add(XmlElement.of(XmlNames.REG_INFO, "display-name", contact.displayName()));
        }
        if (contact.instance() != null) {
            parts.add(XmlElement.of(XmlNames.REG_INFO, "unknown-param", '"' + contact.instance() + '"')
                    .with("name", "+sip.instance"));
        }
        if (contact.publicGruu() != null) {
            parts.add(XmlElement.of(XmlNames.GRUU_INFO, "pub-gruu").with("uri", contact.publicGruu()));
        }
        XmlElement element = XmlElement.of(XmlNames.REG_INFO, "contact")
                .with("id", contact.id())
                .with("state", contact.event().active() ? "active" : "terminated")
                .with("event", word(contact.event()));
        if (contact.expiresInSeconds() >= 0) {
            element = element.with("expires", Long.toString(contact.expiresInSeconds()));
        }
        return element.withChildren(parts);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
