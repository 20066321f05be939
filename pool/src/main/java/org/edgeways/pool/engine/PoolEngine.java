package org.edgeways.pool.engine;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.pool.presence.engine.PresenceEngine;
import org.edgeways.pool.presence.engine.PresenceStorage;
import org.edgeways.pool.presence.engine.SavedPresence;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.Transmitter;
import org.edgeways.sip.transaction.TransportFailure;
import org.jspecify.annotations.Nullable;

/**
 * The inside server without I/O: registrar, authentication of senders, messages and calls, on top of a proxy core. One
 * thread at a time. Times are nanoseconds since 1970.
 */
public final class PoolEngine implements SipEngine {

    private final ProxyCore core;
    private final People people;
    private final Registrar registrar;
    private final Authenticator authenticator;
    private final SenderRule senders;
    private final Connections connections;
    private final Deliveries deliveries;
    private final BindingSaves saves;
    private final Registrations registrations;
    private final Messages messages;
    private final PresenceEngine presence;
    private final OpenCalls calls;
    private final DurableCommands store;
    private final PoolEvents events;
    private final Counters counters;
    private EngineSettings settings;

    /** What the engine stands on. */
    public record Surroundings(
            People people,
            DurableCommands store,
            PresenceStorage presence,
            Transmitter transmitter,
            PoolEvents events,
            Counters counters,
            RandomGenerator random) {}

    /**
     * An engine that knows nobody yet.
     *
     * @param boot names this run of the process; never used before
     * @param shard the number of its event loop
     * @param start now
     */
    public PoolEngine(
            EngineSettings settings,
            Surroundings around,
            SipTimers timers,
            SipEngineLimits limits,
            String boot,
            int shard,
            long start) {
        people = around.people();
        store = around.store();
        events = around.events();
        counters = around.counters();
        RandomGenerator random = around.random();
        Tickets tickets = new Tickets();
        Answers answers = new Answers(counters, events);
        this.settings = settings;
        registrar = new Registrar(settings.registrar(), random);
        Devices devices = new Devices(registrar, boot);
        authenticator = new Authenticator(people, settings, random, start);
        senders = new SenderRule(people, registrar, authenticator, boot);
        connections = new Connections(random);
        deliveries = new Deliveries(
                settings.messages(), devices, store, deviceSending(devices), this::drop, events, counters, tickets);
        saves = new BindingSaves(registrar, store, tickets);
        registrations = new Registrations(
                people, registrar, authenticator, senders, saves, deliveries, answers, events, counters);
        messages = new Messages(settings.messages(), people, devices, deliveries, store, tickets, events, answers);
        Dialogs dialogs = new Dialogs(this::settings, people, registrar, devices, connections, senders);
        presence = new PresenceEngine(
                settings.presence(),
                new NotifierHost(
                        this::settings, people, devices, dialogs, store, answers, events, this::drop, this::core),
                around.presence(),
                counters,
                random);
        calls = new OpenCalls(answers, counters);
        PoolRouter router = new PoolRouter(
                this::settings,
                people,
                senders,
                registrations,
                messages,
                devices,
                dialogs,
                presence,
                calls,
                answers,
                this::drop,
                this::ended,
                this::core);
        core = new ProxyCore(
                around.transmitter(), router, ProxySettings.of(shard).endingFlows(), timers, limits, counters, random);
    }

    private EngineSettings settings() {
        return settings;
    }

    /**
     * Takes other settings: for requests that come from now on. Who is in a domain that is ours no more is signed out, and what
     * they watch and publish ends; their contacts, decisions and waiting messages stay for when it is ours again. What it calls
     * itself ({@code host}, {@code port}) and what holds for presence stay as they were at the start.
     */
    public void use(EngineSettings next, SipEngineLimits limits, long now) {
        Set<String> before = Set.copyOf(settings.domains());
        settings = next.called(settings.host(), settings.port());
        registrar.use(next.registrar());
        authenticator.use(next, now);
        deliveries.use(next.messages());
        messages.use(next.messages());
        core.use(limits);
        Set<String> after = Set.copyOf(settings.domains());
        if (!after.equals(before)) {
            Set<String> mentioned = new TreeSet<>(registrar.people());
            mentioned.addAll(presence.people());
            for (String address : mentioned) {
                String domain = Addresses.domain(address);
                if (before.contains(domain) != after.contains(domain)) {
                    accountChanged(address, "the domain " + domain + " is not ours any more", now);
                }
            }
        }
    }

