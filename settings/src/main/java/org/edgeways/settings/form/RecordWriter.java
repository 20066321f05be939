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
    public static String json(RecordForm form, Record record) {
        return json(Map.of(), form, record);
    }

    /** The same with some texts before its own keys. */
    public static String json(Map<String, String> first, RecordForm form, Record record) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonFactory.builder().build().createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> entry : first.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            keys(form, record, json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void keys(RecordForm form, Record record, JsonGenerator json) throws IOException {
        for (KeyForm key : form.keys()) {
            Object value = key.in(record);
            if (value instanceof Optional<?> maybe) {
                if (maybe.isPresent()) {
                    json.writeFieldName(key.name());
                    write(key.value(), maybe.get(), json);
                }
            } else {
                json.writeFieldName(key.name());
                write(key.value(), value, json);
            }
        }
    }

    private static void write(ValueForm form, Object value, JsonGenerator json) throws IOException {
        switch (form) {
            case ValueForm.Group group -> {
                json.writeStartObject();
                keys(group.record(), (Record) value, json);
                json.writeEndObject();
            }
            case ValueForm.Many many -> {
                json.writeStartArray();
                for (Object element : (List<?>) value) {
                    write(many.element(), element, json);
                }
                json.writeEndArray();
            }
            case ValueForm.Time time -> json.writeString(Durations.text((Duration) value));
            case ValueForm.Choice choice -> json.writeString(Word.of((Enum<?>) value));
            case ValueForm.Whole whole -> json.writeNumber(((Number) value).longValue());
            case ValueForm.Flag flag -> json.writeBoolean((Boolean) value);
            case ValueForm.Text text -> json.writeString((String) value);
        }
    }
}
