package org.edgeways.settings.form;

import java.util.Locale;

/** An enum whose constants are not written as their names in lower case with hyphens. */
public interface Word {

    /** How it is written. */
    String word();

    /** How a constant of any enum is written. */
    static String of(Enum<?> constant) {
        return constant instanceof Word word
                ? word.word()
                : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
