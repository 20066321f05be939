package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/**
 * The NOTIFYs of RFC 6665 section 4.2.2. What is told is the packages', who is let in {@link Subscribing}'s.
 *
 * <pre>
 * state     event                                next      what is done
 * -         SUBSCRIBE without To tag             SAVING    it is stored
 * -         the same with Expires: 0             over      200, one NOTIFY with terminated
 * SAVING    durable                              SENT      200, then NOTIFY
 * SAVING    the store failed                     over      500
 * QUIET     changed, interval is over            SENT      NOTIFY
 * QUIET     changed, interval is not over        QUIET     the rest is waited for
 * QUIET     changed, device cannot be reached    AWAY      the change is remembered
 * SENT      2xx                                  QUIET     NOTIFY at once if more is to be told
 * SENT      no way to the device, or 5xx         AWAY      all is told again after {@link PresenceLimits#retry()} and a little more
 * SENT      481 to the very first NOTIFY         AWAY      once more after half a second: it has overtaken the 200
 * SENT      any other refusal, 408               over      it is forgotten (RFC 6665 section 4.2.2)
 * AWAY      device signs in, retry               SENT      NOTIFY with all
 * any       SUBSCRIBE in the dialog              same      stored, 200, NOTIFY with all; if the store failed, 500 and no more
 * any       Expires: 0, expiry, decision, end    over      NOTIFY with terminated, forgotten
 * </pre>
 * A NOTIFY is sent only when the one before has its answer, so that they cannot overtake each other on the several
 * connections to an edge node. Of one watcher only so many are sent in a second, and over all subscriptions only so many at
 * once ({@link Turns}), besides those that follow a SUBSCRIBE. What waits is told as it is when its turn has come.
 */
final class Notifier {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /**
     * The answer to a SUBSCRIBE and the NOTIFY after it leave an edge node from two of its event loops. A device that makes
     * its dialog only of the answer, as JsSIP does, refuses a NOTIFY that comes before it.
     */
    private static final long SECOND_TRY_NANOS = NANOS_PER_SECOND / 2;

    /** How many NOTIFYs a second are sent at most on average about what has changed over a restart. */
    private static final int RESTART_RATE = 500;

    /** A retry comes up to this part of {@link PresenceLimits#retry()} later, so that not all come in one moment. */
    private static final int RETRY_SPREAD = 4;

    /** RFC 5626 section 11.5. */
    private static final int FLOW_FAILED = 430;

    /** The reasons for which a subscription ends without a last look. */
    private static final Set<String> SILENT = Set.of("rejected", "noresource", "giveup", "deactivated", "probation");

    /** When to ask again after "probation" (RFC 6665 section 4.1.3), so that too many devices do not oust one another. */
    private static final String RETRY_AFTER = ";retry-after=300";

    /** More NOTIFYs than there can have been between two saves, besides one a second. */
    private static final int SEQUENCE_LEEWAY = 1_000;

    private final PresenceLimits limits;
    private final PresenceHost host;
    private final Writes writes;
    private final Subscriptions subscriptions;
    private final Counters counters;
    private final RandomGenerator random;
    private final Turns turns = new Turns(Turns.NOTIFIES, Turns.TURN_NANOS);
    private final Map<String, Turns> turnsOfWatcher = new HashMap<>();
    private final TimerQueue<Subscription.Due> timers = new TimerQueue<>();
    private long restartSpread;

    Notifier(
            PresenceLimits limits,
            PresenceHost host,
            Writes writes,
            Subscriptions subscriptions,
            Counters counters,
            RandomGenerator random) {
        this.limits = limits;
        this.host = host;
        this.writes = writes;
        this.subscriptions = subscriptions;
        this.counters = counters;
        this.random = random;
    }

    // ---- beginnings

    /** A new subscription, which {@link #saved} or {@link #discard} follows. */
    void begin(Subscription made) {
        subscriptions.add(made);
        scheduleExpiry(made);
    }

    /** It is durable. */
    void saved(Subscription made, long now) {
        made.saving = false;
        made.event.began(made, now);
        made.turn = now;
        tell(made, true, now);
    }

