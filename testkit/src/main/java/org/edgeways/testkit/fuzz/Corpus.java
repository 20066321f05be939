package org.edgeways.testkit.fuzz;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checked-in inputs of fuzz targets. They lie where Jazzer's JUnit integration looks for them too: in the resources of
 * the test's package, under {@code TestClassInputs/methodName}. The test itself runs them as plain parameters, because
 * Jazzer's agent would stay in the test process and slow down every other test of the room.
 */
public final class Corpus {

    /**
     * One input.
     *
     * @param file where it is
     */
    public record Input(Path file) {

        /** Its bytes. */
        public byte[] bytes() throws IOException {
            return Files.readAllBytes(file);
        }

        @Override
        public String toString() {
            return file.getFileName().toString();
        }
    }

    private Corpus() {}

    /** The directory of a method's inputs. */
    public static Path directory(Class<?> test, String method) {
        String name = test.getSimpleName() + "Inputs/" + method;
        URL found = test.getResource(name);
        if (found == null) {
            throw new IllegalStateException("no corpus " + name + " beside " + test.getName());
        }
        try {
            return Path.of(new URI(found.toString()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A method's inputs, by name. */
    public static List<Input> inputs(Class<?> test, String method) throws IOException {
        try (Stream<Path> files = Files.list(directory(test, method))) {
            return files.sorted().map(Input::new).toList();
        }
    }
}
