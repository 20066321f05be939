package org.edgeways.app.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;

/** Reads a configuration file into a record, or says everything that is wrong with it. */
public final class ConfigFile {

    /** The greatest size of a configuration file, in bytes. */
    static final long GREATEST_SIZE_BYTES = 1024 * 1024;

    private ConfigFile() {}

    /**
     * Reads the file.
     *
     * @param read takes the whole object and the directory that relative names count from
     * @throws AppFailure with every problem, if there is one
     */
    public static <C> C read(Path file, BiFunction<JsonSection, Path, C> read) {
        Problems problems = new Problems(file.toString());
        JsonSection section = JsonSection.parse(text(file), problems);
        Path base = file.toAbsolutePath().getParent();
        if (!problems.isEmpty()) {
            throw wrong(file, problems);
        }
        C config = read.apply(section, base == null ? Path.of("/") : base);
        section.end();
        if (!problems.isEmpty()) {
            throw wrong(file, problems);
        }
        return config;
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > GREATEST_SIZE_BYTES) {
                throw new AppFailure(
                        AppErrorCode.CONFIGURATION_INVALID,
                        file + " is larger than " + GREATEST_SIZE_BYTES + " bytes",
                        "Is it the configuration file?");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    "the configuration " + file + " is no text in UTF-8",
                    "Is it the configuration file? Save it as UTF-8.",
                    e);
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    "the configuration " + file + " cannot be read: " + IoReason.withoutFile(e),
                    IoReason.isDenied(e)
                            ? "Run this as the file's owner or as root, or correct the rights of the file or its directory."
                            : "Name the file: --config FILE",
                    e);
        }
    }

    private static AppFailure wrong(Path file, Problems problems) {
        int count = problems.lines().size();
        return new AppFailure(
                AppErrorCode.CONFIGURATION_INVALID,
                count == 1 ? "one thing is wrong in " + file : count + " things are wrong in " + file,
                String.join("\n", problems.lines()));
    }
}
