package org.edgeways.app.command;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An option whose value is one of a few words: the names of an enum in lower case, taken in any case. */
abstract class Words<E extends Enum<E>> implements ITypeConverter<E> {

    private final Class<E> choices;

    Words(Class<E> choices) {
        this.choices = choices;
    }

    @Override
    public E convert(String value) {
        for (E choice : choices.getEnumConstants()) {
            if (word(choice).equals(value.toLowerCase(Locale.ROOT))) {
                return choice;
            }
        }
        throw new TypeConversionException("'" + value + "' is none of "
                + Arrays.stream(choices.getEnumConstants()).map(Words::word).collect(Collectors.joining(", ")));
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
