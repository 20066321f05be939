package org.edgeways.settings.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Reads one JSON object (RFC 8259) into a tree. Numbers are whole; keys stand once. */
public final class JsonText {

    private static final int LONGEST_NUMBER = 40;
    private static final int LONGEST_NAME = 200;

    private JsonText() {}

    /** The text that those bytes are in UTF-8; empty if they are none. */
    public static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The object; empty if there is none that could be read, which {@code problems} says. */
    public static Optional<Node.Table> read(String text, TextLimits limits, Problems problems) {
        if (text.length() > limits.characters()) {
            problems.add(
                    SettingsErrorCode.TOO_LARGE,
                    new Place("", 0),
                    "",
                    "is longer than " + limits.characters() + " characters");
            return Optional.empty();
        }
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.depth() + 1)
                        .maxNumberLength(LONGEST_NUMBER)
                        .maxNameLength(LONGEST_NAME)
                        .maxStringLength(limits.characters())
                        .build())
                .build();
        TreeBuilder tree = new TreeBuilder(limits, problems);
        try (JsonParser parser = factory.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                take(parser, token, tree);
            }
        } catch (TreeBuilder.Refused refused) {
            problems.add(refused.problem());
            return Optional.empty();
        } catch (JsonProcessingException e) {
            Place place = e.getLocation() == null
                    ? new Place("", 0)
                    : place(e.getLocation().getLineNr());
            problems.add(SettingsErrorCode.MALFORMED, place, "", "is no JSON: " + e.getOriginalMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Node> whole = tree.whole();
        if (whole.size() == 1 && whole.getFirst() instanceof Node.Table table) {
            return Optional.of(table);
        }
        problems.add(SettingsErrorCode.MALFORMED, new Place("", 0), "", "must be one JSON object");
        return Optional.empty();
    }

    private static void take(JsonParser parser, JsonToken token, TreeBuilder tree) throws IOException {
        Place place = place(parser.currentTokenLocation().getLineNr());
        switch (token) {
            case START_OBJECT -> tree.begin(place, true);
            case START_ARRAY -> tree.begin(place, false);
            case END_OBJECT, END_ARRAY -> tree.end();
            case FIELD_NAME -> tree.key(place, parser.currentName());
            case VALUE_STRING -> tree.add(new Node.Text(place, parser.getText()));
            case VALUE_NUMBER_INT -> tree.add(new Node.Whole(place, parser.getBigIntegerValue()));
            case VALUE_NUMBER_FLOAT ->
                throw new TreeBuilder.Refused(SettingsErrorCode.MALFORMED, place, "numbers are whole here");
            case VALUE_TRUE -> tree.add(new Node.Flag(place, true));
            case VALUE_FALSE -> tree.add(new Node.Flag(place, false));
            case VALUE_NULL -> tree.add(new Node.Nothing(place));
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> throw new IllegalStateException(token.name());
        }
    }

    private static Place place(int line) {
        return new Place("", Math.max(line, 0));
    }
}
