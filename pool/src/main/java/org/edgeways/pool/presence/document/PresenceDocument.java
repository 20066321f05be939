package org.edgeways.pool.presence.document;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * What one device says about its person: a presence document (RFC 3863) with data model (RFC 4479) and activities (RFC
 * 4480), as far as it is understood. Everything else in it, contacts included, is left out.
 *
 * @param entity whose presence it says it is; empty if it does not
 * @param tuples the services of the device, in their order
 * @param activities what the person does, wherever the document says so, without repetition
 * @param notes the person's remarks: of the person element, else of the document
 */
public record PresenceDocument(String entity, List<Tuple> tuples, List<Activity> activities, List<Note> notes) {

    /** Its media type. */
    public static final String CONTENT_TYPE = "application/pidf+xml";

    /** Whether a service can be reached. */
    public enum Basic {
        OPEN,
        CLOSED,
        /** It does not say, or something that nobody knows. */
        UNKNOWN
    }

    /**
     * One service.
     *
     * @param id its name in the document
     * @param basic whether it can be reached
     * @param linphoneOnline whether it has Linphone's element that says so too
     * @param notes remarks about it
     * @param timestamp when it became so, to the second; null if it does not say
     */
    public record Tuple(
            String id,
            Basic basic,
            boolean linphoneOnline,
            List<Note> notes,
            @Nullable Instant timestamp) {

        /** Copies the notes. */
        public Tuple {
            notes = List.copyOf(notes);
        }
    }

    /** Copies the lists. */
    public PresenceDocument {
        tuples = List.copyOf(tuples);
        activities = List.copyOf(activities);
        notes = List.copyOf(notes);
    }

    /** Reads a document that a stranger wrote; unknown parts are left out. */
    public static Result<PresenceDocument> read(XmlReader reader, byte[] bytes) {
        return switch (reader.read(bytes)) {
            case Result.Bad<XmlElement> bad -> bad.as();
            case Result.Ok<XmlElement>(XmlElement root) -> of(root);
        };
    }

    private static Result<PresenceDocument> of(XmlElement root) {
        if (!root.is(XmlNames.PIDF, "presence")) {
            return Result.bad(DocumentErrorCode.PRESENCE_MALFORMED, 0, "its root is not presence of " + XmlNames.PIDF);
        }
        List<Tuple> tuples = new ArrayList<>();
        root.children(XmlNames.PIDF, "tuple").forEach(element -> tuples.add(tuple(element)));
        Set<Activity> activities = new LinkedHashSet<>();
        collect(root, activities);
        List<Note> notes = new ArrayList<>();
        for (XmlElement person : root.children(XmlNames.DATA_MODEL, "person")) {
            notes.addAll(Note.in(person, XmlNames.DATA_MODEL));
        }
        if (notes.isEmpty()) {
            notes.addAll(Note.in(root, XmlNames.PIDF));
        }
        String entity = root.attribute("entity");
        return Result.ok(new PresenceDocument(
                entity == null ? "" : entity,
                tuples,
                List.copyOf(activities),
                notes.subList(0, Math.min(Note.MOST, notes.size()))));
    }

    private static Tuple tuple(XmlElement element) {
        String id = element.attribute("id");
        XmlElement status = element.child(XmlNames.PIDF, "status");
        XmlElement basic = status == null ? null : status.child(XmlNames.PIDF, "basic");
        XmlElement timestamp = element.child(XmlNames.PIDF, "timestamp");
        return new Tuple(
                id == null ? "" : id,
                basic == null ? Basic.UNKNOWN : basic(basic.content()),
                status != null && status.child(XmlNames.LINPHONE, "online") != null,
                Note.in(element, XmlNames.PIDF),
                timestamp == null ? null : time(timestamp.content()));
    }

    private static Basic basic(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "open" -> Basic.OPEN;
            case "closed" -> Basic.CLOSED;
            default -> Basic.UNKNOWN;
        };
    }

    private static @Nullable Instant time(String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.SECONDS);
            // a year of more than four digits is not written as RFC 3339 wants it
            return time.isBefore(Instant.EPOCH) || time.isAfter(Instant.ofEpochSecond(253_402_300_799L)) ? null : time;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** RFC 4480 has activities in the person; drafts and clients have them in tuples, their status and the root. */
    private static void collect(XmlElement parent, Set<Activity> found) {
        for (XmlElement element : parent.elements()) {
            if (element.is(XmlNames.RPID, "activities")) {
                element.elements().forEach(activity -> add(activity.name(), activity, found));
            } else if (element.is(XmlNames.OLD_RPID, "activities")) {
                element.elements().forEach(activity -> add(activity.content(), activity, found));
            } else {
                collect(element, found);
            }
        }
    }

    private static void add(String name, XmlElement element, Set<Activity> found) {
        Activity activity = Activity.of(name);
        // RFC 4480 section 3.2: other, in the person's own words
        Activity meant = activity == Activity.OTHER ? Activity.of(element.content()) : activity;
        if (activity != null) {
            found.add(meant == null ? activity : meant);
        }
    }
}
