package org.edgeways.settings.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.KeyForm;
import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.TextForm;
import org.edgeways.settings.form.ValueForm;
import org.edgeways.settings.kind.Kind;

/** The JSON Schema (2020-12) of one document, by which editors complete and check while one writes. */
public final class JsonSchema {

    private static final String TIME = "^[0-9]{1,9}\\s*(ms|s|m|h|d)$";
    private static final String BYTES = "^[0-9]{1,15}\\s*(KiB|MiB|GiB|TiB)$";

    private final JsonGenerator json;

    private JsonSchema(JsonGenerator json) {
        this.json = json;
    }

    /** The schema, ending in a line feed. */
    public static String text() {
        StringWriter text = new StringWriter();
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        try (JsonGenerator json = JsonFactory.builder().build().createGenerator(text)) {
            json.setPrettyPrinter(printer);
            new JsonSchema(json).document();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private void document() throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.writeStringField("title", "Edgeways settings");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        json.writeObjectFieldStart("kind");
        words(Kind.words());
        json.writeEndObject();
        json.writeObjectFieldStart("name");
        text(TextForm.NAME);
        json.writeEndObject();
        json.writeObjectFieldStart("spec");
        json.writeStringField("type", "object");
        json.writeEndObject();
        json.writeEndObject();
        texts("required", List.of("kind", "name"));
        json.writeBooleanField("additionalProperties", false);
        json.writeArrayFieldStart("allOf");
        for (Kind kind : Kind.values()) {
            kind(kind);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void kind(Kind kind) throws IOException {
        RecordForm form = kind.form();
        json.writeStartObject();
        json.writeObjectFieldStart("if");
        json.writeObjectFieldStart("properties");
        json.writeObjectFieldStart("kind");
        json.writeStringField("const", kind.word());
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
        json.writeObjectFieldStart("then");
        json.writeStringField("description", kind.says());
        json.writeObjectFieldStart("properties");
        if (kind.nameForm() != TextForm.NAME) {
            json.writeObjectFieldStart("name");
            text(kind.nameForm());
            json.writeEndObject();
        }
        json.writeObjectFieldStart("spec");
        group(form);
        json.writeEndObject();
        json.writeEndObject();
        if (form.keys().stream().anyMatch(KeyForm::required)) {
            texts("required", List.of("spec"));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void group(RecordForm form) throws IOException {
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        for (KeyForm key : form.keys()) {
            json.writeObjectFieldStart(key.name());
            json.writeStringField("description", key.key().says());
            value(key.value());
            if (!key.key().usual().equals(Key.REQUIRED)) {
                usual(key);
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        List<String> required = form.keys().stream()
                .filter(KeyForm::required)
                .map(KeyForm::name)
                .toList();
        if (!required.isEmpty()) {
            texts("required", required);
        }
        json.writeBooleanField("additionalProperties", false);
    }

    private void usual(KeyForm key) throws IOException {
        String usual = key.key().usual();
        switch (key.value()) {
            case ValueForm.Flag flag -> json.writeBooleanField("default", Boolean.parseBoolean(usual));
            case ValueForm.Whole whole
            when !usual.endsWith("B") -> json.writeNumberField("default", Long.parseLong(usual));
            case ValueForm.Many many -> texts("default", usual.isEmpty() ? List.of() : List.of(usual.split(", ", -1)));
            default -> json.writeStringField("default", usual);
        }
    }

    private void value(ValueForm form) throws IOException {
        switch (form) {
            case ValueForm.Whole whole -> whole(whole);
            case ValueForm.Flag flag -> json.writeStringField("type", "boolean");
            case ValueForm.Time time -> {
                json.writeStringField("type", "string");
                json.writeStringField("pattern", TIME);
            }
            case ValueForm.Choice choice -> words(choice.words());
            case ValueForm.Text text -> text(text.form());
            case ValueForm.Group group -> group(group.record());
            case ValueForm.Many many -> {
                json.writeStringField("type", "array");
                json.writeObjectFieldStart("items");
                value(many.element());
                json.writeEndObject();
                json.writeNumberField("minItems", many.atLeast());
                json.writeNumberField("maxItems", many.atMost());
            }
        }
    }

    private void whole(ValueForm.Whole whole) throws IOException {
        if (!whole.bytes()) {
            json.writeStringField("type", "integer");
            range(whole);
            return;
        }
        json.writeArrayFieldStart("oneOf");
        json.writeStartObject();
        json.writeStringField("type", "integer");
        range(whole);
        json.writeEndObject();
        json.writeStartObject();
        json.writeStringField("type", "string");
        json.writeStringField("pattern", BYTES);
        json.writeEndObject();
        json.writeEndArray();
    }

    private void range(ValueForm.Whole whole) throws IOException {
        json.writeNumberField("minimum", whole.least());
        json.writeNumberField("maximum", whole.most());
    }

    private void text(TextForm form) throws IOException {
        json.writeStringField("type", "string");
        json.writeNumberField("maxLength", form.longest());
        if (!form.expression().isEmpty()) {
            json.writeStringField("pattern", "^(?:" + form.expression() + ")$");
        }
    }

    private void words(List<String> words) throws IOException {
        texts("enum", words);
    }

    private void texts(String key, List<String> texts) throws IOException {
        json.writeArrayFieldStart(key);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
