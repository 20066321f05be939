package org.edgeways.settings.form;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgeways.settings.text.Durations;

/**
 * Writes records as JSON, in one spelling: keys in the order of the components, all that are there, also those that have
 * their usual value; no blanks; times in the largest unit that gives a whole number.
 */
public final class RecordWriter {

    private RecordWriter() {}

    /** The record as one JSON object. */
    public static String json(Record record) {
        return json(Map.of(), record);
    }

    /** The same with some texts before its own keys. */
    public static String json(Map<String, String> first, Record record) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonFactory.builder().build().createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> entry : first.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            keys(record, json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void keys(Record record, JsonGenerator json) throws IOException {
        for (KeyForm key : RecordForm.of(record.getClass()).keys()) {
            Object value = key.in(record);
            if (value instanceof Optional<?> maybe) {
                if (maybe.isPresent()) {
                    json.writeFieldName(key.name());
                    write(maybe.get(), json);
                }
            } else {
                json.writeFieldName(key.name());
                write(value, json);
            }
        }
    }

    private static void write(Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case Record record -> {
                json.writeStartObject();
                keys(record, json);
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object element : list) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            case Duration duration -> json.writeString(Durations.text(duration));
            case Enum<?> word -> json.writeString(Word.of(word));
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Boolean flag -> json.writeBoolean(flag);
            case String text -> json.writeString(text);
            default -> throw new IllegalStateException("no key is a " + value.getClass());
        }
    }
}
