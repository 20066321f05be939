package org.edgeways.pool.presence.document;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one presence document of what a person's devices say (RFC 3903 section 6, RFC 4479 section 3).
 * <ul>
 *   <li>Each device is one tuple: open if one of its own tuples is, or if it says nothing. Its contact is the person's
 *       address, its id is made of the device's and stays the same; nothing of a device's name is in it.
 *   <li>What the person does and remarks is one device's word: that of a busy one, among several the one that was active
 *       last; if none is busy, the one that was active last of those that can be reached, else of all.
 *   <li>Without devices there is one tuple, closed. That is also what a watcher sees who is politely blocked.
 * </ul>
 * The tuples that can be reached come first, and of these the deciding device's: some clients read no other.
 */
public final class Composition {

    private static final String NOBODY = "none";
    private static final String PERSON = "person";

    /**
     * One device on which the person is signed in.
     *
     * @param id its name, which stays the same; it is not shown
     * @param published what it says; null if it says nothing
     * @param activeAt when it last said something new, or else signed in: any clock, the greater is the later
     */
    public record Device(String id, @Nullable PresenceDocument published, long activeAt) {

        /** Whether its person can be reached there. */
        public boolean open() {
            return published == null
                    || published.tuples().isEmpty()
                    || published.tuples().stream().anyMatch(t -> t.basic() != PresenceDocument.Basic.CLOSED);
        }

        /** Whether its person is not to be disturbed. */
        public boolean busy() {
            return published != null && published.activities().stream().anyMatch(Activity::busy);
        }
    }

    private static final Comparator<Device> DECIDES = Comparator.comparing(Device::busy)
            .thenComparing(Device::open)
            .thenComparingLong(Device::activeAt)
            .thenComparing(Device::id);

    private Composition() {}

    /**
     * The person's presence.
     *
     * @param entity the person's address of record
     * @param devices where they are signed in, in any order
     */
    public static byte[] compose(String entity, List<Device> devices) {
        List<XmlElement> parts = new ArrayList<>();
        if (devices.isEmpty()) {
            parts.add(tuple(NOBODY, entity, status("closed", false), List.of(), null));
            return document(entity, parts);
        }
        Device deciding = devices.stream().max(DECIDES).orElseThrow();
        devices.stream()
                .sorted(Comparator.comparing(Device::open)
                        .reversed()
                        .thenComparing(device -> !device.id().equals(deciding.id()))
                        .thenComparing(Device::id))
                .forEach(device -> parts.add(tuple(device, entity)));
        parts.add(person(deciding.published()));
        return document(entity, parts);
    }

    private static byte[] document(String entity, List<XmlElement> parts) {
        return XmlWriter.write(
                XmlElement.of(XmlNames.PIDF, "presence").with("entity", entity).withChildren(parts));
    }

    private static XmlElement tuple(Device device, String entity) {
        PresenceDocument said = device.published();
        List<PresenceDocument.Tuple> tuples = said == null ? List.of() : said.tuples();
        boolean open = device.open();
        // of several tuples the first that tells what the device tells
        PresenceDocument.Tuple shown = tuples.stream()
                .filter(t -> (t.basic() != PresenceDocument.Basic.CLOSED) == open)
                .findFirst()
                .orElse(null);
        boolean online = open && tuples.stream().anyMatch(PresenceDocument.Tuple::linphoneOnline);
        return tuple(
                "t" + hash(entity + " " + device.id()),
                entity,
                status(open ? "open" : "closed", online),
                shown == null ? List.of() : shown.notes(),
                shown == null || shown.timestamp() == null
                        ? null
                        : shown.timestamp().toString());
    }

    private static XmlElement status(String basic, boolean online) {
        XmlElement word = XmlElement.of(XmlNames.PIDF, "basic", basic);
        return online
                ? XmlElement.of(XmlNames.PIDF, "status", word, XmlElement.of(XmlNames.LINPHONE, "online"))
                : XmlElement.of(XmlNames.PIDF, "status", word);
    }

    /** In the order of the schema in RFC 3863 section 4.4. */
    private static XmlElement tuple(
            String id, String entity, XmlElement status, List<Note> notes, @Nullable String timestamp) {
        List<XmlElement> parts = new ArrayList<>();
        parts.add(status);
        parts.add(XmlElement.of(XmlNames.PIDF, "contact", entity));
        notes.forEach(note -> parts.add(note.element(XmlNames.PIDF)));
        if (timestamp != null) {
            parts.add(XmlElement.of(XmlNames.PIDF, "timestamp", timestamp));
        }
        return XmlElement.of(XmlNames.PIDF, "tuple").with("id", id).withChildren(parts);
    }

    private static XmlElement person(@Nullable PresenceDocument said) {
        List<XmlElement> parts = new ArrayList<>();
        if (said != null && !said.activities().isEmpty()) {
            parts.add(XmlElement.of(XmlNames.RPID, "activities")
                    .withChildren(said.activities().stream()
                            .map(activity -> XmlElement.of(XmlNames.RPID, activity.element()))
                            .toList()));
        }
        if (said != null) {
            said.notes().forEach(note -> parts.add(note.element(XmlNames.DATA_MODEL)));
        }
        return XmlElement.of(XmlNames.DATA_MODEL, "person").with("id", PERSON).withChildren(parts);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
