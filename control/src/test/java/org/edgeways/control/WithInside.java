package org.edgeways.control;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Has an inside of its own for each test. */
abstract class WithInside {

    @TempDir
    Path directory;

    Inside inside;

    @BeforeEach
    final void start() throws IOException {
        inside = new Inside(directory);
    }

    @AfterEach
    final void stop() {
        inside.close();
    }
}
