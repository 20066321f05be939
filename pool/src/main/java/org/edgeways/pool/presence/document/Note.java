package org.edgeways.pool.presence.document;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A remark of the person's (RFC 3863 section 4.1.6, RFC 4479 section 3.4).
 *
 * @param language its {@code xml:lang}; empty if unknown
 * @param text what it says
 */
public record Note(String language, String text) {

    /** Longest text, in characters; the rest is cut off. */
    public static final int LONGEST = 1_000;

    /** Most that are read of one place, in several languages for instance; the rest is left out. */
    public static final int MOST = 8;

    private static final int LONGEST_LANGUAGE = 35;
    private static final XmlElement.Name LANGUAGE = new XmlElement.Name(XmlNames.XML, "lang");

    static List<Note> in(XmlElement parent, String namespace) {
        List<Note> notes = new ArrayList<>();
        for (XmlElement element : parent.children(namespace, "note")) {
            String text = cut(element.content());
            if (!text.isEmpty() && notes.size() < MOST) {
                notes.add(new Note(language(element.attributes().get(LANGUAGE)), text));
            }
        }
        return notes;
    }

    XmlElement element(String namespace) {
        XmlElement plain = XmlElement.of(namespace, "note", text);
        return language.isEmpty() ? plain : plain.with(LANGUAGE, language);
    }

    private static String cut(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end).strip();
    }

    private static String language(@Nullable String tag) {
        boolean good = tag != null
                && tag.length() <= LONGEST_LANGUAGE
                && tag.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '-'));
        return tag == null || !good ? "" : tag;
    }
}
