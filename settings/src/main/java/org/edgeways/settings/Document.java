package org.edgeways.settings;

import org.edgeways.settings.form.ReadRecord;
import org.edgeways.settings.kind.Kind;
import org.edgeways.settings.text.Place;

/**
 * One document as it was read.
 *
 * @param kind its kind
 * @param name its name
 * @param place where it begins
 * @param sound nothing is wrong with it alone
 * @param read its {@code spec}
 */
record Document(Kind kind, String name, Place place, boolean sound, ReadRecord read) {

    /** The key that holds what a kind is about. */
    static final String SPEC = "spec";

    /** Where a key of the {@code spec} stands. */
    Place place(String key) {
        return read.place(SPEC + "." + key);
    }

    /** How it is named in messages, such as {@code EdgeNode edge1 (edge.yaml:12)}. */
    String shown() {
        return kind.word() + " " + name + " (" + place + ")";
    }
}
