package org.edgeways.settings.kind;

import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.RecordReader;
import org.edgeways.settings.text.Node;
import org.edgeways.settings.text.Place;
import org.edgeways.settings.text.Problems;

/** Records of which nothing is said. */
public final class UsualSettings {

    private static final AccessSettings ACCESS = of(AccessSettings.class);

    private UsualSettings() {}

    /** Limits that are all the usual ones. */
    public static AccessSettings access() {
        return ACCESS;
    }

    /**
     * A record of which nothing is said.
     *
     * @throws IllegalArgumentException if something of it must be said
     */
    public static <R extends Record> R of(Class<R> type) {
        Problems problems = new Problems();
        R usual = type.cast(RecordReader.read(RecordForm.of(type), new Node.Nothing(new Place("", 0)), "", problems)
                .value());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.all().getFirst().text());
        }
        return usual;
    }
}
