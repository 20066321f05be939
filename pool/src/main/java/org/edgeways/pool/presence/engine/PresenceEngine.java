package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    private final WatcherPackage watchers;
    private final RegistrationPackage registrations;
    private final MessagesPackage messages;
    private final Consent consent;
    private final ContactLists contacts;
    private final PresenceHost host;
    private final Publications publications;
    private final Publishing publishing;
    /** Who may not sign in at the moment, which running lists were told. */
    private final Set<String> gone = new HashSet<>();

    /** An engine without subscriptions. */
    public PresenceEngine(
            PresenceSettings settings,
            PresenceHost host,
            PresenceStorage storage,
            Counters counters,
            RandomGenerator random) {
        PresenceLimits limits = settings.limits();
        this.host = host;
        writes = new Writes(storage, host);
        notifier = new Notifier(limits, host, writes, subscriptions, counters, random);
        subscribing = new Subscribing(limits, host, writes, subscriptions, notifier, counters, random);
        publications = new Publications(limits, writes, this::publicationsChanged);
        publishing = new Publishing(limits, host, writes, publications, counters, random);
        presentities = new Presentities(host, publications);
        consent = new Consent(settings, writes);
        contacts = new ContactLists(limits, writes);
        presence = new PresencePackage(
                presentities,
                consent,
                new ListDocuments(limits, contacts, consent, presentities, host),
                this::watchersChanged);
        watchers = new WatcherPackage(consent, this::watchersOf, host);
        registrations = new RegistrationPackage(host);
        messages = new MessagesPackage(host);
        List.of(presence, watchers, registrations, messages).forEach(subscribing::serve);
        counters.gauge("pool_subscriptions", subscriptions::size);
        counters.gauge("pool_publications_live", publications::size);
    }

    /** Those of {@link #subscriptionsTo} that are durable: of the others nobody hears. */
    private List<Subscription> watchersOf(String person) {
        return subscriptionsTo(person).stream().filter(one -> !one.saving).toList();
    }

    /** The subscriptions by which a person is watched: to the person, and to lists that the person is on. */
    private List<Subscription> subscriptionsTo(String person) {
        List<Subscription> all = new ArrayList<>();
        for (Subscription one : subscriptions.of(presence, person)) {
            if (!one.list) {
                all.add(one);
            }
        }
        contacts.ownersOf(person).forEach(owner -> all.addAll(listsOf(owner)));
        return all;
    }

    private List<Subscription> listsOf(String owner) {
        return subscriptions.of(presence, owner).stream()
                .filter(one -> one.list)
                .toList();
    }

    private void publicationsChanged(String person, long now) {
        presentities.publicationsChanged(person);
        presenceChanged(person, now);
    }

    private void presenceChanged(String person, long now) {
        for (Subscription one : subscriptionsTo(person)) {
            if (one.list) {
                ListDocuments.touch(one, person);
            }
            notifier.tell(one, false, now);
        }
    }

    /** A subscription to presence has begun or ended. */
    private void watchersChanged(Subscription subscription, long now) {
        if (!subscription.list) {
            watcherChanged(subscription, subscription.resource(), now);
        } else {
            for (Contact contact : contacts.of(subscription.resource())) {
                watcherChanged(subscription, contact.address(), now);
            }
        }
    }

    private void watcherChanged(Subscription subscription, String person, long now) {
        if (subscription.over
                && host.isPerson(person)
                && host.isPerson(subscription.watcher())
                && consent.standing(person, subscription.watcher()) == Standing.PENDING) {
            consent.waits(person, subscription.watcher(), now);
        }
        notifier.changed(watchers, person, now);
    }

    /** Takes up what was kept over a restart. Who is signed in must have been told before. */
    public void restore(SavedPresence saved, long now) {
        saved.decisions().forEach(consent::restore);
        saved.contacts().forEach(contacts::restore);
        saved.publications().forEach(one -> publications.restore(one, now));
        notifier.restoring(saved.subscriptions().size());
        for (SavedSubscription one : saved.subscriptions()) {
            EventPackage event = subscribing.served(one.event());
            if (event != null && one.expiresAt() > now) {
                notifier.restore(one, event, now);
            }
        }
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

    /** Whether a watcher sees a person as they are, as the person has decided. */
    public boolean shows(String person, String watcher) {
        return consent.standing(person, watcher) == Standing.ACTIVE;
    }

    /** A SUBSCRIBE for one of the events, or in one of the dialogs. It is answered now or when it is durable. */
    public void subscribe(EventRequest request, long now) {
        subscribing.subscribe(request, now);
    }

    /** Whether that event is one that people publish (RFC 3903). */
    public boolean publishes(String event) {
        return event.equals(presence.name());
    }

    /** A PUBLISH of an event that people publish. It is answered now or when it is durable. */
    public void publish(EventRequest request, long now) {
        publishing.publish(request, now);
    }

    /** Registrations of a person have perhaps come or gone. */
    public void bindingsChanged(String person, long now) {
        if (presentities.bindingsChanged(person, now)) {
            presenceChanged(person, now);
            notifier.changed(registrations, person, now);
        }
    }

    /** Other messages than before wait for a person. */
    public void messagesChanged(String person, long now) {
        notifier.changed(messages, person, now);
    }

    /** A device of that person has signed in, or can be reached again. */
    public void reachable(String person, long now) {
        notifier.wake(person, now);
    }

    /**
     * Passwords or rights of a person who may still sign in have perhaps changed. What is watched on a connection on which
     * the person may not be any more, or with a device password that is gone, ends, and so do publications that came with
     * credentials alone. Those of devices that have signed in go with the registration.
     */
    public void accountChanged(String person, long now) {
        if (gone.remove(person)) {
            contacts.ownersOf(person).forEach(owner -> tellLists(owner, person, now));
        }
        for (Subscription one : subscriptions.ofWatcher(person)) {
            if (!host.mayWatch(person, one.party, one.device, one.credential)) {
                notifier.end(one, "deactivated", now);
            }
        }
        publications.retainOfNoDevice(person, one -> host.mayWatch(person, one.party(), null, one.credential()), now);
    }

    /** The person may not sign in any more: what they watch and what is watched of them ends. */
    public void gone(String person, long now) {
        gone.add(person);
        subscriptions.ofWatcher(person).forEach(one -> notifier.end(one, "rejected", now));
        subscriptions.of(presence, person).forEach(one -> notifier.end(one, "noresource", now));
        publications.removeAll(person, now);
        for (String owner : contacts.ownersOf(person)) {
            tellLists(owner, person, now);
        }
        presentities.forget(person);
    }

    /** All who watch or are watched, have published something, or are on somebody's contact list. */
    public Set<String> people() {
        Set<String> all = new HashSet<>(subscriptions.people());
        all.addAll(publications.people());
        all.addAll(contacts.people());
        return all;
    }

    /** The person is removed for good: nothing is kept, also not on other people's lists. */
    public void removed(String person, long now) {
        gone(person, now);
        gone.remove(person);
        consent.forgetAll(person);
        contacts.forgetAll(person);
        writes.write(new PresenceWrite.ForgetPerson(person));
    }

    // ---- administration

    /** What a person has decided about watchers, and who has asked and waits. */
    public List<WatcherDecision> decisions(String person) {
        return consent.of(person);
    }

    /** Who watches a person, was decided about, or has asked and waits; by address. */
    public List<KnownWatcher> watchers(String person) {
        Map<String, Integer> watching = new TreeMap<>();
        watchersOf(person).forEach(one -> watching.merge(one.watcher(), 1, Integer::sum));
        Map<String, Decision> decided = new HashMap<>();
        consent.of(person).forEach(one -> decided.put(one.watcher(), one.decision()));
        decided.keySet().forEach(watcher -> watching.putIfAbsent(watcher, 0));
        List<KnownWatcher> all = new ArrayList<>();
        watching.forEach((watcher, count) -> {
            Decision decision = decided.get(watcher);
            boolean waits = decision == Decision.WAITING;
            boolean pending = consent.standing(person, watcher) == Standing.PENDING;
            KnownWatcher.State absent = waits ? KnownWatcher.State.WAITING : KnownWatcher.State.NONE;
            KnownWatcher.State present = pending ? KnownWatcher.State.PENDING : KnownWatcher.State.ACTIVE;
            all.add(new KnownWatcher(watcher, waits ? null : decision, count == 0 ? absent : present, count));
        });
        return all;
    }

    /**
     * Decides for a person about a watcher. As soon as it is durable it takes effect on running subscriptions; if it cannot be
     * made durable, nothing has happened.
     *
     * @param then told when it is done, or why it cannot be
     */
    public void decide(String person, String watcher, Decision decision, ChangeListener then, long now) {
        if (decision == Decision.WAITING) {
            throw new IllegalArgumentException("to wait is not decided");
        }
        if (person.equals(watcher)) {
            then.done(PresenceErrorCode.WATCHER_SELF);
            return;
        }
        if (!host.isPerson(watcher)) {
            then.done(PresenceErrorCode.CONTACT_FOREIGN);
            return;
        }
        PresenceErrorCode refusal = consent.decide(
                new WatcherDecision(person, watcher, decision, now), durable -> review(person, watcher, durable), then);
        if (refusal != null) {
            then.done(refusal);
        }
    }

    /**
     * Takes a decision back: the default holds again as soon as that is durable. The watcher need not be a person any more, or may be
     * disabled: decisions about them can still be taken back. Of whom nothing is kept, there is nothing to take back.
     */
    public void forgetDecision(String person, String watcher, ChangeListener then) {
        PresenceErrorCode refusal = consent.forget(person, watcher, durable -> review(person, watcher, durable), then);
        if (refusal != null) {
            then.done(refusal);
        }
    }

    /** A person's contacts, in the order of their addresses. */
    public List<Contact> contacts(String owner) {
        return contacts.of(owner);
    }

    /**
     * Puts a contact on its owner's list, or calls one that is there otherwise. It is told on running subscriptions as soon as
     * it is durable; if it cannot be made durable, nothing has happened.
     *
     * @param then told when it is done, or why it cannot be
     */
    public void addContact(Contact contact, ChangeListener then) {
        if (!host.isPerson(contact.address())) {
            then.done(PresenceErrorCode.CONTACT_FOREIGN);
            return;
        }
        String owner = contact.owner();
        String address = contact.address();
        PresenceErrorCode refusal = contacts.add(contact, durable -> contactChanged(owner, address, durable), then);
        if (refusal != null) {
            then.done(refusal);
        }
    }

    /** Takes a contact off its owner's list; otherwise as {@link #addContact}. */
    public void removeContact(String owner, String address, ChangeListener then) {
        PresenceErrorCode refusal =
                contacts.remove(owner, address, durable -> contactChanged(owner, address, durable), then);
        if (refusal != null) {
            then.done(refusal);
        }
    }

    private void contactChanged(String owner, String address, long now) {
        tellLists(owner, address, now);
        notifier.changed(watchers, address, now);
    }

    private void tellLists(String owner, String address, long now) {
        for (Subscription one : listsOf(owner)) {
            ListDocuments.touchAnew(one, address);
            notifier.tell(one, true, now);
        }
    }

    private void review(Subscription one, String person, long now) {
        if (one.list) {
            ListDocuments.touch(one, person);
            notifier.tell(one, true, now);
        } else {
            notifier.review(one, now);
        }
    }

    private void review(String person, String watcher, long now) {
        for (Subscription one : subscriptionsTo(person)) {
            if (one.watcher().equals(watcher)) {
                review(one, person, now);
            }
        }
        notifier.changed(watchers, person, now);
    }

    /** Completion of {@link PresenceStorage#write}; {@code failure} is null if it is durable. */
    public void written(long ticket, @Nullable String failure, long now) {
        writes.written(ticket, failure, now);
    }

    /** Does what is due. */
    public void timeout(long now) {
        publications.timeout(now);
        notifier.timeout(now);
    }

    /** When {@link #timeout} has something to do. */
    public long nextDeadline() {
        return Math.min(notifier.nextDeadline(), publications.nextDeadline());
    }

    /** How many subscriptions there are. */
    public int subscriptions() {
        return subscriptions.size();
    }
}
