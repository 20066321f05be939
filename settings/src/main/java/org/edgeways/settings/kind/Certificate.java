package org.edgeways.settings.kind;

import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** A certificate in files. */
public record Certificate(
        @Key(
                says =
                        "The chain in PEM, the leaf first; a relative name counts from the data directory of who shows it.",
                form = TextForm.FILE)
        String certificate,

        @Key(says = "The private key in PEM, not encrypted; relative as above.", form = TextForm.FILE)
        String key) {}
