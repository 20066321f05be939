package org.edgeways.sip.message;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * The {@code ;name=value} parameters of a header or URI, in their order. Names are found without regard to case; values
 * keep the form in which they were written. Immutable.
 */
public final class Parameters {

    /** No parameters. */
    public static final Parameters NONE = new Parameters(List.of());

    private record Entry(String name, @Nullable String value) {}

    private final List<Entry> entries;

    private Parameters(List<Entry> entries) {
        this.entries = entries;
    }

    /** Reads parameters from {@code text}, which is empty or starts with a semicolon. */
    public static Result<Parameters> parse(String text) {
        return parse(text, 0);
    }

    static Result<Parameters> parse(String text, int from) {
        int at = Lexical.skipWhite(text, from);
        if (at == text.length()) {
            return Result.ok(NONE);
        }
        List<Entry> entries = new ArrayList<>(4);
        while (at < text.length()) {
            if (text.charAt(at) != ';') {
                return Result.bad(SipErrorCode.HEADER_MALFORMED, at, "';' expected");
            }
            int nameStart = Lexical.skipWhite(text, at + 1);
            int nameEnd = nameStart;
            while (nameEnd < text.length() && isNameChar(text.charAt(nameEnd))) {
                nameEnd++;
            }
            if (nameEnd == nameStart) {
                return Result.bad(SipErrorCode.HEADER_MALFORMED, nameStart, "parameter name expected");
            }
            String name = text.substring(nameStart, nameEnd);
            at = Lexical.skipWhite(text, nameEnd);
            if (at < text.length() && text.charAt(at) == '=') {
                int valueStart = Lexical.skipWhite(text, at + 1);
                int valueEnd = valueEnd(text, valueStart);
                if (valueEnd <= valueStart) {
                    return Result.bad(SipErrorCode.HEADER_MALFORMED, valueStart, "value expected for " + name);
                }
                entries.add(new Entry(name, text.substring(valueStart, valueEnd)));
                at = Lexical.skipWhite(text, valueEnd);
            } else {
                entries.add(new Entry(name, null));
            }
        }
        return Result.ok(new Parameters(List.copyOf(entries)));
    }

    private static int valueEnd(String text, int start) {
        if (start < text.length() && text.charAt(start) == '"') {
            return Lexical.quotedEnd(text, start);
        }
        int end = start;
        while (end < text.length() && isValueChar(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isNameChar(char c) {
        return Lexical.isTokenChar(c) || c == '[' || c == ']' || c == '/' || c == ':' || c == '&' || c == '$';
    }

    // wider than the grammar: URI parameters allow more than tokens, and the field sends more than both
    private static boolean isValueChar(char c) {
        return c > ' ' && c != ';' && c != ',' && c != '"' && c != '<' && c != '>' && c != '?' && c != 127;
    }

    /** The value without quotes, the empty text for a parameter without value, or null if it is not there. */
    public @Nullable String get(String name) {
        for (Entry entry : entries) {
            if (entry.name.equalsIgnoreCase(name)) {
                return entry.value == null ? "" : Lexical.unquote(entry.value);
            }
        }
        return null;
    }

    /** True if a parameter of that name is there. */
    public boolean has(String name) {
        return get(name) != null;
    }

    /** The names in their order, as they were written. */
    public List<String> names() {
        return entries.stream().map(Entry::name).toList();
    }

    /** Gives each name as it was written, with its value as {@link #get} would, in their order. */
    void forEach(BiConsumer<String, String> each) {
        for (Entry entry : entries) {
            each.accept(entry.name, entry.value == null ? "" : Lexical.unquote(entry.value));
        }
    }

    /** These parameters with {@code name} set, in its place or at the end; a null or empty value makes a flag. */
    public Parameters with(String name, @Nullable String value) {
        List<Entry> changed = new ArrayList<>(entries.size() + 1);
        Entry added = new Entry(name, value == null || value.isEmpty() ? null : value);
        boolean placed = false;
        for (Entry entry : entries) {
            if (!entry.name.equalsIgnoreCase(name)) {
                changed.add(entry);
            } else if (!placed) {
                changed.add(added);
                placed = true;
            }
        }
        if (!placed) {
            changed.add(added);
        }
        return new Parameters(List.copyOf(changed));
    }

    /** These parameters without any of that name. */
    public Parameters without(String name) {
        return new Parameters(entries.stream()
                .filter(entry -> !entry.name.equalsIgnoreCase(name))
                .toList());
    }

    /** How many there are. */
    public int size() {
        return entries.size();
    }

    /** True if there are none. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Parameters parameters && entries.equals(parameters.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    /** In the form {@code ;a=b;c}, empty if there are none. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Entry entry : entries) {
            text.append(';').append(entry.name);
            if (entry.value != null) {
                text.append('=').append(entry.value);
            }
        }
        return text.toString();
    }
}
