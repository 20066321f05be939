package org.edgeways.settings.text;

import java.util.Optional;

/**
 * One thing that is wrong with settings.
 *
 * @param code which kind of thing
 * @param place where
 * @param key with the keys around it, such as {@code spec.access.sipTlsPort}; empty if it is about no key
 * @param what is wrong and what was expected, for a person
 * @param nearest what was probably meant, where there is such a thing
 */
public record Problem(SettingsErrorCode code, Place place, String key, String what, Optional<String> nearest) {

    /** {@code file:line: key: what; did you mean "…"?}. */
    public String text() {
        String where = place.toString();
        return (where.isEmpty() ? "" : where + ": ")
                + (key.isEmpty() ? "" : key + ": ")
                + what
                + nearest.map(name -> "; did you mean \"" + name + "\"?").orElse("");
    }
}
