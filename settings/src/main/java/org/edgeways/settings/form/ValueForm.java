package org.edgeways.settings.form;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.edgeways.settings.text.Durations;

/** What a value may be. */
public sealed interface ValueForm {

    /** What is expected, for a message after "must be". */
    String expected();

    /**
     * A whole number.
     *
     * @param least included
     * @param most included
     * @param bytes it counts bytes, and may be written with a unit
     * @param wide it is a {@code long}
     */
    record Whole(long least, long most, boolean bytes, boolean wide) implements ValueForm {
        @Override
        public String expected() {
            return bytes
                    ? "bytes from " + Bytes.text(least) + " to " + Bytes.text(most) + ", such as 65536 or 64KiB"
                    : "a whole number from " + least + " to " + most;
        }
    }

    /** True or false. */
    record Flag() implements ValueForm {
        @Override
        public String expected() {
            return "true or false";
        }
    }

    /**
     * A time.
     *
     * @param least included
     * @param most included
     */
    record Time(Duration least, Duration most) implements ValueForm {
        @Override
        public String expected() {
            return "a time such as 30s or 12h (ms, s, m, h, d), from " + Durations.text(least) + " to "
                    + Durations.text(most);
        }
    }

    /**
     * One of a few words.
     *
     * @param constants what they mean to us
     */
    record Choice(List<Enum<?>> constants) implements ValueForm {
        static Choice of(Class<?> type) {
            return new Choice(Arrays.stream(type.getEnumConstants())
                    .map(constant -> (Enum<?>) constant)
                    .collect(Collectors.toUnmodifiableList()));
        }

        /** The words. */
        public List<String> words() {
            return constants.stream().<String>map(Word::of).toList();
        }

        @Override
        public String expected() {
            return "one of " + String.join(", ", words());
        }
    }

    /**
     * A text.
     *
     * @param form what it is like
     * @param refers the kind of document that it names; empty: none
     */
    record Text(TextForm form, String refers) implements ValueForm {
        @Override
        public String expected() {
            return refers.isEmpty() ? form.expected() : "the name of a document of kind " + refers;
        }
    }

    /** Keys below this one. */
    record Group(RecordForm record) implements ValueForm {
        @Override
        public String expected() {
            return "a group of keys: " + String.join(", ", record.names());
        }
    }

    /**
     * A list.
     *
     * @param element what each is
     * @param atLeast so many
     * @param atMost so many
     */
    record Many(ValueForm element, int atLeast, int atMost) implements ValueForm {
        @Override
        public String expected() {
            return "a list of " + (atLeast == 0 ? "at most " + atMost : atLeast + " to " + atMost) + ", each "
                    + element.expected();
        }
    }
}
