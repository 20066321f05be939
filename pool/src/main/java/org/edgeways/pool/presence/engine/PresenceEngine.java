package org.edgeways.pool.presence.engine;

import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * Event notification and presence without I/O. The pool's engine brings requests whose senders are certain, tells what
 * becomes of registrations, and sends what this asks for through {@link PresenceHost}. One thread at a time; times are
 * nanoseconds since 1970.
 */
public final class PresenceEngine {

    private final Writes writes;
    private final Subscriptions subscriptions = new Subscriptions();
    private final Notifier notifier;
    private final Subscribing subscribing;
    private final Presentities presentities;
    private final PresencePackage presence;

    /** An engine without subscriptions. */
    public PresenceEngine(
            PresenceSettings settings,
            PresenceHost host,
            PresenceStorage storage,
            Counters counters,
            RandomGenerator random) {
        PresenceLimits limits = settings.limits();
        writes = new Writes(storage, host);
        notifier = new Notifier(limits, host, writes, subscriptions, counters, random);
        subscribing = new Subscribing(limits, host, writes, subscriptions, notifier, counters, random);
        presentities = new Presentities(host);
        presence = new PresencePackage(presentities);
        subscribing.serve(presence);
        counters.gauge("pool_subscriptions", subscriptions::size);
    }

    /** Whether requests for that event, addressed to a person, are for this engine. */
    public boolean serves(String event) {
        return subscribing.served(event) != null;
    }

    /** The events that are served, as Allow-Events lists them. */
    public String allowEvents() {
        return subscribing.allowEvents();
    }

    /** Whether a request is in the dialog of one of the subscriptions. */
    public boolean knows(SipMessage request) {
        return subscriptions.inDialog(request) != null;
    }

    /** A SUBSCRIBE for one of the events, or in one of the dialogs. It is answered now or when it is durable. */
    public void subscribe(EventRequest request, long now) {
        subscribing.subscribe(request, now);
    }

    /** Registrations of a person have perhaps come or gone. */
    public void bindingsChanged(String person, long now) {
        if (presentities.bindingsChanged(person, now)) {
            notifier.changed(presence, person, now);
        }
    }

    /** A device of that person has signed in, or can be reached again. */
    public void reachable(String person, long now) {
        notifier.wake(person, now);
    }

    /** The person may not sign in any more: what they watch and what is watched of them ends. */
    public void gone(String person, long now) {
        subscriptions.ofWatcher(person).forEach(one -> notifier.end(one, "rejected", now));
        subscriptions.of(presence, person).forEach(one -> notifier.end(one, "noresource", now));
    }

    /** Completion of {@link PresenceStorage#write}; {@code failure} is null if it is durable. */
    public void written(long ticket, @Nullable String failure, long now) {
        writes.written(ticket, failure, now);
    }

    /** Does what is due. */
    public void timeout(long now) {
        notifier.timeout(now);
    }

    /** When {@link #timeout} has something to do. */
    public long nextDeadline() {
        return notifier.nextDeadline();
    }

    /** How many subscriptions there are. */
    public int subscriptions() {
        return subscriptions.size();
    }
}
