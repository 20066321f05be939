package org.edgeways.settings.explain;

import java.util.List;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.KeyForm;
import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.ValueForm;
import org.edgeways.settings.kind.Kind;
import org.edgeways.settings.text.Durations;

/** The page {@code docs/settings.md}. */
public final class ReferencePage {

    private static final String HEAD = """
            # Settings

            <!-- Made from the descriptions in the room settings; a test says how to make it again. -->

            The inside reads a directory of YAML files. Each file holds documents, with a line `---` between them; a document
            has a `kind`, a `name` and a `spec`. Files end in `.yaml` or `.yml`; how documents are spread over files does not
            matter. `edgeways check DIR` says what is wrong with a directory, without a running system.

            - A set is taken whole or not at all. While something is wrong with it, what ran before runs on; but a pool that is started
              with such a set does not start, so check before you restart.
            - Of certificates only the names of their files are here. The check does not look whether they are there: those of a `Pool` are
              looked for in its data directory, those of an `EdgeNode` in the node's own. A node of which neither file is there shows a
              certificate that it made itself.
            - A key that there is not is an error, as is a name that names nothing.
            - Times are written with a unit: `500ms`, `30s`, `5m`, `12h`, `7d`. Bytes are written as a number, or with `KiB`, `MiB`,
              `GiB` or `TiB`.
            - Anchors, aliases and tags of YAML are not taken.
            - *restart* at a key: an edge node or pool takes a change of it only when it is started again. In this version that holds for every
              other key of a node too: it keeps the new settings, `edgeways status` says which keys wait, and its next start takes
              them. Whom the inside leg trusts and which certificates it refuses change at once.
            - People are not in the settings: `edgeways user` adds and changes them.

            The schema for editors is [settings.schema.json](settings.schema.json).

            """;

    private ReferencePage() {}

    /**
     * The page, ending in a line feed.
     *
     * @param example documents of a whole set, YAML
     */
    public static String text(String example) {
        StringBuilder page = new StringBuilder(HEAD);
        page.append("## An example\n\n```yaml\n").append(example).append("```\n");
        for (Kind kind : Kind.values()) {
            RecordForm form = kind.form();
            page.append("\n## ")
                    .append(kind.word())
                    .append("\n\n")
                    .append(kind.says())
                    .append("\n\n");
            page.append("| key | meaning | value | without it |\n|---|---|---|---|\n");
            rows(form, "", page);
            StringBuilder retired = new StringBuilder();
            retired(form, "", retired);
            if (!retired.isEmpty()) {
                page.append("\nKeys that other files had or have:\n\n").append(retired);
            }
        }
        return page.toString();
    }

    private static void rows(RecordForm form, String path, StringBuilder page) {
        for (KeyForm key : form.keys()) {
            String name = path + key.name();
            page.append("| `")
                    .append(name)
                    .append("` | ")
                    .append(cell(key.key().says()))
                    .append(key.key().restart() ? " *restart*" : "")
                    .append(" | ")
                    .append(cell(value(key.value())))
                    .append(" | ")
                    .append(cell(without(key)))
                    .append(" |\n");
            if (key.value() instanceof ValueForm.Group group) {
                rows(group.record(), name + ".", page);
            }
        }
    }

    private static String without(KeyForm key) {
        if (!key.key().usual().equals(Key.REQUIRED)) {
            String usual = key.key().usual();
            return usual.isEmpty() ? "none" : "`" + usual + "`";
        }
        if (key.required()) {
            return "**must be there**";
        }
        return key.optional() ? "" : "the usual ones";
    }

    private static String value(ValueForm form) {
        return switch (form) {
            case ValueForm.Whole whole when whole.bytes() -> whole.least() + " to " + whole.most() + " bytes";
            case ValueForm.Whole whole -> whole.least() + " to " + whole.most();
            case ValueForm.Flag flag -> "true or false";
            case ValueForm.Time time -> Durations.text(time.least()) + " to " + Durations.text(time.most());
            case ValueForm.Choice choice -> "`" + String.join("`, `", choice.words()) + "`";
            case ValueForm.Text text ->
                text.refers().isEmpty()
                        ? text.form().expected()
                        : "the name of " + (text.refers().matches("[AEO].*") ? "an " : "a ") + text.refers();
            case ValueForm.Group group -> "keys below it";
            case ValueForm.Many many -> range(many) + ", each " + value(many.element());
        };
    }

    private static String range(ValueForm.Many many) {
        return "a list" + (many.atLeast() > 0 ? " of " + many.atLeast() + " to " : " of at most ") + many.atMost();
    }

    private static void retired(RecordForm form, String path, StringBuilder into) {
        form.retired()
                .forEach((key, instead) -> into.append("- `")
                        .append(path)
                        .append(key)
                        .append("`: ")
                        .append(instead)
                        .append(".\n"));
        for (KeyForm key : form.keys()) {
            if (key.value() instanceof ValueForm.Group group) {
                retired(group.record(), path + key.name() + ".", into);
            }
        }
    }

    private static String cell(String text) {
        return List.of(text.split("\\|", -1)).stream()
                .reduce((one, other) -> one + "\\|" + other)
                .orElse("");
    }
}
