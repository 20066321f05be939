package org.edgeways.settings.form;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.edgeways.settings.text.Durations;
import org.edgeways.settings.text.Nearest;
import org.edgeways.settings.text.Node;
import org.edgeways.settings.text.Place;
import org.edgeways.settings.text.Problem;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Reads records out of trees. Everything that is wrong goes to the problems, and a stand-in takes its place; what was read
 * is to be used only if there is no problem.
 */
public final class RecordReader {

    private final Problems problems;
    private final Map<String, Place> places = new HashMap<>();
    private final List<ReadRecord.Reference> references = new ArrayList<>();

    private RecordReader(Problems problems) {
        this.problems = problems;
    }

    /**
     * Reads one record.
     *
     * @param path the keys around it, such as {@code spec}; empty if there are none
     */
    public static ReadRecord read(RecordForm form, Node node, String path, Problems problems) {
        RecordReader reader = new RecordReader(problems);
        reader.places.put(path, node.place());
        reader.places.putIfAbsent("", node.place());
        return new ReadRecord(reader.group(form, node, path), reader.places, reader.references);
    }

    private Record group(RecordForm form, Node node, String path) {
        int before = problems.count();
        Map<String, Node.Entry> entries = Map.of();
        switch (node) {
            case Node.Table table -> entries = table.entries();
            case Node.Nothing nothing -> {
                // everything of the group is commented out
            }
            default -> wrong(node, path, new ValueForm.Group(form));
        }
        Set<String> meant = new HashSet<>();
        entries.forEach((name, entry) -> known(form, name, entry, path).ifPresent(meant::add));
        List<Object> values = new ArrayList<>();
        for (KeyForm key : form.keys()) {
            Node.Entry entry = entries.get(key.name());
            String at = inner(path, key.name());
            // what is there under a wrong name is not missing as well
            boolean misspelt = entry == null && key.required() && meant.contains(key.name());
            values.add(misspelt ? standIn(key.value()) : value(key, entry, node.place(), at));
        }
        Record record = form.make(values);
        if (record instanceof Checked checked && problems.count() == before) {
            checked.check((key, what) -> {
                String whole = inner(path, key);
                problems.add(SettingsErrorCode.VALUES_DISAGREE, place(whole, node.place()), whole, what);
            });
        }
        return record;
    }

    /** Notes a key that there is not; gives the one that was probably meant. */
    private Optional<String> known(RecordForm form, String name, Node.Entry entry, String path) {
        places.put(inner(path, name), entry.place());
        if (form.names().contains(name)) {
            return Optional.empty();
        }
        String whole = inner(path, name);
        String instead = form.retired().get(name);
        if (instead != null) {
            problems.add(SettingsErrorCode.KEY_RETIRED, entry.place(), whole, "is said in another way now: " + instead);
            return Optional.empty();
        }
        Optional<String> nearest = Nearest.to(name, form.names());
        problems.add(new Problem(
                SettingsErrorCode.KEY_UNKNOWN,
                entry.place(),
                whole,
                "is no known key; known here: " + String.join(", ", form.names()),
                nearest));
        return nearest;
    }

    private Object value(KeyForm key, Node.@Nullable Entry entry, Place around, String path) {
        if (entry != null) {
            Object read = read(key.value(), entry.value(), path);
            return key.optional() ? Optional.of(read) : read;
        }
        if (key.optional()) {
            return Optional.empty();
        }
        if (!key.key().usual().equals(Key.REQUIRED)) {
            return usual(key, around, path);
        }
        if (key.value() instanceof ValueForm.Group group && !key.required()) {
            return group(group.record(), new Node.Nothing(around), path);
        }
        problems.add(
                SettingsErrorCode.KEY_MISSING,
                around,
                path,
                "is missing; must be " + key.value().expected());
        return standIn(key.value());
    }

    /** What is written at the component is read as if it stood in the text. */
    private Object usual(KeyForm key, Place around, String path) {
        String text = key.key().usual();
        if (key.value() instanceof ValueForm.Many many) {
            List<Object> elements = new ArrayList<>();
            for (String element : text.isEmpty() ? new String[0] : text.split(", ", -1)) {
                elements.add(read(many.element(), written(many.element(), element, around), path));
            }
            return List.copyOf(elements);
        }
        return read(key.value(), written(key.value(), text, around), path);
    }

    private static Node written(ValueForm form, String text, Place place) {
        return switch (form) {
            case ValueForm.Whole whole when !text.endsWith("B") -> new Node.Whole(place, new BigInteger(text));
            case ValueForm.Flag flag -> new Node.Flag(place, Boolean.parseBoolean(text));
            default -> new Node.Text(place, text);
        };
    }

