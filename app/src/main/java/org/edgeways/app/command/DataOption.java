package org.edgeways.app.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which data directory a command means. */
final class DataOption {

    /** How the option is described in every help text. */
    static final String DESCRIPTION = "Data directory of the running pool, edge or demo (default: the demo's).";

    private DataOption() {}

    /** The given directory, else the demo's default. */
    static Path orDemo(@Nullable Path given) {
        return given == null ? demoDefault() : given;
    }

    /** Where the demo keeps its data unless told otherwise: under the build directory. */
    static Path demoDefault() {
        return Path.of(System.getProperty("edgeways.target", "target"), "demo");
    }
}
