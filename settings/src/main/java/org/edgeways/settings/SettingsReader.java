package org.edgeways.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgeways.settings.form.ReadRecord;
import org.edgeways.settings.form.RecordReader;
import org.edgeways.settings.form.TextForm;
import org.edgeways.settings.kind.Kind;
import org.edgeways.settings.text.Node;
import org.edgeways.settings.text.Place;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.settings.text.TextLimits;
import org.edgeways.settings.text.YamlText;
import org.jspecify.annotations.Nullable;

/** Reads documents ({@code kind}, {@code name}, {@code spec}) into a set that fits together, or tells everything that is wrong. No I/O. */
public final class SettingsReader {

    /** Most documents of one set. */
    public static final int MOST_DOCUMENTS = 10_000;

    private static final List<String> KEYS = List.of("kind", "name", Document.SPEC);

    private final Problems problems;
    private final List<Document> documents = new ArrayList<>();

    private SettingsReader(Problems problems) {
        this.problems = problems;
    }

    /** Reads a whole set. */
    public static SettingsOutcome read(List<SettingsFile> files) {
        return read(new Place("", 0), files, new Problems());
    }

    /**
     * Reads a whole set after {@code problems} were found on the way to it.
     *
     * @param whole what to name when something is about the whole set
     */
    static SettingsOutcome read(Place whole, List<SettingsFile> files, Problems problems) {
        SettingsReader reader = new SettingsReader(problems);
        for (SettingsFile file : files) {
            YamlText.read(file.name(), file.text(), TextLimits.FILE, problems).forEach(reader::document);
        }
        boolean complete = problems.isEmpty();
        Optional<Settings> settings = new WholeSet(whole, reader.documents, problems).check(complete);
        if (problems.isEmpty() && settings.isPresent()) {
            return new SettingsOutcome.Good(settings.get());
        }
        return new SettingsOutcome.Bad(problems.all(), problems.count());
    }

    private void document(Node node) {
        if (node instanceof Node.Nothing) {
            return; // an empty file, or nothing between two lines of ---
        }
        if (documents.size() == MOST_DOCUMENTS) {
            problems.add(
                    SettingsErrorCode.TOO_LARGE,
                    node.place(),
                    "",
                    "is one of more than " + MOST_DOCUMENTS + " documents");
            return;
        }
        if (!(node instanceof Node.Table table)) {
            problems.add(
                    SettingsErrorCode.VALUE_WRONG,
                    node.place(),
                    "",
                    "a document must have the keys kind, name and spec, is " + node.shown());
            return;
        }
        int before = problems.count();
        Map<String, Node.Entry> entries = table.entries();
        entries.forEach((key, entry) -> {
            if (!KEYS.contains(key)) {
                problems.addNamed(
                        SettingsErrorCode.KEY_UNKNOWN,
                        entry.place(),
                        key,
                        "is no key of a document; known here: " + String.join(", ", KEYS)
                                + "; what a kind is about stands below spec",
                        key,
                        KEYS);
            }
        });
        Optional<Kind> kind = kind(entries.get("kind"), table.place());
        String name = name(
                entries.get("name"), table.place(), kind.map(Kind::nameForm).orElse(TextForm.NAME));
        Node.Entry spec = entries.get(Document.SPEC);
        if (kind.isPresent()) {
            Node read = spec == null ? new Node.Nothing(table.place()) : spec.value();
            ReadRecord record = RecordReader.read(kind.get().form(), read, Document.SPEC, problems);
            documents.add(new Document(kind.get(), name, table.place(), problems.count() == before, record));
        }
    }

    private Optional<Kind> kind(Node.@Nullable Entry entry, Place document) {
        if (entry == null) {
            missing("kind", document, "one of " + String.join(", ", Kind.words()));
            return Optional.empty();
        }
        Optional<Kind> kind = entry.value() instanceof Node.Text text ? Kind.of(text.value()) : Optional.empty();
        if (kind.isEmpty()) {
            problems.addNamed(
                    SettingsErrorCode.KIND_UNKNOWN,
                    entry.value().place(),
                    "kind",
                    "must be one of " + String.join(", ", Kind.words()) + ", is "
                            + entry.value().shown(),
                    entry.value() instanceof Node.Text text ? text.value() : "",
                    Kind.words());
        }
        return kind;
    }

    private String name(Node.@Nullable Entry entry, Place document, TextForm form) {
        if (entry == null) {
            missing("name", document, form.expected());
            return "";
        }
        if (entry.value() instanceof Node.Text text && form.fits(text.value())) {
            return text.value();
        }
        problems.add(
                SettingsErrorCode.VALUE_WRONG,
                entry.value().place(),
                "name",
                "must be " + form.expected() + ", is " + entry.value().shown());
        return "";
    }

    private void missing(String key, Place place, String expected) {
        problems.add(SettingsErrorCode.KEY_MISSING, place, key, "is missing; must be " + expected);
    }
}