    private Object read(ValueForm form, Node node, String path) {
        return switch (form) {
            case ValueForm.Whole whole -> whole(whole, node, path);
            case ValueForm.Flag flag -> node instanceof Node.Flag read ? read.value() : wrong(node, path, form);
            case ValueForm.Time time -> time(time, node, path);
            case ValueForm.Choice choice -> choice(choice, node, path);
            case ValueForm.Text text -> text(text, node, path);
            case ValueForm.Group group -> group(group.record(), node, path);
            case ValueForm.Many many -> many(many, node, path);
        };
    }

    private Object whole(ValueForm.Whole form, Node node, String path) {
        OptionalLong read = switch (node) {
            case Node.Whole whole
            when whole.value().bitLength() < Long.SIZE ->
                OptionalLong.of(whole.value().longValue());
            case Node.Text text when form.bytes() -> Bytes.parse(text.value());
            default -> OptionalLong.empty();
        };
        if (read.isEmpty() || read.getAsLong() < form.least() || read.getAsLong() > form.most()) {
            return wrong(node, path, form);
        }
        return number(form, read.getAsLong());
    }

    private static Object number(ValueForm.Whole form, long value) {
        // not one conditional expression: it would make a long of both
        if (form.wide()) {
            return value;
        }
        return Math.toIntExact(value);
    }

    private Object time(ValueForm.Time form, Node node, String path) {
        Optional<Duration> read = node instanceof Node.Text text ? Durations.parse(text.value()) : Optional.empty();
        return read.filter(time -> time.compareTo(form.least()) >= 0 && time.compareTo(form.most()) <= 0)
                .<Object>map(time -> time)
                .orElseGet(() -> wrong(node, path, form));
    }

    private Object choice(ValueForm.Choice form, Node node, String path) {
        if (!(node instanceof Node.Text text)) {
            return wrong(node, path, form);
        }
        for (Enum<?> constant : form.constants()) {
            if (Word.of(constant).equals(text.value())) {
                return constant;
            }
        }
        problems.addNamed(
                SettingsErrorCode.VALUE_WRONG,
                node.place(),
                path,
                "must be " + form.expected() + ", is " + node.shown(),
                text.value(),
                form.words());
        return standIn(form);
    }

    private Object text(ValueForm.Text form, Node node, String path) {
        if (!(node instanceof Node.Text text) || !form.form().fits(text.value())) {
            return wrong(node, path, form);
        }
        if (!form.refers().isEmpty()) {
            references.add(new ReadRecord.Reference(form.refers(), text.value(), node.place(), path));
        }
        return text.value();
    }

    private Object many(ValueForm.Many form, Node node, String path) {
        if (!(node instanceof Node.Many many)
                || many.elements().size() < form.atLeast()
                || many.elements().size() > form.atMost()) {
            return wrong(node, path, form);
        }
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < many.elements().size(); i++) {
            Node element = many.elements().get(i);
            String at = path + "[" + i + "]";
            places.put(at, element.place());
            elements.add(read(form.element(), element, at));
        }
        return List.copyOf(elements);
    }

    private Object wrong(Node node, String path, ValueForm form) {
        problems.add(new Problem(
                SettingsErrorCode.VALUE_WRONG,
                node.place(),
                path,
                "must be " + form.expected() + ", is " + node.shown() + hint(node, form),
                Optional.empty()));
        return standIn(form);
    }

    private static String hint(Node node, ValueForm form) {
        boolean unquoted = !(node instanceof Node.Text
                || node instanceof Node.Many
                || node instanceof Node.Table
                || node instanceof Node.Nothing);
        return form instanceof ValueForm.Text && unquoted ? ", which is no text unless it is in quotes" : "";
    }

    private Object standIn(ValueForm form) {
        return switch (form) {
            case ValueForm.Whole whole -> number(whole, whole.least());
            case ValueForm.Flag flag -> false;
            case ValueForm.Time time -> time.least();
            case ValueForm.Choice choice -> choice.constants().getFirst();
            case ValueForm.Text text -> "";
            case ValueForm.Group group -> standIn(group.record());
            case ValueForm.Many many -> List.of();
        };
    }

    private Record standIn(RecordForm form) {
        List<Object> values = new ArrayList<>();
        for (KeyForm key : form.keys()) {
            values.add(key.optional() ? Optional.empty() : standIn(key.value()));
        }
        return form.make(values);
    }

    private Place place(String path, Place otherwise) {
        return places.getOrDefault(path, otherwise);
    }

    private static String inner(String path, String key) {
        if (key.isEmpty()) {
            return path;
        }
        return path.isEmpty() ? key : path + "." + key;
    }
}
