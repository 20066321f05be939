package org.edgeways.settings.form;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.text.Durations;

/**
 * One key of a record.
 *
 * @param name how it is written
 * @param key what is said of it
 * @param value what it may be
 * @param optional it may be absent, and then means nothing
 * @param component of the record
 */
public record KeyForm(String name, Key key, ValueForm value, boolean optional, RecordComponent component) {

    static KeyForm of(RecordComponent component) {
        Key key = component.getAnnotation(Key.class);
        if (key == null) {
            throw new IllegalStateException(component + " of " + component.getDeclaringRecord() + " says nothing");
        }
        Type type = component.getGenericType();
        boolean optional = raw(type) == Optional.class;
        return new KeyForm(component.getName(), key, value(optional ? inner(type) : type, key), optional, component);
    }

    private static ValueForm value(Type type, Key key) {
        Class<?> raw = raw(type);
        if (raw == List.class) {
            return new ValueForm.Many(value(inner(type), key), key.atLeast(), key.atMost());
        }
        if (raw == int.class || raw == Integer.class || raw == long.class || raw == Long.class) {
            boolean wide = raw == long.class || raw == Long.class;
            return new ValueForm.Whole(Long.parseLong(key.least()), Long.parseLong(key.most()), key.bytes(), wide);
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return new ValueForm.Flag();
        }
        if (raw == Duration.class) {
            return new ValueForm.Time(time(key.least()), time(key.most()));
        }
        if (raw == String.class) {
            return new ValueForm.Text(key.form(), key.refers());
        }
        if (raw.isEnum()) {
            return ValueForm.Choice.of(raw);
        }
        if (raw.isRecord()) {
            return new ValueForm.Group(RecordForm.of(raw.asSubclass(Record.class)));
        }
        throw new IllegalStateException("no key is a " + type);
    }

    private static Duration time(String text) {
        return Durations.parse(text).orElseThrow(() -> new IllegalStateException("no time: " + text));
    }

    static Class<?> raw(Type type) {
        return switch (type) {
            case Class<?> plain -> plain;
            case ParameterizedType with -> (Class<?>) with.getRawType();
            default -> throw new IllegalStateException("no key is a " + type);
        };
    }

    private static Type inner(Type type) {
        return ((ParameterizedType) type).getActualTypeArguments()[0];
    }

    /** The key must be there. */
    public boolean required() {
        if (optional || !key.usual().equals(Key.REQUIRED)) {
            return false;
        }
        return !(value instanceof ValueForm.Group group)
                || group.record().keys().stream().anyMatch(KeyForm::required);
    }

    /** The value of this key in a record. */
    public Object in(Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(component + " of " + record.getClass() + " cannot be read", e);
        }
    }
}