    /** It could not be made durable: nobody hears of it. */
    void discard(Subscription made, long now) {
        remove(made, "deactivated", false, now);
    }

    /** State is asked for once, without a subscription. */
    void tellOnce(Subscription made, @Nullable Notification all, long now) {
        made.saving = false;
        made.ending = "timeout";
        last(made, all, now);
        made.over = true;
        made.event.ended(made, "timeout", now);
    }

    /** So many subscriptions of an earlier run are to be taken up. */
    void restoring(int count) {
        restartSpread = Math.max(limits.notifyInterval().toNanos(), count * NANOS_PER_SECOND / RESTART_RATE);
    }

    /** Takes up a subscription of an earlier run. What has changed meanwhile is told, though not to all at once. */
    void restore(SavedSubscription saved, EventPackage event, long now) {
        Subscription subscription = new Subscription(saved, event);
        // the NOTIFYs since it was saved are not known
        subscription.localSequence += SEQUENCE_LEEWAY + Math.max(0, now - saved.savedAt()) / NANOS_PER_SECOND;
        subscription.saving = false;
        subscription.notBefore = now + limits.restartQuiet().toNanos() + random.nextLong(1 + restartSpread);
        begin(subscription);
        event.began(subscription, now);
        String reason = event.ended(subscription, now);
        if (reason != null) {
            // the setting is another than before the restart
            end(subscription, reason, now);
        } else {
            tell(subscription, false, now);
        }
    }

    /** It ends with its time, unless it is over. */
    void scheduleExpiry(Subscription subscription) {
        if (subscription.over) {
            return;
        }
        if (subscription.expiry != null) {
            timers.cancel(subscription.expiry);
        }
        subscription.expiry =
                timers.schedule(subscription.expiresAt, new Subscription.Due(subscription, Subscription.Alarm.EXPIRY));
    }

    // ---- what is to be told

    /** The state of a resource has changed. */
    void changed(EventPackage event, String resource, long now) {
        subscriptions.of(event, resource).forEach(subscription -> tell(subscription, false, now));
    }

    /** A SUBSCRIBE has come: it is answered with everything, at once (section 4.2.1.2). */
    void refreshed(Subscription subscription, long now) {
        subscription.turn = now;
        tellAll(subscription, now);
    }

    private void tellAll(Subscription subscription, long now) {
        subscription.full = true;
        tell(subscription, true, now);
    }

    /**
     * A subscription has something to tell.
     *
     * @param urgent whether it does not wait for the interval
     */
    void tell(Subscription subscription, boolean urgent, long now) {
        subscription.dirty = true;
        subscription.urgent |= urgent;
        attend(subscription, now);
    }

    /** What holds for a subscription was decided anew: it is told or ended at once. */
    void review(Subscription subscription, long now) {
        String reason = subscription.event.ended(subscription, now);
        if (reason != null) {
            end(subscription, reason, now);
        } else {
            if ("rejected".equals(subscription.ending) && host.isPerson(subscription.watcher)) {
                // decided otherwise before it was told
                subscription.ending = null;
            }
            tellAll(subscription, now);
        }
    }

    /** A device of that person may have become reachable. */
    void wake(String watcher, long now) {
        for (Subscription subscription : subscriptions.ofWatcher(watcher)) {
            if (subscription.unreachable) {
                subscription.unreachable = false;
                attend(subscription, now);
            }
        }
    }

    private void attend(Subscription subscription, long now) {
        if (subscription.over || subscription.saving || subscription.outstanding || subscription.unreachable) {
            return;
        }
        boolean ending = subscription.ending != null;
        if (!ending && !subscription.dirty) {
            return;
        }
        if (!ending && !subscription.urgent && now < subscription.notBefore) {
            alarm(subscription, subscription.notBefore);
            return;
        }
        Destination way = way(subscription, now);
        if (way != null && !itsTurn(subscription, now)) {
            return;
        }
        if (ending) {
            end(subscription, now);
            return;
        }
        if (way == null) {
            away(subscription);
            return;
        }
        subscription.hasHadItsTurn();
        Notification notification = subscription.event.notification(subscription, subscription.full, now);
        subscription.dirty = false;
        subscription.urgent = false;
        if (notification != null) {
            subscription.full = false;
            send(subscription, notification, way, now);
        }
    }

