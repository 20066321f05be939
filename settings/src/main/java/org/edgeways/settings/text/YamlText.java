package org.edgeways.settings.text;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML 1.2 into trees, one for each document. Plain {@code true}, {@code false}, {@code null}, {@code ~} and whole
 * decimal numbers mean what they say; everything else is text. Anchors, aliases and tags are refused: each document says
 * all of itself, and nothing grows when it is read.
 */
public final class YamlText {

    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,39})");

    private YamlText() {}

    /**
     * Reads the whole text; what is wrong goes to {@code problems}, and the documents before it are given all the same.
     *
     * @param file the file's name for the messages
     */
    public static List<Node> read(String file, String text, TextLimits limits, Problems problems) {
        if (text.length() > limits.characters()) {
            problems.add(
                    SettingsErrorCode.TOO_LARGE,
                    new Place(file, 0),
                    "",
                    "is longer than " + limits.characters() + " characters");
            return List.of();
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setUseMarks(true)
                .setCodePointLimit(limits.characters())
                .build();
        TreeBuilder tree = new TreeBuilder(limits, problems);
        Place last = new Place(file, 1);
        try {
            for (Event event : new Parse(settings).parseString(withoutMark(text))) {
                last = place(file, event.getStartMark(), 1);
                take(event, last, tree);
            }
        } catch (TreeBuilder.Refused refused) {
            problems.add(refused.problem());
        } catch (MarkedYamlEngineException e) {
            Place place = place(file, e.getProblemMark().or(e::getContextMark), 1);
            problems.add(SettingsErrorCode.MALFORMED, place, "", "is no YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            problems.add(SettingsErrorCode.MALFORMED, new Place(file, 0), "", "is no YAML: " + e.getMessage());
        } catch (IllegalArgumentException badEscape) {
            // the library reads the digits of an escape without looking whether there are any
            problems.add(SettingsErrorCode.MALFORMED, last, "", "is no YAML: \\x, \\u or \\U without its digits");
        }
        return tree.whole();
    }

    /** A byte order mark is no content. */
    private static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static void take(Event event, Place place, TreeBuilder tree) {
        if (event instanceof AliasEvent) {
            throw new TreeBuilder.Refused(SettingsErrorCode.MALFORMED, place, "aliases (*name) are not taken here");
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw new TreeBuilder.Refused(SettingsErrorCode.MALFORMED, place, "anchors (&name) are not taken here");
        }
        if (event instanceof CollectionStartEvent collection
                && collection.getTag().isPresent()) {
            tag(collection.getTag().get(), place);
        }
        switch (event.getEventId()) {
            case Scalar -> scalar((ScalarEvent) event, place, tree);
            case MappingStart, SequenceStart -> {
                if (tree.wantsKey()) {
                    throw new TreeBuilder.Refused(SettingsErrorCode.MALFORMED, place, "a key must be a plain word");
                }
                tree.begin(place, event instanceof MappingStartEvent);
            }
            case MappingEnd, SequenceEnd -> tree.end();
            case Alias, Comment, DocumentStart, DocumentEnd, StreamStart, StreamEnd -> {
                // nothing of these is in the tree
            }
        }
    }

    private static void scalar(ScalarEvent scalar, Place place, TreeBuilder tree) {
        if (scalar.getTag().isPresent()) {
            tag(scalar.getTag().get(), place);
        }
        if (tree.wantsKey()) {
            tree.key(place, scalar.getValue());
        } else {
            tree.add(scalar.isPlain() ? plain(scalar.getValue(), place) : new Node.Text(place, scalar.getValue()));
        }
    }

    private static void tag(String tag, Place place) {
        throw new TreeBuilder.Refused(SettingsErrorCode.MALFORMED, place, "tags (" + tag + ") are not taken here");
    }

    private static Node plain(String value, Place place) {
        return switch (value) {
            case "true" -> new Node.Flag(place, true);
            case "false" -> new Node.Flag(place, false);
            case "", "~", "null" -> new Node.Nothing(place);
            default ->
                value.length() <= 41 && WHOLE.matcher(value).matches()
                        ? new Node.Whole(place, new BigInteger(value))
                        : new Node.Text(place, value);
        };
    }

    private static Place place(String file, Optional<Mark> mark, int otherwise) {
        return new Place(file, mark.map(found -> found.getLine() + 1).orElse(otherwise));
    }
}
