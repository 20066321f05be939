package org.edgeways.app.role;

import java.util.Optional;
import java.util.function.Consumer;
import org.edgeways.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The settings that were said last, and those that a part of this process runs with. It is given what it does not run with,
 * also what was said while it started; what it could not take it is given again. One thread at a time.
 */
final class SettingsInEffect {

    private @Nullable Settings latest;
    private @Nullable Settings inEffect;
    private @Nullable Consumer<Settings> part;

    /** What was said last. */
    Optional<Settings> latest() {
        return Optional.ofNullable(latest);
    }

    /** These are the settings now. What the part throws is passed on: whoever says them is to say them again. */
    void said(Settings settings) {
        latest = settings;
        take();
    }

    /**
     * The part runs.
     *
     * @param started what it was started with
     * @param takes takes others from then on; if it throws, it has not
     */
    void begin(Settings started, Consumer<Settings> takes) {
        inEffect = started;
        part = takes;
        take();
    }

    private void take() {
        if (part != null && latest != null && !latest.equals(inEffect)) {
            part.accept(latest);
            inEffect = latest;
        }
    }
}
