package org.edgeways.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What can be read of log lines in the sources: each has one event name, and what refuses or fails has a code. */
class LogLinesTest {

    /** From INFO on; what is only for us is free. The text may be a constant of the class. */
    private static final Pattern LINE = Pattern.compile(
            "(?:LOG\\.(?:info|warn|error)\\(|\\.log\\()\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|[A-Z_]+)(?:,\\s*([^;]*))?");

    private static final Pattern EVENT = Pattern.compile("event=([a-z]+(?:-[a-z]+)+|\\{\\}(?:-[a-z]+)*)(?:[ :].*)?");

    /** Events that tell of a refusal or a failure without a code are of our own bugs, with a stack trace, or of left files. */
    private static final Pattern NEEDS_CODE = Pattern.compile(
            "event=\\S*(refused|banned|kept|unreachable|self-signed|link-failed|link-down|closed)\\b.*");

    private static final List<String> FOR_TESTS = List.of("interop", "bench", "testkit", "architecture");

    private record Found(String where, String text) {}

    private static List<Found> lines() throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path file : sources()) {
            String source = Files.readString(file);
            Matcher matcher = LINE.matcher(source);
            while (matcher.find()) {
                found.add(new Found(file.getFileName().toString(), text(source, matcher.group(1))));
            }
        }
        return found;
    }

    private static List<Path> sources() throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> rooms = Files.list(Path.of(".."))) {
            for (Path room : rooms.toList()) {
                Path sources = room.resolve("src/main/java");
                if (Files.isDirectory(sources)
                        && !FOR_TESTS.contains(room.getFileName().toString())) {
                    try (Stream<Path> files = Files.walk(sources)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
                    }
                }
            }
        }
        return all;
    }

    private static String text(String source, String argument) {
        if (argument.startsWith("\"")) {
            return argument.substring(1, argument.length() - 1).replace("\\\"", "\"");
        }
        Matcher constant = Pattern.compile("String " + argument + " =\\s*\"((?:[^\"\\\\]|\\\\.)*)\"")
                .matcher(source);
        return constant.find() ? constant.group(1) : argument;
    }

    @Test
    void everyLineBeginsWithItsEvent() throws IOException {
        List<Found> lines = lines();
        assertThat(lines).as("lines read").hasSizeGreaterThan(20);
        assertThat(lines.stream().filter(line -> !EVENT.matcher(line.text()).matches()))
                .isEmpty();
    }

    @Test
    void whatRefusesOrFailsHasItsCodeBehindTheEvent() throws IOException {
        List<Found> refusals = lines().stream()
                .filter(line -> NEEDS_CODE.matcher(line.text()).matches())
                .toList();
        assertThat(refusals).as("lines of refusals").hasSizeGreaterThan(8);
        assertThat(refusals.stream().filter(line -> !line.text().matches("event=\\S+ code=\\{\\}.*")))
                .isEmpty();
    }
}
