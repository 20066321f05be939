package org.edgeways.testkit.powercut;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads what {@code strace -f -y -xx} wrote. A call that others overtook stands in two lines, {@code <unfinished ...>}
 * and {@code resumed}. A call on a watched file that this reader does not know is an error, not overlooked.
 */
final class StraceLog {

    private static final String UNFINISHED = " <unfinished ...>";

    /** A call as strace shows it. */
    private record Line(String name, String arguments, String outcome, int started, int ended) {
        boolean failed() {
            return outcome.startsWith("-1");
        }
    }

    private final String directory;
    /** What strace shows as the program's standard output. */
    private final String output;

    private final List<Call> calls = new ArrayList<>();
    private final Map<String, Line> unfinished = new HashMap<>();
    /** Where the next {@code write} without an offset goes, by path. */
    private final Map<String, Long> positions = new HashMap<>();

    private StraceLog(Path directory, String output) {
        this.output = output;
        this.directory = directory.toAbsolutePath().toString();
    }

    static List<Call> read(Path log, Path directory, String output) throws IOException {
        StraceLog reader = new StraceLog(directory, output);
        try (BufferedReader lines = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reader.line(line, number++);
            }
        }
        for (Line line : reader.unfinished.values()) {
            reader.call(line);
        }
        reader.calls.sort(Comparator.comparingInt(Call::started));
        return reader.calls;
    }

    private void line(String text, int number) {
        int space = text.indexOf(' ');
        String thread = text.substring(0, space);
        String rest = text.substring(space).strip();
        if (rest.startsWith("+++") || rest.startsWith("---")) {
            return;
        }
        if (rest.startsWith("<... ")) {
            Line begun = unfinished.remove(thread);
            int resumed = rest.indexOf(" resumed>");
            if (begun == null || resumed < 0) {
                return; // the end of a call that began before the record
            }
            int equals = rest.lastIndexOf(" = ");
            String more = rest.substring(resumed + " resumed>".length(), rest.lastIndexOf(')', equals));
            call(new Line(begun.name(), begun.arguments() + more, rest.substring(equals + 3), begun.started(), number));
            return;
        }
        int open = rest.indexOf('(');
        if (open < 0) {
            return;
        }
        String name = rest.substring(0, open);
        if (rest.endsWith(UNFINISHED)) {
            String arguments = rest.substring(open + 1, rest.length() - UNFINISHED.length());
            unfinished.put(thread, new Line(name, arguments, "?", number, Integer.MAX_VALUE));
            return;
        }
        int equals = rest.lastIndexOf(" = ");
        String arguments = rest.substring(open + 1, rest.lastIndexOf(')', equals));
        call(new Line(name, arguments, rest.substring(equals + 3), number, number));
    }

    private void call(Line line) {
        if (line.failed()) {
            return;
        }
        switch (line.name()) {
            case "openat", "open", "creat" -> opened(line);
            case "write", "pwrite64" -> written(line);
            case "fsync", "fdatasync" -> {
                String path = pathOfDescriptor(line);
                if (watched(path) || directory.equals(path)) {
                    calls.add(new Call.Synchronized(path, line.started(), line.ended()));
                }
            }
            case "ftruncate" -> {
                String path = pathOfDescriptor(line);
                if (watched(path)) {
                    long length = Long.parseLong(lastArgument(line));
                    calls.add(new Call.Resized(path, length, line.started(), line.ended()));
                }
            }
            case "unlink", "unlinkat" -> {
                String path = quoted(line);
                if (watched(path)) {
                    calls.add(new Call.Removed(path, line.started(), line.ended()));
                }
            }
            default -> refuseIfWatched(line);
        }
    }

    private void opened(Line line) {
        String path = quoted(line);
        if (watched(path)
                && (line.arguments().contains("O_CREAT") || line.name().equals("creat"))) {
            calls.add(new Call.Created(path, line.started(), line.ended()));
            if (line.arguments().contains("O_TRUNC") || line.name().equals("creat")) {
                calls.add(new Call.Resized(path, 0, line.started(), line.ended()));
                positions.put(path, 0L);
            }
        }
    }

    private void written(Line line) {
        String path = pathOfDescriptor(line);
        if (line.arguments().startsWith("1<") && path.equals(output)) {
            calls.add(new Call.Printed(new String(bytes(line), StandardCharsets.UTF_8), line.started(), line.ended()));
            return;
        }
        if (!watched(path)) {
            return;
        }
        byte[] bytes = bytes(line);
        boolean positioned = line.name().equals("pwrite64");
        long offset = positioned ? Long.parseLong(lastArgument(line)) : positions.getOrDefault(path, 0L);
        if (!positioned) {
            positions.put(path, offset + bytes.length);
        }
        if (line.ended() != Integer.MAX_VALUE && Long.parseLong(line.outcome()) != bytes.length) {
            throw new AssertionError("a short write, or one that strace has cut: " + path);
        }
        calls.add(new Call.Written(path, offset, bytes, line.started(), line.ended()));
    }

    /** What the model does not know must not happen to the files it stands for. */
    private void refuseIfWatched(Line line) {
        for (int from = 0; from < line.arguments().length(); ) {
            int start = line.arguments().indexOf("\\x", from);
            if (start < 0) {
                return;
            }
            int end = start;
            while (line.arguments().startsWith("\\x", end)) {
                end += 4;
            }
            if (watched(decode(line.arguments().substring(start, end)))) {
                throw new AssertionError("the power-cut model does not know " + line.name() + " on a watched file");
            }
            from = end;
        }
    }

    private boolean watched(String path) {
        return path.startsWith(directory + "/")
                && path.indexOf('/', directory.length() + 1) < 0
                && !path.endsWith("-shm")
                && !path.endsWith(".lock");
    }

    private static String pathOfDescriptor(Line line) {
        int start = line.arguments().indexOf('<');
        int end = line.arguments().indexOf('>', start);
        return start < 0 || end < 0 ? "" : decode(line.arguments().substring(start + 1, end));
    }

    private static byte[] bytes(Line line) {
        int start = line.arguments().indexOf('"');
        int end = line.arguments().indexOf('"', start + 1);
        return HexFormat.of()
                .parseHex(line.arguments().substring(start + 1, end).replace("\\x", ""));
    }

    private static String quoted(Line line) {
        int start = line.arguments().indexOf('"');
        int end = line.arguments().indexOf('"', start + 1);
        return start < 0 ? "" : decode(line.arguments().substring(start + 1, end));
    }

    private static String lastArgument(Line line) {
        return line.arguments()
                .substring(line.arguments().lastIndexOf(", ") + 2)
                .strip();
    }

    private static String decode(String hex) {
        if (!hex.startsWith("\\x")) {
            return hex;
        }
        return new String(HexFormat.of().parseHex(hex.replace("\\x", "")), StandardCharsets.UTF_8);
    }
}
