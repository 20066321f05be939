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

            - A set is taken whole or not at all. While something is wrong with it, what ran before runs on; a pool that is started
              with such a set begins with the one that was good last, and says so in its log and in `edgeways status`.
            - Of certificates only the names of their files are here. The check does not look whether they are there: those of a `Pool` are
              looked for in its data directory, those of an `EdgeNode` in the node's own. Where a node cannot use them, it shows a
              certificate that it made itself; `edgeways status` says so.
            - The name of an `EdgeNode`, `Pool` or `Connector` has no dot: it stands in certificates as part of a host's name.
            - A key that there is not is an error, as is a name that names nothing.
            - Times are written with a unit: `500ms`, `30s`, `5m`, `12h`, `7d`. Bytes are written as a number, or with `KiB`, `MiB`,
              `GiB` or `TiB`.
            - Anchors, aliases and tags of YAML are not taken.
            - *restart* at a key: an edge node or pool takes a change of it only when it is started again; `edgeways status` says which
              keys wait. Everything else is taken at once, and no connection is dropped: requests that are on their way end by what held
              when they began; limits of a connection (`connection`, `message`, `origins`, `linkSilence`) hold for those that come later.
              Only what a node has opened to the `address` of a `Route` that is taken out is closed, 32 s later.
            - A node refuses settings that its host cannot do, such as an address that it has not, runs on with those of before, and
              `edgeways status` says why; certificates that are refused with them are refused all the same. It is given them again every
              five minutes. One that cannot run what it has when it starts waits on its inside leg for others.
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
            rows(form, "", false, page);
            StringBuilder retired = new StringBuilder();
            retired(form, "", retired);
            if (!retired.isEmpty()) {
                page.append("\nKeys that other files had or have:\n\n").append(retired);
            }
        }
        return page.toString();
    }

    private static void rows(RecordForm form, String path, boolean around, StringBuilder page) {
        for (KeyForm key : form.keys()) {
            String name = path + key.name();
            boolean restart = around || key.key().restart();
            page.append("| `")
                    .append(name)
                    .append("` | ")
                    .append(cell(key.key().says()))
                    .append(restart ? " *restart*" : "")
                    .append(" | ")
                    .append(cell(value(key.value())))
                    .append(" | ")
                    .append(cell(without(key)))
                    .append(" |\n");
            if (key.value() instanceof ValueForm.Group group) {
                rows(group.record(), name + ".", restart, page);
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
