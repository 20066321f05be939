package org.edgeways.settings.text;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** A value of a YAML or JSON text, with its place. */
public sealed interface Node {

    /** Where it begins. */
    Place place();

    /** What it is, shortly, for a message: the value itself, or that it is a list. */
    String shown();

    /** A text; also a plain YAML word that means nothing else. */
    record Text(Place place, String value) implements Node {
        private static final int MOST_SHOWN = 60;

        @Override
        public String shown() {
            StringBuilder shown = new StringBuilder("\"");
            value.codePoints()
                    .limit(MOST_SHOWN)
                    .forEach(point -> shown.appendCodePoint(Character.isISOControl(point) ? '\uFFFD' : point));
            return shown.append(value.codePointCount(0, value.length()) > MOST_SHOWN ? "…\"" : "\"")
                    .toString();
        }
    }

    /** A whole number. */
    record Whole(Place place, BigInteger value) implements Node {
        @Override
        public String shown() {
            return value.bitLength() > 128 ? "a very large number" : value.toString();
        }
    }

    /** True or false. */
    record Flag(Place place, boolean value) implements Node {
        @Override
        public String shown() {
            return Boolean.toString(value);
        }
    }

    /** A key with nothing behind it, or {@code null}. */
    record Nothing(Place place) implements Node {
        @Override
        public String shown() {
            return "empty";
        }
    }

    /** A list. */
    record Many(Place place, List<Node> elements) implements Node {
        public Many {
            elements = List.copyOf(elements);
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    /** Keys and their values, in the order of the text. */
    record Table(Place place, Map<String, Entry> entries) implements Node {

        @Override
        public String shown() {
            return "a group of keys";
        }
    }

    /**
     * What stands behind a key.
     *
     * @param place of the key
     * @param value behind it
     */
    record Entry(Place place, Node value) {}
}
