package org.edgeways.settings.kind;

import java.util.Optional;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** A place. */
public record Site(
        @Key(says = "What people call it.") Optional<String> description,

        @Key(
                says = "The pool that requests go to from the edge nodes of this site, unless a Route says otherwise.",
                form = TextForm.NAME,
                refers = "Pool")
        Optional<String> pool) {}