    private ProxyCore core() {
        return core;
    }

    private Deliveries.Sending deviceSending(Devices devices) {
        return (device, request, listener, now) -> {
            Target target = devices.target(device, 1.0);
            SipMessage outgoing = request.copy();
            outgoing.setRequestUri(target.requestUri());
            outgoing.remove(HeaderName.VIA);
            outgoing.remove(HeaderName.ROUTE);
            target.routes().forEach(route -> outgoing.add(HeaderName.ROUTE, route));
            send(outgoing, target.destination(), listener, now);
        };
    }

    private void send(SipMessage request, Destination to, LocalRequestListener listener, long now) {
        core.send(request, to, listener, now);
    }

    /**
     * Takes up what was saved before a restart, except for what the accounts, as they are now, do not allow: that is forgotten,
     * on disk too. Call it before the first message.
     *
     * @param bindings all that were saved
     * @param waiting the recipients for whom messages wait
     * @param saved what presence has kept
     */
    public void restore(Collection<Binding> bindings, Collection<String> waiting, SavedPresence saved, long now) {
        registrar.restore(bindings, now);
        tellPresence(now);
        presence.restore(saved, now);
        // accounts are changed on disk before what follows from it: a crash between the two leaves what is not allowed
        // any more
        Set<String> mentioned = new TreeSet<>(waiting);
        bindings.forEach(binding -> mentioned.add(binding.person()));
        mentioned.addAll(saved.people());
        for (String address : mentioned) {
            if (people.exists(address)) {
                accountChanged(address, now);
            } else {
                personRemoved(address, now);
            }
        }
        waiting.stream().filter(people::exists).forEach(recipient -> deliveries.wake(recipient, now));
    }

    /** A connection to or from a node or service has opened: what could not be sent over it is tried again. */
    public void serviceConnected(String name, long now) {
        for (String person : registrar.peopleBehind(name)) {
            deliveries.wake(person, now);
            presence.reachable(person, now);
        }
    }

    /** An account was changed, or its person removed, or its domain is ours no more or again: what it does not allow any more goes: bindings, and calls that ring. */
    public void accountChanged(String address, long now) {
        accountChanged(address, "the account was changed", now);
    }

    private void accountChanged(String address, String why, long now) {
        People.Account account = people.account(address);
        boolean changed = registrar.retain(address, binding -> Registrations.allows(account, binding));
        if (changed) {
            save(address, why);
        }
        calls.accountChanged(address, account, core, now);
        if (account == null) {
            presence.gone(address, now);
        } else {
            presence.accountChanged(address, now);
        }
        tellPresence(now);
    }

    /** A person was removed for good: their messages go too. */
    public void personRemoved(String address, long now) {
        accountChanged(address, now);
        messages.removed(address);
        deliveries.removed(address);
        store.discardMessages(address);
        presence.removed(address, now);
    }

    /** Presence, for administration. */
    public PresenceEngine presence() {
        return presence;
    }

    /** How many bindings there are. */
    public int bindings() {
        return registrar.size();
    }

    /** The live bindings of a person. */
    public List<Binding> bindings(String address, long now) {
        return registrar.bindings(address, now);
    }

    private void drop(Binding unreachable, String why) {
        String person = registrar.remove(unreachable);
        if (person != null) {
            save(person, why);
        }
    }

    private void save(String person, String why) {
        counters.counter("pool_bindings_dropped").increment();
        events.bindingsDropped(person, why);
        saves.save(person);
    }

