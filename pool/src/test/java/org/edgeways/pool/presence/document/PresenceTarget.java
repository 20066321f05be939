package org.edgeways.pool.presence.document;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.Result;

/**
 * Any bytes as a presence document: nothing throws; what was read writes to what reads back the same; what is composed of
 * it is a presence document that says of the person what the device said, and names nobody but them.
 */
public final class PresenceTarget {

    private static final String ENTITY = "sip:alice@acorn.example";
    private static final XmlReader READER = new XmlReader();

    private PresenceTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        switch (READER.read(data)) {
            case Result.Bad<XmlElement> bad -> inside(bad.offset(), data);
            case Result.Ok<XmlElement>(XmlElement root) -> {
                byte[] written = XmlWriter.write(root);
                XmlElement again = READER.read(written).orThrow();
                that(
                        Arrays.equals(XmlWriter.write(again), written),
                        "what was written reads back as something else: " + text(written));
            }
        }
        switch (PresenceDocument.read(READER, data)) {
            case Result.Bad<PresenceDocument> bad -> inside(bad.offset(), data);
            case Result.Ok<PresenceDocument>(PresenceDocument said) -> composed(said);
        }
    }

    private static void composed(PresenceDocument said) {
        Composition.Device device = new Composition.Device("device", said, 1);
        byte[] bytes = Composition.compose(ENTITY, List.of(device));
        PresenceDocument composed = PresenceDocument.read(READER, bytes).orThrow();
        that(composed.entity().equals(ENTITY), "another entity");
        that(composed.tuples().size() == 1, "one tuple of one device");
        that(
                (composed.tuples().getFirst().basic() == PresenceDocument.Basic.OPEN) == device.open(),
                "another status: " + text(bytes));
        that(composed.activities().equals(said.activities()), "other activities: " + text(bytes));
        that(composed.notes().size() == said.notes().size(), "other notes: " + text(bytes));
        XmlElement root = READER.read(bytes).orThrow();
        root.children(XmlNames.PIDF, "tuple")
                .forEach(tuple -> tuple.children(XmlNames.PIDF, "contact")
                        .forEach(contact -> that(contact.content().equals(ENTITY), "another contact")));
        that(
                Arrays.equals(Composition.compose(ENTITY, List.of(new Composition.Device("device", said, 2))), bytes),
                "the time of activity is in the document");
    }

    private static void inside(int offset, byte[] data) {
        that(offset >= 0 && offset <= data.length, "the failure points out of the document: " + offset);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
