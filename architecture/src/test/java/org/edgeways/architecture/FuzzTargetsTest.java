package org.edgeways.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.edgeways.testkit.fuzz.FuzzRun;
import org.junit.jupiter.api.Test;

/** The fuzz targets of all rooms, as their sources have them. */
class FuzzTargetsTest {

    private static final Pattern TARGET = Pattern.compile("static void fuzzerTestOneInput\\(byte");

    private static List<Path> targets() throws IOException {
        List<Path> targets = new ArrayList<>();
        try (Stream<Path> rooms = Files.list(Path.of(".."))) {
            for (Path room : rooms.toList()) {
                Path tests = room.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        files.filter(file -> file.toString().endsWith(".java"))
                                .filter(file -> TARGET.matcher(read(file)).find())
                                .forEach(targets::add);
                    }
                }
            }
        }
        return targets;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theTimeIsDividedAmongAsManyAsThereAre() throws IOException {
        assertThat(targets()).hasSize(FuzzRun.TARGETS);
    }

    /** What fuzzes a target stands beside it. */
    @Test
    void eachIsFuzzed() throws IOException {
        for (Path target : targets()) {
            String name = target.getFileName().toString().replace(".java", "");
            try (Stream<Path> beside = Files.list(target.resolveSibling("."))) {
                assertThat(beside.filter(file -> file.toString().endsWith("Test.java"))
                                .map(FuzzTargetsTest::read))
                        .as(name)
                        .anyMatch(source -> source.contains("@Tag(\"soak-fuzz\")")
                                && source.contains("new FuzzRun(")
                                && Pattern.compile("\\b" + name + "(\\.class|,)")
                                        .matcher(source)
                                        .find());
            }
        }
    }
}
