package org.edgeways.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.text.Place;
import org.edgeways.settings.text.Problem;
import org.edgeways.settings.text.Problems;
import org.jspecify.annotations.Nullable;

/**
 * Keeps settings in step with a directory, all or nothing. {@link #check} is called now and then; it compares what the files
 * hold, not when they were written. What is new is taken at the second look that finds it the same, so that files that
 * somebody is writing or copying are not taken half; at the first look of all it is taken at once. A set with which anything
 * is wrong changes nothing. Not safe for use by several threads.
 */
public final class SettingsDirectory {

    /** What one look has brought. */
    public sealed interface Outcome {
        /** The directory says what is in use. */
        record Unchanged() implements Outcome {}

        /** The directory holds something else than at the look before: it may not be complete, and is not judged yet. */
        record Unsettled() implements Outcome {}

        /** This is in use from now on. */
        record Reloaded(Settings settings) implements Outcome {}

        /** The directory holds something that cannot be used: what was in use is in use. Told at every look that finds it the same. */
        record Kept(SettingsOutcome.Bad bad) implements Outcome {}
    }

    /** What the directory held at a look. */
    private record Content(List<SettingsFile> files, List<Problem> problems) {}

    private final Path directory;
    private @Nullable Content seen;
    private @Nullable Content judged;
    private SettingsOutcome.@Nullable Bad refused;
    private @Nullable Settings inUse;

    /** Watches {@code directory}; nothing is read yet. */
    public SettingsDirectory(Path directory) {
        this.directory = directory;
    }

    /** What is in use; empty if nothing could be used yet. */
    public Optional<Settings> inUse() {
        return Optional.ofNullable(inUse);
    }

    /** The files as they were at the last look. */
    public List<SettingsFile> files() {
        return seen == null ? List.of() : seen.files();
    }

    /** Looks at the directory once. Reads files: not for an event loop. */
    public Outcome check() {
        Problems problems = new Problems();
        Content content = new Content(SettingsFiles.read(directory, problems).files(), problems.all());
        boolean settled = seen == null || content.equals(seen);
        seen = content;
        if (!settled) {
            return new Outcome.Unsettled();
        }
        if (content.equals(judged)) {
            return refused == null ? new Outcome.Unchanged() : new Outcome.Kept(refused);
        }
        judged = content;
        return switch (SettingsReader.read(new Place(directory.toString(), 0), content.files(), problems)) {
            case SettingsOutcome.Bad bad -> {
                refused = bad;
                yield new Outcome.Kept(bad);
            }
            case SettingsOutcome.Good(Settings settings) -> {
                refused = null;
                if (settings.equals(inUse)) {
                    yield new Outcome.Unchanged(); // other words for the same
                }
                inUse = settings;
                yield new Outcome.Reloaded(settings);
            }
        };
    }
}
