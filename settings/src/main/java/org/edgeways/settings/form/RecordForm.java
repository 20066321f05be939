package org.edgeways.settings.form;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a record is as a group of keys. Made once for each class and kept: it takes long to make.
 *
 * @param type the record's class
 * @param constructor of all components
 * @param keys in the order of its components
 * @param retired keys that it has no more, and what to do instead
 */
public record RecordForm(
        Class<? extends Record> type,
        Constructor<? extends Record> constructor,
        List<KeyForm> keys,
        Map<String, String> retired) {

    /** The form of {@code type}, whose components all bear {@link Key}. */
    public static RecordForm of(Class<? extends Record> type) {
        Map<String, String> retired = new LinkedHashMap<>();
        for (Retired gone : type.getAnnotationsByType(Retired.class)) {
            retired.put(gone.key(), gone.instead());
        }
        return new RecordForm(
                type,
                constructor(type),
                Arrays.stream(type.getRecordComponents()).map(KeyForm::of).toList(),
                Collections.unmodifiableMap(retired));
    }

    /** The names of the keys. */
    public List<String> names() {
        return keys.stream().map(KeyForm::name).toList();
    }

    private static Constructor<? extends Record> constructor(Class<? extends Record> type) {
        try {
            return type.getDeclaredConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException("every record has its canonical constructor", impossible);
        }
    }

    /** A record of these values, in the order of the keys. */
    Record make(List<Object> values) {
        try {
            return constructor.newInstance(values.toArray());
        } catch (ReflectiveOperationException e) {
            Throwable cause = e instanceof InvocationTargetException thrown ? thrown.getCause() : e;
            throw new IllegalStateException(type + " cannot be made", cause == null ? e : cause);
        }
    }
}
