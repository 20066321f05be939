package org.edgeways.app.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.edgeways.settings.text.Durations;
import org.edgeways.sip.message.Hosts;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object of a configuration file, read key by key. Each reading method notes what is wrong and gives a stand-in,
 * so that all problems are found in one go; {@link #end} notes keys that nobody asked for. What was read is to be used only
 * if {@link Problems#isEmpty()}.
 */
public final class JsonSection {

    /** The parser says of a second place in the text also where that text is from, which it does not know. */
    private static final Pattern LOCATION = Pattern.compile("\\[Source: [^;]*; (line: \\d+, column: \\d+)]");

    private record Located(int line, @Nullable Object value) {}

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,252})");

    private final Problems problems;
    private final String path;
    private final int line;
    private final Map<String, Located> entries;
    private final TreeSet<String> known = new TreeSet<>();

    private JsonSection(Problems problems, String path, int line, Map<String, Located> entries) {
        this.problems = problems;
        this.path = path;
        this.line = line;
        this.entries = entries;
    }

    /** Reads the whole text, which must be one JSON object; text that is no JSON gives an empty section and a problem. */
    public static JsonSection parse(String text, Problems problems) {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser parser = factory.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                problems.add(1, "", "must be one JSON object: { … }");
                return new JsonSection(problems, "", 1, Map.of());
            }
            Map<String, Located> entries = object(parser);
            if (parser.nextToken() != null) {
                problems.add(
                        parser.currentTokenLocation().getLineNr(), "", "there is something after the object's end");
            }
            return new JsonSection(problems, "", 1, entries);
        } catch (JsonProcessingException e) {
            int at = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            problems.add(at, "", LOCATION.matcher(e.getOriginalMessage()).replaceAll("$1"));
            return new JsonSection(problems, "", at, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Located> object(JsonParser parser) throws IOException {
        Map<String, Located> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            int at = parser.currentTokenLocation().getLineNr();
            entries.put(key, new Located(at, value(parser)));
        }
        return entries;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Located> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    int at = parser.currentTokenLocation().getLineNr();
                    elements.add(new Located(at, value(parser)));
                }
                yield elements;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** The key is present. */
    public boolean has(String key) {
        known.add(key);
        return entries.containsKey(key);
    }

    /** A text that must be there and not be empty. */
    public String text(String key) {
        Located found = required(key);
        return found == null ? "" : text(key, found);
    }

    /** A text, or {@code otherwise} if the key is absent. */
    public String text(String key, String otherwise) {
        Located found = take(key);
        return found == null ? otherwise : text(key, found);
    }

    /** Texts; an absent key gives {@code otherwise}. */
    public List<String> texts(String key, List<String> otherwise) {
        Located found = take(key);
        if (found == null) {
            return otherwise;
        }
        List<String> texts = new ArrayList<>();
        if (found.value() instanceof List<?> elements) {
            for (Object element : elements) {
                texts.add(text(key, (Located) element));
            }
        } else {
            problem(found, key, "must be a list of texts: [\"…\", …]");
        }
        return List.copyOf(texts);
    }

    /** A host or domain that must be there: a name, in ASCII, or the literal of an address. */
    public String host(String key) {
        String host = text(key);
        checkHost(key, host);
        return host;
    }

    /** Notes a problem if {@code host}, read from {@code key}, is neither a name nor the literal of an address. */
    void checkHost(String key, String host) {
        if (!host.isEmpty()
                && !NAME.matcher(host).matches()
                && Hosts.address(host).isEmpty()) {
            problem(key, "must be a name such as acorn.example, or an address; \"" + host + "\" is neither");
        }
    }

    /** A file or directory that must be named; a relative one counts from {@code base}. */
    public Path path(String key, Path base) {
        try {
            return base.resolve(text(key)).normalize();
        } catch (InvalidPathException e) {
            problem(key, "must be the name of a file or directory: " + e.getReason());
            return base;
        }
    }

    /** A whole number of the range, both ends included, or {@code otherwise} if the key is absent. */
    public long number(String key, long otherwise, long least, long most) {
        Located found = take(key);
        if (found == null) {
            return otherwise;
        }
        if (found.value() instanceof java.math.BigInteger number
                && number.bitLength() < Long.SIZE
                && number.longValue() >= least
                && number.longValue() <= most) {
            return number.longValue();
        }
        problem(found, key, "must be a whole number from " + least + " to " + most + ", is " + shown(found));
        return otherwise;
    }

    /** A TCP port, 1 to 65535, that must be there. */
    public int port(String key) {
        return required(key) == null ? 1 : (int) number(key, 1, 1, 65535);
    }

    /** True or false, or {@code otherwise} if the key is absent. */
    public boolean flag(String key, boolean otherwise) {
        Located found = take(key);
        if (found == null) {
            return otherwise;
        }
        if (found.value() instanceof Boolean flag) {
            return flag;
        }
        problem(found, key, "must be true or false, is " + shown(found));
        return otherwise;
    }

    /** A time such as {@code "500ms"}, {@code "30s"}, {@code "5m"}, {@code "12h"} or {@code "7d"}; absent: {@code otherwise}. */
    public Duration duration(String key, Duration otherwise, Duration least, Duration most) {
        Located found = take(key);
        if (found == null) {
            return otherwise;
        }
        Duration duration =
                found.value() instanceof String text ? Durations.parse(text).orElse(null) : null;
        if (duration == null) {
            problem(found, key, "must be a time such as \"30s\" or \"5m\" (ms, s, m, h, d), is " + shown(found));
            return otherwise;
        }
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            problem(
                    found,
                    key,
                    "must be from " + Durations.text(least) + " to " + Durations.text(most) + ", is " + shown(found));
            return otherwise;
        }
        return duration;
    }

    /** One of the words of an enum, written in lower case with hyphens; absent: {@code otherwise}. */
    public <E extends Enum<E>> E word(String key, Class<E> words, E otherwise) {
        Located found = take(key);
        if (found == null) {
            return otherwise;
        }
        List<String> allowed = new ArrayList<>();
        for (E word : words.getEnumConstants()) {
            String name = word.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(found.value())) {
                return word;
            }
            allowed.add(name);
        }
        problem(found, key, "must be one of " + String.join(", ", allowed) + ", is " + shown(found));
        return otherwise;
    }

    /** An object inside this one; its own {@link #end} is to be called too. */
    public Optional<JsonSection> section(String key) {
        Located found = take(key);
        if (found == null) {
            return Optional.empty();
        }
        return Optional.of(section(path + key + ".", key, found));
    }

    /** An object inside this one, or an empty one if the key is absent; its own {@link #end} is to be called too. */
    public JsonSection sectionOrEmpty(String key) {
        return section(key).orElseGet(() -> new JsonSection(problems, path + key + ".", line, Map.of()));
    }

    /** An object inside this one that must be there. */
    public JsonSection requiredSection(String key) {
        Located found = required(key);
        return found == null
                ? new JsonSection(problems, path + key + ".", line, Map.of())
                : section(path + key + ".", key, found);
    }

    /** The objects of a list; an absent key gives none. */
    public List<JsonSection> sections(String key) {
        Located found = take(key);
        List<JsonSection> sections = new ArrayList<>();
        if (found == null) {
            return sections;
        }
        if (found.value() instanceof List<?> elements) {
            for (Object element : elements) {
                sections.add(section(path + key + "[" + sections.size() + "].", key, (Located) element));
            }
        } else {
            problem(found, key, "must be a list of objects: [{ … }, …]");
        }
        return sections;
    }

    /** Notes a problem that the reader found in a value of this section. */
    public void problem(String key, String what) {
        Located found = entries.get(key);
        problems.add(found == null ? line : found.line(), path + key, what);
    }

    /** Notes every key that was not asked for. */
    public void end() {
        entries.forEach((key, found) -> {
            if (!known.contains(key)) {
                problems.add(found.line(), path + key, "is no known setting; known here: " + String.join(", ", known));
            }
        });
    }

    @SuppressWarnings("unchecked")
    private JsonSection section(String inner, String key, Located found) {
        if (found.value() instanceof Map<?, ?> map) {
            return new JsonSection(problems, inner, found.line(), (Map<String, Located>) map);
        }
        problem(found, key, "must be an object: { … }");
        return new JsonSection(problems, inner, found.line(), Map.of());
    }

    private @Nullable Located take(String key) {
        known.add(key);
        return entries.get(key);
    }

    private @Nullable Located required(String key) {
        Located found = take(key);
        if (found == null) {
            problems.add(line, path + key, "is missing");
        }
        return found;
    }

    private String text(String key, Located found) {
        if (found.value() instanceof String text && !text.isBlank()) {
            return text;
        }
        problem(found, key, "must be a text that is not empty, is " + shown(found));
        return "";
    }

    private void problem(Located found, String key, String what) {
        problems.add(found.line(), path + key, what);
    }

    private static String shown(Located found) {
        Object value = found.value();
        return switch (value) {
            case null -> "null";
            case String text -> '"' + text + '"';
            case Map<?, ?> map -> "an object";
            case List<?> list -> "a list";
            default -> value.toString();
        };
    }
}