    /** Whether a subscription is told now; if not, it is when its turn has come: its watcher's first, then that of all. */
    private boolean itsTurn(Subscription subscription, long now) {
        Long turn = subscription.turn;
        if (turn == null) {
            Long share = subscription.share;
            if (share == null) {
                share = turnsOfWatcher(subscription.watcher).take(now);
                subscription.share = share;
                deferred(share, "notifiesPerWatcher", now);
            }
            if (share > now) {
                alarm(subscription, share);
                return false;
            }
            turn = turns.take(now);
            subscription.turn = turn;
            deferred(turn, "turns", now);
        }
        if (turn <= now) {
            return true;
        }
        alarm(subscription, turn);
        return false;
    }

    private Turns turnsOfWatcher(String watcher) {
        return turnsOfWatcher.computeIfAbsent(watcher, w -> new Turns(limits.notifiesPerWatcher(), NANOS_PER_SECOND));
    }

    private void deferred(long until, String limit, long now) {
        if (until > now) {
            counters.counter("pool_notifies_deferred", "limit", limit).increment();
        }
    }

    private @Nullable Destination way(Subscription subscription, long now) {
        return host.way(subscription.party, subscription.watcher, subscription.device, subscription.routes, now);
    }

    private void alarm(Subscription subscription, long when) {
        if (subscription.alarm != null) {
            if (subscription.alarm.deadline() == when) {
                return;
            }
            timers.cancel(subscription.alarm);
        }
        subscription.alarm = timers.schedule(when, new Subscription.Due(subscription, Subscription.Alarm.NOTIFY));
    }

    private static void away(Subscription subscription) {
        subscription.hasHadItsTurn();
        subscription.unreachable = true;
        subscription.dirty = true;
        subscription.full = true;
    }

    // ---- NOTIFY

