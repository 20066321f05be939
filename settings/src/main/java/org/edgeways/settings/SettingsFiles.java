package org.edgeways.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.edgeways.base.IoReason;
import org.edgeways.settings.text.Place;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.settings.text.TextLimits;

/**
 * The files of a directory of settings: those that end in {@code .yaml} or {@code .yml} and are not hidden, by name.
 * Directories below it are not looked into.
 *
 * @param files what was read
 * @param ignored the names of other files, which look like nothing of ours
 */
public record SettingsFiles(List<SettingsFile> files, List<String> ignored) {

    /** Most files of one directory. */
    public static final int MOST_FILES = 1_000;

    /** Most bytes of all files together. */
    public static final long MOST_BYTES = 8L << 20;

    public SettingsFiles {
        files = List.copyOf(files);
        ignored = List.copyOf(ignored);
    }

    /** Reads the directory. Files that cannot be read are problems. */
    public static SettingsFiles read(Path directory, Problems problems) {
        List<SettingsFile> files = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        Place whole = new Place(directory.toString(), 0);
        try (Stream<Path> listed = Files.list(directory)) {
            List<Path> sorted = listed.filter(file -> !name(file).startsWith("."))
                    .sorted()
                    .limit(MOST_FILES + 1L)
                    .toList();
            if (sorted.size() > MOST_FILES) {
                problems.add(SettingsErrorCode.TOO_LARGE, whole, "", "has more than " + MOST_FILES + " files");
                return new SettingsFiles(List.of(), List.of());
            }
            long bytes = 0;
            for (Path file : sorted) {
                if (!name(file).endsWith(".yaml") && !name(file).endsWith(".yml")) {
                    ignored.add(name(file));
                } else if (bytes <= MOST_BYTES) {
                    bytes += read(directory, file, files, problems);
                }
            }
            if (bytes > MOST_BYTES) {
                problems.add(
                        SettingsErrorCode.TOO_LARGE, whole, "", "has more than " + MOST_BYTES + " bytes in its files");
            }
        } catch (IOException e) {
            problems.add(SettingsErrorCode.UNREADABLE, whole, "", "cannot be read: " + IoReason.withoutFile(e));
        }
        return new SettingsFiles(files, ignored);
    }

    private static long read(Path directory, Path file, List<SettingsFile> into, Problems problems) {
        String name = directory.resolve(name(file)).toString();
        Place place = new Place(name, 0);
        try {
            long size = Files.size(file);
            if (size > 4L * TextLimits.FILE.characters()) {
                problems.add(
                        SettingsErrorCode.TOO_LARGE,
                        place,
                        "",
                        "is longer than " + TextLimits.FILE.characters() + " characters");
                return 0;
            }
            byte[] bytes = Files.readAllBytes(file);
            into.add(new SettingsFile(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString()));
            return bytes.length;
        } catch (CharacterCodingException e) {
            problems.add(SettingsErrorCode.MALFORMED, place, "", "is no text in UTF-8");
        } catch (IOException e) {
            problems.add(SettingsErrorCode.UNREADABLE, place, "", "cannot be read: " + IoReason.withoutFile(e));
        }
        return 0;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** Reads a directory into a set that fits together, or tells everything that is wrong. */
    public static SettingsOutcome settings(Path directory) {
        Problems problems = new Problems();
        return SettingsReader.read(
                new Place(directory.toString(), 0), read(directory, problems).files(), problems);
    }
}
