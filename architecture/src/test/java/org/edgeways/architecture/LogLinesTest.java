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

/** What can be read of log lines in the sources: each has one event name, and a code behind it. */
class LogLinesTest {

    /** From INFO on; what is only for us is free. The text may be a constant of the class. */
    private static final Pattern LINE = Pattern.compile(
            "(?:LOG\\.(info|warn|error)\\(|\\.log\\()\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|[A-Z_]+)(?:,\\s*([^;]*))?");

    private static final Pattern EVENT = Pattern.compile("event=([a-z]+(?:-[a-z]+)+|\\{\\}(?:-[a-z]+)*)(?:[ :].*)?");

    /** A code of one of our enums, or that nothing is wrong. */
    private static final Pattern CODE = Pattern.compile("event=\\S+ code=(\\{\\}|ok)(?:[ :].*)?");

    /** What is worth more than INFO is never that nothing is wrong. */
    private static final Pattern CODE_OF_TROUBLE = Pattern.compile("event=\\S+ code=\\{\\}(?:[ :].*)?");

    private static final List<String> FOR_TESTS = List.of("interop", "bench", "testkit", "architecture");

    private record Found(String where, String level, String text) {
        private boolean isTrouble() {
            return level.equals("warn") || level.equals("error");
        }
    }

    private static List<Found> lines() throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path file : sources()) {
            String source = Files.readString(file);
            Matcher matcher = LINE.matcher(source);
            while (matcher.find()) {
                found.add(new Found(
                        file.getFileName().toString(),
                        String.valueOf(matcher.group(1)),
                        text(source, matcher.group(2))));
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
    void everyLineHasItsCodeBehindTheEventAndNoTroubleIsOk() throws IOException {
        List<Found> lines = lines();
        assertThat(lines.stream().filter(Found::isTrouble))
                .as("lines of trouble")
                .hasSizeGreaterThan(20);
        assertThat(lines.stream()
                        .filter(line -> !(line.isTrouble() ? CODE_OF_TROUBLE : CODE)
                                .matcher(line.text())
                                .matches()))
                .isEmpty();
    }
}
