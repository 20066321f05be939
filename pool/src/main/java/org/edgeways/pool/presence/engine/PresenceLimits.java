package org.edgeways.pool.presence.engine;

import java.time.Duration;

/**
 * Limits of subscriptions, publications and contacts. At a limit a request is served, past it refused.
 *
 * @param subscriptions most subscriptions in all, default 500,000; past it 480 with Retry-After
 * @param subscriptionsPerWatcher most of one watcher, on all their devices, default 2,000; past it those whose device
 *     cannot be reached make room, and if there are none 480 with Retry-After
 * @param listSubscriptionsPerWatcher most of one watcher to their contact list, on all their devices, default 20; when one
 *     more comes, one whose device cannot be reached makes room, else the one that would end first, which is to ask again
 *     later
 * @param subscriptionsPerPair most of one watcher to one event of one person, on all the watcher's devices, default 20;
 *     when one more comes, room is made in the same way, so that a few watchers cannot use up what all have together
 * @param subscriptionsPerPerson most to one person's event, default 5,000; past it 480 with Retry-After
 * @param minimumExpiry shortest subscription or publication, default 1 minute; a shorter one is refused with 423
 * @param defaultExpiry when the device names none, default 1 hour
 * @param maximumExpiry longest, default 2 hours; a longer one is shortened
 * @param notifyInterval least time between two NOTIFYs that changes of state cause on one subscription, default 5 s;
 *     what happens meanwhile is told at its end, only the newest state of each person
 * @param notifiesPerWatcher most NOTIFYs in a second that changes of state cause on all subscriptions of one watcher
 *     together, default 100; the others follow in the next seconds, with the state as it is then
 * @param retry how long after a NOTIFY that did not get through the next is tried, at the least, default 1 minute, if the
 *     watcher's device does not sign in before; up to a quarter of it is added by chance
 * @param restartQuiet how long after a restart what has changed is not told on subscriptions from before it, so that not
 *     everybody is told of everybody's going and coming, default 15 s; a SUBSCRIBE is answered at once all the same
 * @param publicationsPerPerson most publications of one person, default 10; when one more comes, the one that was
 *     refreshed longest ago is dropped (a browser makes a new one at each reload)
 * @param publicationBytes longest presence document, default 16 KiB; past it 413
 * @param contactsPerPerson most contacts on a person's list, default 1,000
 * @param listBytes longest body of one list NOTIFY, default 256 KiB: what does not fit follows in the next ones
 * @param decisionsPerPerson most watchers that a person's decisions are kept about, default 2,000
 * @param waitingPerPerson most watchers that have asked and are gone, and of whom the person is told later, default 100;
 *     past it the oldest is forgotten
 */
public record PresenceLimits(
        int subscriptions,
        int subscriptionsPerWatcher,
        int listSubscriptionsPerWatcher,
        int subscriptionsPerPair,
        int subscriptionsPerPerson,
        Duration minimumExpiry,
        Duration defaultExpiry,
        Duration maximumExpiry,
        Duration notifyInterval,
        int notifiesPerWatcher,
        Duration retry,
        Duration restartQuiet,
        int publicationsPerPerson,
        int publicationBytes,
        int contactsPerPerson,
        int listBytes,
        int decisionsPerPerson,
        int waitingPerPerson) {

    /** The defaults named above. */
    public static final PresenceLimits DEFAULT = new PresenceLimits(
            500_000,
            2_000,
            20,
            20,
            5_000,
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofSeconds(5),
            100,
            Duration.ofMinutes(1),
            Duration.ofSeconds(15),
            10,
            16 * 1024,
            1_000,
            256 * 1024,
            2_000,
            100);

    /** Checks the values. */
    public PresenceLimits {
        if (subscriptions < 1
                || subscriptionsPerWatcher < 1
                || listSubscriptionsPerWatcher < 1
                || subscriptionsPerPair < 1
                || subscriptionsPerPerson < 1
                || notifiesPerWatcher < 1
                || publicationsPerPerson < 1
                || publicationBytes < 1
                || contactsPerPerson < 1
                || listBytes < 1
                || decisionsPerPerson < 1
                || waitingPerPerson < 1) {
            throw new IllegalArgumentException("limits are positive");
        }
        if (minimumExpiry.compareTo(Duration.ofSeconds(1)) < 0
                || defaultExpiry.compareTo(minimumExpiry) < 0
                || maximumExpiry.compareTo(defaultExpiry) < 0
                || notifyInterval.isNegative()
                || restartQuiet.isNegative()
                || retry.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("1 s <= minimumExpiry <= defaultExpiry <= maximumExpiry, 1 s <= retry");
        }
    }
}