    @Override
    public void receive(SipMessage message, Origin from, long now) {
        core.receive(message, from, now);
        tellPresence(now);
    }

    @Override
    public void timeout(long now) {
        registrar.timeout(now);
        saves.timeout(now);
        deliveries.timeout(now);
        core.timeout(now);
        tellPresence(now);
        presence.timeout(now);
    }

    @Override
    public long nextDeadline() {
        return Math.min(
                Math.min(core.nextDeadline(), Math.min(registrar.nextDeadline(), saves.nextDeadline())),
                Math.min(deliveries.nextDeadline(), presence.nextDeadline()));
    }

    @Override
    public void sentOver(String branch, Origin over) {
        core.sentOver(branch, over);
    }

    @Override
    public void transportFailed(String branch, TransportFailure failure, long now) {
        core.transportFailed(branch, failure, now);
        tellPresence(now);
    }

    @Override
    public void flowClosed(Flow flow, long now) {
        core.flowClosed(flow, now);
        ended(senders.inside(flow));
        connections.closed(flow);
        tellPresence(now);
    }

    /** A connection of a device's is gone, to us or to an edge node, which says so. */
    private void ended(FlowName name) {
        for (String person : registrar.removeFlow(name)) {
            save(person, "its connection is gone");
        }
        senders.flowClosed(name);
    }

    /**
     * These edge nodes are ours, and no others: nobody is reached through those that were put out, so who signed in through one
     * of them is signed in there no more.
     */
    public void keepNodes(Set<String> ours, long now) {
        for (String person : registrar.removeBehindOthers(ours)) {
            save(person, "its edge node was put out");
        }
        senders.keep(ours);
        tellPresence(now);
    }

    @Override
    public void partyLost(Destination.Service party, long now) {
        core.partyLost(party, now);
    }

    @Override
    public void partyReduced(Destination.Service party, long now) {
        core.partyReduced(party, now);
    }

    @Override
    public void partyFound(Destination.Service party, long now) {
        core.partyFound(party, now);
    }

    /** Whatever has changed bindings, presence hears of it here, once for each person. */
    private void tellPresence(long now) {
        registrar.takeChanged().forEach(person -> presence.bindingsChanged(person, now));
    }

    /** Completion of {@link PresenceStorage#write}; {@code failure} is null if it is durable. */
    public void presenceWritten(long ticket, @Nullable String failure, long now) {
        presence.written(ticket, failure, now);
    }

    /** Completion of {@link DurableCommands#saveBindings}; {@code failure} is null if it is durable. */
    public void bindingsSaved(long ticket, @Nullable String failure, long now) {
        saves.saved(ticket, failure, now);
        String signedIn = registrations.bindingsSaved(ticket, failure, core, now);
        if (signedIn != null) {
            presence.reachable(signedIn, now);
        }
        tellPresence(now);
    }

    /** Completion of {@link DurableCommands#storeMessage}. */
    public void messageStored(long ticket, StoreOutcome outcome, long now) {
        tellOfMessages(messages.messageStored(ticket, outcome, now, core), now);
    }

    /** Messages that waited too long have been taken out of the store. */
    public void messagesExpired(Collection<String> recipients, long now) {
        recipients.forEach(recipient -> tellOfMessages(recipient, now));
    }

    private void tellOfMessages(@Nullable String recipient, long now) {
        if (recipient != null) {
            presence.messagesChanged(recipient, now);
        }
    }

    /** Completion of {@link DurableCommands#loadMessages}; null if it failed. */
    public void messagesLoaded(long ticket, @Nullable List<StoredMessage> loaded, long now) {
        deliveries.messagesLoaded(ticket, loaded, now);
        tellPresence(now);
    }

    /** Completion of {@link DurableCommands#deleteMessage}; false if it failed. */
    public void messageDeleted(long ticket, boolean deleted, long now) {
        tellOfMessages(deliveries.messageDeleted(ticket, deleted, now), now);
        tellPresence(now);
    }
}