    private void send(Subscription subscription, Notification notification, Destination way, long now) {
        long left = Math.max(0, (subscription.expiresAt - now + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND);
        String state = (notification.pending() ? "pending" : "active") + ";expires=" + left;
        subscription.outstanding = true;
        subscription.notBefore = now + limits.notifyInterval().toNanos();
        transmit(subscription, state, notification, way, new Answer(subscription, notification.more(), now), now);
    }

    private void transmit(
            Subscription subscription,
            String state,
            @Nullable Notification notification,
            Destination way,
            LocalRequestListener listener,
            long now) {
        SipMessage notify = subscription.notify(state, host.contact(subscription.id));
        notify.setBody(
                notification == null ? null : notification.contentType(),
                notification == null ? new byte[0] : notification.body());
        counters.counter("pool_notifies", "event", subscription.event.name()).increment();
        counters.counter("pool_notify_body_bytes", "event", subscription.event.name())
                .add(notify.bodyLength());
        host.send(notify, way, listener, now);
    }

    private final class Answer implements LocalRequestListener {
        private final Subscription subscription;
        private final boolean more;
        private final long sentAt;
        private boolean answered;

        private Answer(Subscription subscription, boolean more, long sentAt) {
            this.subscription = subscription;
            this.more = more;
            this.sentAt = sentAt;
        }

        @Override
        public void response(SipMessage response, long now) {
            if (response.status() >= 200) {
                answered(response.status(), now);
            }
        }

        @Override
        public void failed(int status, long now) {
            answered(status, now);
        }

        private void answered(int status, long now) {
            if (answered || subscription.over) {
                return;
            }
            answered = true;
            subscription.outstanding = false;
            if (status == FLOW_FAILED && subscription.device != null) {
                host.flowFailed(subscription.watcher, subscription.device, subscription.routes, sentAt, now);
            }
            if (status < 300) {
                subscription.confirmed = true;
                if (more) {
                    subscription.dirty = true;
                    subscription.urgent = true;
                }
                attend(subscription, now);
            } else if (status == 481 && subscription.mayTryAgain()) {
                away(subscription);
                subscription.urgent = true;
                alarm(subscription, now + SECOND_TRY_NANOS);
            } else if (!mayComeBack(status)) {
                counters.counter("pool_notifies_failed", "reason", "refused").increment();
                remove(subscription, "giveup", true, now);
            } else if (subscription.ending != null) {
                remove(subscription, subscription.ending, true, now);
            } else {
                counters.counter("pool_notifies_failed", "reason", "unreachable")
                        .increment();
                away(subscription);
                long retry = limits.retry().toNanos();
                alarm(subscription, now + retry + random.nextLong(1 + retry / RETRY_SPREAD));
            }
        }
    }

    /** The connection is gone or something on the way is; the device may be reached again. */
    private static boolean mayComeBack(int status) {
        return status == FLOW_FAILED || status == 480 || status >= 500 && status < 600 && status != 501;
    }

    // ---- the end

    /** Ends a subscription. */
    void end(Subscription subscription, String reason, long now) {
        if (subscription.ending == null) {
            subscription.ending = reason;
        }
        if (subscription.unreachable) {
            remove(subscription, reason, true, now);
        } else {
            attend(subscription, now);
        }
    }

    /** Ends a subscription because of a SUBSCRIBE, without waiting for its turn. */
    void endAtOnce(Subscription subscription, String reason, long now) {
        subscription.turn = now;
        end(subscription, reason, now);
    }

    private void end(Subscription subscription, long now) {
        // a list is too long for a farewell
        boolean silent = subscription.list || SILENT.contains(String.valueOf(subscription.ending));
        last(subscription, silent ? null : subscription.event.notification(subscription, true, now), now);
        remove(subscription, String.valueOf(subscription.ending), true, now);
    }

    /** The last NOTIFY; its answer matters to nobody. */
    private void last(Subscription subscription, @Nullable Notification last, long now) {
        String reason = String.valueOf(subscription.ending);
        Destination way = way(subscription, now);
        if (way == null) {
            return;
        }
        String again = reason.equals("probation") ? RETRY_AFTER : "";
        transmit(subscription, "terminated;reason=" + reason + again, last, way, Forgetful.INSTANCE, now);
    }

    private enum Forgetful implements LocalRequestListener {
        INSTANCE;

        @Override
        public void response(SipMessage response, long now) {}

        @Override
        public void failed(int status, long now) {}
    }

    private void remove(Subscription subscription, String reason, boolean stored, long now) {
        if (subscription.over || !subscriptions.remove(subscription)) {
            return;
        }
        subscription.over = true;
        if (subscriptions.viewOfWatcher(subscription.watcher).isEmpty()) {
            turnsOfWatcher.remove(subscription.watcher);
        }
        if (subscription.expiry != null) {
            timers.cancel(subscription.expiry);
        }
        if (subscription.alarm != null) {
            timers.cancel(subscription.alarm);
        }
        if (stored) {
            writes.write(new PresenceWrite.ForgetSubscription(subscription.id));
            subscription.event.ended(subscription, reason, now);
        }
    }

    // ---- time

    /** Does what is due. */
    void timeout(long now) {
        List<Subscription> expired = new ArrayList<>();
        for (Subscription.Due due = timers.poll(now); due != null; due = timers.poll(now)) {
            Subscription subscription = due.subscription();
            switch (due.alarm()) {
                case EXPIRY -> {
                    subscription.expiry = null;
                    if (subscription.refreshing == 0) {
                        expired.add(subscription);
                    }
                }
                case NOTIFY -> {
                    subscription.alarm = null;
                    subscription.unreachable = false;
                    attend(subscription, now);
                }
            }
        }
        expired.forEach(subscription -> end(subscription, "timeout", now));
    }

    /** When {@link #timeout} has something to do. */
    long nextDeadline() {
        return timers.nextDeadline();
    }
}
