package org.edgeways.control;

import java.util.Optional;
import org.edgeways.base.Counters;
import org.edgeways.base.LogText;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings in use: those of their directory when it was last good or, at a start at which it is not, those of last time. On
 * the desk, but for what says how it stands.
 */
final class TakenSettings {

    private static final Logger LOG = LoggerFactory.getLogger(TakenSettings.class);

    private final SettingsDirectory directory;
    private final LastGoodSettings lastGood;
    private final Ledger ledger;
    private final Counters counters;
    private volatile Optional<Settings> inUse = Optional.empty();
    private volatile Optional<String> problem = Optional.empty();
    private boolean unrecorded;

    TakenSettings(SettingsDirectory directory, LastGoodSettings lastGood, Ledger ledger, Counters counters) {
        this.directory = directory;
        this.lastGood = lastGood;
        this.ledger = ledger;
        this.counters = counters;
    }

    /** None if there never were any that could be used. On any thread. */
    Optional<Settings> inUse() {
        return inUse;
    }

    /** Why those in the directory are not in use, or not everywhere. On any thread. */
    Optional<String> problem() {
        return problem;
    }

    /**
     * Looks at the directory.
     *
     * @param changed is run when others are in use than before
     */
    SettingsDirectory.Outcome look(Runnable changed) {
        if (inUse.isEmpty()) {
            directory.inUse().ifPresent(found -> take(found, changed)); // whoever started this has looked before
        }
        SettingsDirectory.Outcome outcome = directory.check();
        switch (outcome) {
            // what was wrong, if anything was, has been put right again
            case SettingsDirectory.Outcome.Unchanged _ -> problem = Optional.empty();
            case SettingsDirectory.Outcome.Unsettled _ -> {}
            case SettingsDirectory.Outcome.Reloaded(Settings next) -> take(next, changed);
            case SettingsDirectory.Outcome.Kept kept -> {
                Optional<String> wrong = Optional.of(kept.bad().shortly());
                if (!wrong.equals(problem)) {
                    ledger.audit(AuditKind.SETTINGS_REFUSED, "settings", wrong.get());
                    problem = wrong;
                }
                if (inUse.isEmpty()) {
                    lastGood.read().ifPresent(last -> {
                        useLastGood(last);
                        changed.run();
                    });
                }
            }
        }
        return outcome;
    }

    private void take(Settings next, Runnable changed) {
        inUse = Optional.of(next);
        problem = Optional.empty();
        unrecorded = true;
        changed.run();
    }

    /** Better what was good when this program ran last than nothing: nodes and people go on. */
    private void useLastGood(Settings last) {
        LOG.error(
                "event=control-settings-of-last-time code={} reason=\"{}\": the settings in their directory cannot be used;"
                        + " begins with those that were good last",
                ControlErrorCode.SETTINGS_OF_LAST_TIME.code(),
                LogText.clean(problem.orElse("")));
        inUse = Optional.of(last);
    }

    /** Keeps new ones for another start and puts them on the record; what fails is done at the next call. */
    void record() {
        if (unrecorded) {
            lastGood.keep(directory.files());
            inUse.ifPresent(taken -> ledger.audit(
                    AuditKind.SETTINGS_TAKEN,
                    taken.name(),
                    taken.nodes().size() + " nodes, " + taken.services().size() + " services"));
            unrecorded = false;
        }
    }

    /** Those in use could not be put on the record, or not everybody could be told. */
    void notPassedOn(RuntimeException why) {
        problem = Optional.of(ControlErrorCode.SETTINGS_NOT_PASSED_ON.meaning() + ": " + why.getMessage());
        counters.counter("control_settings_not_passed_on").increment();
        LOG.error("event=control-settings-not-passed-on code={}", ControlErrorCode.SETTINGS_NOT_PASSED_ON.code());
    }
}
