package org.edgeways.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.edgeways.base.IoReason;
import org.edgeways.net.PrivateFile;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsFiles;
import org.edgeways.settings.SettingsOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A copy of the settings that were taken last, for a start at which those in their directory cannot be used. */
public final class LastGoodSettings {

    private static final Logger LOG = LoggerFactory.getLogger(LastGoodSettings.class);

    private final Path directory;

    /**
     * The one that is there, if there is one.
     *
     * @param directory of its own; files that are in it are deleted
     */
    public LastGoodSettings(Path directory) {
        this.directory = directory;
    }

    /** The copy, if there is one that can be used. */
    public Optional<Settings> read() {
        // the one that was moved aside is whole while the other is not there
        Path whole = Files.isDirectory(directory) ? directory : aside();
        return Files.isDirectory(whole)
                        && SettingsFiles.settings(whole) instanceof SettingsOutcome.Good(Settings settings)
                ? Optional.of(settings)
                : Optional.empty();
    }

    private Path aside() {
        return directory.resolveSibling(directory.getFileName() + ".old");
    }

    /** Keeps these, for their owner alone. A crash, also of the host, leaves those of before or these, whole. */
    public void keep(List<SettingsFile> files) {
        try {
            Path next = directory.resolveSibling(directory.getFileName() + ".new");
            clear(next);
            Files.createDirectory(
                    next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            for (SettingsFile file : files) {
                PrivateFile.write(
                        next.resolve(Path.of(file.name()).getFileName()),
                        file.text().getBytes(StandardCharsets.UTF_8));
            }
            if (Files.isDirectory(directory)) {
                clear(aside());
                Files.move(directory, aside());
            }
            Files.move(next, directory);
            PrivateFile.settle(Objects.requireNonNull(directory.toAbsolutePath().getParent(), "not the root"));
            clear(aside());
        } catch (IOException e) {
            LOG.warn(
                    "event=control-settings-not-kept code={} reason=\"{}\"",
                    ControlErrorCode.SETTINGS_NOT_KEPT.code(),
                    IoReason.of(e));
        }
    }

    private static void clear(Path old) throws IOException {
        if (!Files.isDirectory(old)) {
            return;
        }
        try (Stream<Path> files = Files.list(old)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(old);
    }
}
