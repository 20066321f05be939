package org.edgeways.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.List;

/** What a command prints. */
final class Output {

    /** How a command prints its result. */
    enum Form {
        /** For people. */
        TABLE,
        /** For programs. */
        JSON;

        /** Reads the option. */
        static final class Choice extends Words<Form> {
            Choice() {
                super(Form.class);
            }
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Output() {}

    /** Indented JSON. */
    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same JSON, indented. */
    static String indented(String json) {
        try {
            return json(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Rows under a heading, columns as wide as their widest cell, two spaces between. */
    static String table(List<String> heading, List<List<String>> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(heading);
        lines.addAll(rows);
        int[] widths = new int[heading.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = line.get(i);
                row.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
            }
            text.append(row.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }
}
