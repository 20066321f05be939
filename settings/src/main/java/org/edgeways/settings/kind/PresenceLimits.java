package org.edgeways.settings.kind;

import java.time.Duration;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;

/** Limits of subscriptions, publications and contacts. */
public record PresenceLimits(
        @Key(
                says = "Most subscriptions in all; past it 480 with Retry-After.",
                usual = "500000",
                least = "1",
                most = "1000000")
        int subscriptions,

        @Key(
                says = "Most of one watcher, on all their devices; past it unreachable ones make room, else 480.",
                usual = "2000",
                least = "1",
                most = "1000000")
        int subscriptionsPerWatcher,

        @Key(
                says = "Most of one watcher to their contact list, on all their devices.",
                usual = "20",
                least = "1",
                most = "1000000")
        int listSubscriptionsPerWatcher,

        @Key(
                says = "Most of one watcher to one event of one person, on all the watcher's devices.",
                usual = "20",
                least = "1",
                most = "1000000")
        int subscriptionsPerPair,

        @Key(
                says = "Most to one person's event; past it 480 with Retry-After.",
                usual = "5000",
                least = "1",
                most = "1000000")
        int subscriptionsPerPerson,

        @Key(
                says = "The shortest subscription or publication; a shorter one is refused with 423.",
                usual = "1m",
                least = "1s",
                most = "30d")
        Duration minimumExpiry,

        @Key(says = "When the device names none.", usual = "1h", least = "1s", most = "30d")
        Duration defaultExpiry,

        @Key(says = "The longest; a longer one is shortened.", usual = "2h", least = "1s", most = "30d")
        Duration maximumExpiry,

        @Key(
                says = "The least time between two NOTIFYs that changes of state cause on one subscription.",
                usual = "5s",
                least = "0s",
                most = "1h")
        Duration notifyInterval,

        @Key(
                says = "Most NOTIFYs in a second that changes of state cause on all subscriptions of one watcher.",
                usual = "100",
                least = "1",
                most = "1000000")
        int notifiesPerWatcher,

        @Key(
                says = "How long after a NOTIFY that did not get through the next is tried, at the least.",
                usual = "1m",
                least = "1s",
                most = "1h")
        Duration retry,

        @Key(
                says = "How long after a restart what has changed is not told on subscriptions from before it.",
                usual = "15s",
                least = "0s",
                most = "1h")
        Duration restartQuiet,

        @Key(
                says = "Most publications of one person; past it the one that was refreshed longest ago is dropped.",
                usual = "10",
                least = "1",
                most = "1000")
        int publicationsPerPerson,

        @Key(
                says = "The longest presence document; past it 413.",
                usual = "16KiB",
                least = "1024",
                most = "1000000",
                bytes = true)
        int publicationBytes,

        @Key(says = "Most contacts on a person's list.", usual = "1000", least = "1", most = "1000")
        int contactsPerPerson,

        @Key(
                says = "The longest body of one list NOTIFY: what does not fit follows in the next ones.",
                usual = "256KiB",
                least = "16384",
                most = "1000000",
                bytes = true)
        int listBytes,

        @Key(
                says = "Most watchers that a person's decisions are kept about.",
                usual = "2000",
                least = "1",
                most = "1000000")
        int decisionsPerPerson,

        @Key(
                says = "Most watchers that have asked and are gone, and of whom the person is told later.",
                usual = "100",
                least = "1",
                most = "1000000")
        int waitingPerPerson)
        implements Checked {

    @Override
    public void check(Disagreements found) {
        PoolLimits.expiries(minimumExpiry, defaultExpiry, maximumExpiry, found);
    }
}
