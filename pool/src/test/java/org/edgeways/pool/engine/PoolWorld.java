package org.edgeways.pool.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.pool.presence.engine.PresenceStorage;
import org.edgeways.pool.presence.engine.PresenceWrite;
import org.edgeways.pool.presence.engine.Publication;
import org.edgeways.pool.presence.engine.SavedPresence;
import org.edgeways.pool.presence.engine.SavedSubscription;
import org.edgeways.pool.presence.engine.WatcherDecision;
import org.edgeways.sip.digest.StoredHash;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.Transmitter;

/** A pool engine in virtual time, with a store in memory and devices inside and behind one edge node. */
final class PoolWorld {

    static final String EDGE_HOST = "edge1.perimeter.acorn.example";
    static final long SECOND = 1_000_000_000L;
    static final String PASSWORD = "correct horse battery";

    /** What the engine has sent and nobody has taken yet. */
    record Sent(SipMessage message, Destination to) {}

    final Random random = new Random(7);
    final InMemoryCounters counters = new InMemoryCounters();
    final Map<String, People.Account> accounts = new HashMap<>();
    final Set<String> disabled = new HashSet<>();
    final FakeStore store = new FakeStore();
    final List<String> log = new ArrayList<>();
    final Map<String, Device> devices = new LinkedHashMap<>();
    final List<Sent> unclaimed = new ArrayList<>();
    private final Map<String, Device> remoteTokens = new HashMap<>();
    /** Devices inside by their connections, where there are too many to look through. */
    final Map<Flow, Device> byFlow = new HashMap<>();

    private EngineSettings settings;
    private final Deque<Sent> outbox = new ArrayDeque<>();
    private int boots;
    long now = 1_800_000_000L * SECOND;
    long nextFlow = 1;
    PoolEngine engine;

    PoolWorld() {
        this(EngineSettings.of("10.0.0.1", 9061, List.of("acorn.example"), Set.of(EDGE_HOST)));
    }

    /** The usual settings with that presence. */
    static EngineSettings settings(PresenceSettings presence) {
        EngineSettings plain = EngineSettings.of("10.0.0.1", 9061, List.of("acorn.example"), Set.of(EDGE_HOST));
        return new EngineSettings(
                plain.host(),
                plain.port(),
                plain.aliases(),
                plain.domains(),
                plain.edgeHosts(),
                plain.algorithms(),
                plain.nonceLifetime(),
                plain.registrar(),
                plain.messages(),
                presence);
    }

    /** From now on the edge nodes have these host names. */
    void edgeHosts(Set<String> hosts) {
        use(EngineSettings.of("10.0.0.1", 9061, List.of("acorn.example"), hosts));
    }

    /** From now on, and after a restart, these are the settings. */
    void use(EngineSettings next) {
        settings = next;
        engine.use(next, SipEngineLimits.DEFAULT, now);
        settle();
    }

    /** Presence with few subscriptions. */
    static PresenceSettings limits(int perWatcher, int perPerson) {
        PresenceLimits usual = PresenceLimits.DEFAULT;
        return presence(perWatcher, usual.subscriptionsPerPair(), perPerson, usual.notifiesPerWatcher());
    }

    /** Presence in which one watcher stands for very many. */
    static PresenceSettings crowd() {
        PresenceLimits usual = PresenceLimits.DEFAULT;
        return presence(
                usual.subscriptionsPerWatcher(), Integer.MAX_VALUE, usual.subscriptionsPerPerson(), Integer.MAX_VALUE);
    }

    private static PresenceSettings presence(int perWatcher, int perPair, int perPerson, int notifiesPerWatcher) {
        PresenceLimits usual = PresenceLimits.DEFAULT;
        return new PresenceSettings(
                PresenceDefault.ALLOW,
                new PresenceLimits(
                        usual.subscriptions(),
                        perWatcher,
                        usual.listSubscriptionsPerWatcher(),
                        perPair,
                        perPerson,
                        usual.minimumExpiry(),
                        usual.defaultExpiry(),
                        usual.maximumExpiry(),
                        usual.notifyInterval(),
                        notifiesPerWatcher,
                        usual.retry(),
                        usual.restartQuiet(),
                        usual.publicationsPerPerson(),
                        usual.publicationBytes(),
                        usual.contactsPerPerson(),
                        usual.listBytes(),
                        usual.decisionsPerPerson(),
                        usual.waitingPerPerson()));
    }

    PoolWorld(EngineSettings settings) {
        this.settings = settings;
        account("alice", "Alice", true);
        account("bob", "Bob", true);
        account("carol", "", true);
        account("dave", "Dave", false);
        engine = boot();
    }

    /** That person, from outside no more. */
    void withdrawRemoteAccess(String name) {
        account(name, name, false);
        engine.accountChanged("sip:" + name + "@acorn.example", now);
        settle();
    }

    void account(String name, String displayName, boolean remoteAccess) {
        account("acorn.example", name, displayName, remoteAccess);
    }

    void account(String domain, String name, String displayName, boolean remoteAccess) {
        People.Account account = new People.Account(
                "sip:" + name + "@" + domain,
                name,
                displayName,
                remoteAccess,
                List.of(
                        new People.DevicePassword("old", StoredHash.of(name, domain, "another password")),
                        new People.DevicePassword("phone", StoredHash.of(name, domain, PASSWORD))));
        accounts.put(account.address(), account);
    }

    private PoolEngine boot() {
        People people = new People() {
            @Override
            public boolean isDomain(String host) {
                return settings.domains().contains(host.toLowerCase(Locale.ROOT));
            }

            @Override
            public Account account(String address) {
                return disabled.contains(address) || !isDomain(Addresses.domain(address))
                        ? null
                        : accounts.get(address);
            }

            @Override
            public boolean exists(String address) {
                return accounts.containsKey(address);
            }
        };
        Transmitter transmitter = (message, to, at) -> outbox.add(new Sent(message, to));
        return new PoolEngine(
                settings,
                new PoolEngine.Surroundings(people, store, store, transmitter, new Log(), counters, random),
                SipTimers.DEFAULT,
                SipEngineLimits.DEFAULT,
                "boot" + boots++,
                0,
                now);
    }

    /** As {@link #restart()}, with other settings. */
    void restart(EngineSettings next) {
        settings = next;
        restart();
    }

    /** The process dies and starts again: connections inside are gone, what was durable is there. */
    void restart() {
        outbox.clear();
        store.tasks.clear();
        engine = boot();
        for (Device device : devices.values()) {
            device.inbox.clear();
        }
        engine.restore(
                store.bindings.values().stream().flatMap(List::stream).toList(),
                store.messages.values().stream()
                        .map(StoredMessage::recipient)
                        .distinct()
                        .toList(),
                store.presence(),
                now);
        settle();
    }

    /** A device of that person inside. */
    Device inside(String person) {
        return add(new Device(this, person, Origin.connection(new Flow(nextFlow++)), null));
    }

    /** A device of that person behind the edge node. */
    Device outside(String person) {
        long number = nextFlow++;
        Device device = new Device(
                this,
                person,
                Origin.service(new Flow(1000 + number % 4), EDGE_HOST),
                EDGE_HOST + ";boot=e1;connection=" + number);
        remoteTokens.put(device.token(), device);
        return add(device);
    }

    private Device add(Device device) {
        devices.put(device.person + devices.size(), device);
        return device;
    }

    /** Does all that can be done now: store completions and deliveries to devices. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (Sent sent = outbox.poll(); sent != null; sent = outbox.poll()) {
                deliver(sent);
                busy = true;
            }
            Runnable task = store.held ? null : store.tasks.poll();
            if (task != null) {
                task.run();
                busy = true;
            }
        }
    }

    void advance(long seconds) {
        long end = now + seconds * SECOND;
        while (engine.nextDeadline() <= end) {
            now = Math.max(now, engine.nextDeadline());
            engine.timeout(now);
            settle();
        }
        now = end;
        engine.timeout(now);
        settle();
    }

    private void deliver(Sent sent) {
        // over the wire
        SipMessage message = parse(sent.message().encode());
        Device device = null;
        switch (sent.to()) {
            case Destination.Connection(Flow flow) -> {
                device = byFlow.get(flow);
                for (Device candidate : device == null ? devices.values() : List.<Device>of()) {
                    if (candidate.flowToken == null && candidate.origin.flow().equals(flow)) {
                        device = candidate;
                    }
                }
            }
            case Destination.Service service -> device = behindEdge(message);
            case Destination.Locate locate -> throw new AssertionError("the pool dials nobody: " + locate);
        }
        if (device == null || device.dead) {
            unclaimed.add(new Sent(message, sent.to()));
            if (message.isRequest() && !message.method().equals("ACK")) {
                failed(message, sent.to());
            }
            return;
        }
        device.inbox.add(message);
        device.react(message);
    }

    private void failed(SipMessage message, Destination to) {
        if (to instanceof Destination.Service) {
            SipMessage gone = SipMessage.responseTo(message, 430, "Flow Failed", "edge");
            engine.receive(gone, Origin.service(new Flow(1000), EDGE_HOST), now);
        } else {
            engine.transportFailed(
                    message.topVia().branch(), org.edgeways.sip.transaction.TransportFailure.FLOW_GONE, now);
        }
    }

    private Device behindEdge(SipMessage message) {
        if (!message.isRequest()) {
            for (Device device : devices.values()) {
                if (device.awaits(message)) {
                    return device;
                }
            }
            return null;
        }
        List<String> routes = message.elements(HeaderName.ROUTE);
        for (Map.Entry<String, Device> entry : remoteTokens.entrySet()) {
            if (!routes.isEmpty() && routes.getFirst().contains(entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }

    static SipMessage parse(byte[] bytes) {
        return switch (SipParser.parse(bytes, SipLimits.DEFAULT)) {
            case ParseOutcome.Good(SipMessage message) -> message;
            case ParseOutcome.Refused refused -> throw new AssertionError(refused.reason());
        };
    }

    private final class Log implements PoolEvents {
        @Override
        public void refused(
                ErrorCode code, String method, String from, String to, String flow, int status, String rule) {
            log.add(status + " " + method + " " + from + " " + code.code() + ": " + rule + " on " + flow);
        }

        @Override
        public void signedIn(String person, String flow, int bindings) {
            log.add(person + " signed in");
        }

        @Override
        public void bindingsDropped(String person, String why) {
            log.add(person + " dropped: " + why);
        }

        @Override
        public void messageStored(String recipient, long id) {
            log.add("stored " + id);
        }

        @Override
        public void messageDelivered(String recipient, long id) {
            log.add("delivered " + id);
        }

        @Override
        public void storeFailed(String what, String why) {
            log.add("store failed: " + what + ": " + why);
        }
    }

    /** Completes later, in order; can be held, told to fail or to be full. */
    final class FakeStore implements DurableCommands, PresenceStorage {
        final Deque<Runnable> tasks = new ArrayDeque<>();
        final Map<String, List<Binding>> bindings = new HashMap<>();
        final TreeMap<Long, StoredMessage> messages = new TreeMap<>();
        final Map<String, Publication> publications = new LinkedHashMap<>();
        final Map<String, Contact> contacts = new LinkedHashMap<>();
        final Map<String, WatcherDecision> decisions = new LinkedHashMap<>();
        final Map<String, SavedSubscription> subscriptions = new LinkedHashMap<>();
        boolean held;
        boolean failing;
        int most = 1000;
        private long lastId;

        @Override
        public void saveBindings(long ticket, String person, List<Binding> all) {
            tasks.add(() -> {
                if (failing) {
                    engine.bindingsSaved(ticket, "disk full", now);
                } else {
                    bindings.put(person, all);
                    engine.bindingsSaved(ticket, null, now);
                }
            });
        }

        @Override
        public void write(long ticket, PresenceWrite write) {
            tasks.add(() -> {
                if (!failing) {
                    apply(write);
                }
                engine.presenceWritten(ticket, failing ? "disk full" : null, now);
            });
        }

        SavedPresence presence() {
            return new SavedPresence(
                    List.copyOf(subscriptions.values()),
                    List.copyOf(publications.values()),
                    List.copyOf(contacts.values()),
                    List.copyOf(decisions.values()));
        }

        private void apply(PresenceWrite write) {
            switch (write) {
                case PresenceWrite.SaveSubscription(SavedSubscription saved) -> subscriptions.put(saved.id(), saved);
                case PresenceWrite.ForgetSubscription(String id) -> subscriptions.remove(id);
                case PresenceWrite.SavePublication(Publication saved) -> publications.put(saved.id(), saved);
                case PresenceWrite.ForgetPublication(String id) -> publications.remove(id);
                case PresenceWrite.SaveContact(Contact saved) -> contacts.put(saved.owner() + saved.address(), saved);
                case PresenceWrite.ForgetContact(String owner, String address) -> contacts.remove(owner + address);
                case PresenceWrite.SaveDecision(WatcherDecision saved) ->
                    decisions.put(saved.person() + saved.watcher(), saved);
                case PresenceWrite.ForgetDecision(String person, String watcher) -> decisions.remove(person + watcher);
                case PresenceWrite.ForgetPerson(String person) -> {
                    contacts.values()
                            .removeIf(
                                    c -> c.owner().equals(person) || c.address().equals(person));
                    decisions
                            .values()
                            .removeIf(d ->
                                    d.person().equals(person) || d.watcher().equals(person));
                }
            }
        }

        @Override
        public void storeMessage(long ticket, StoredMessage message) {
            tasks.add(() -> engine.messageStored(ticket, store(message), now));
        }

        private StoreOutcome store(StoredMessage message) {
            if (failing) {
                return new StoreOutcome.Failed("disk full");
            }
            for (StoredMessage other : messages.values()) {
                if (other.recipient().equals(message.recipient())
                        && other.identity().equals(message.identity())) {
                    return new StoreOutcome.Stored(other.id());
                }
            }
            if (messages.size() >= most) {
                return new StoreOutcome.Full("messagesPerRecipient");
            }
            long id = ++lastId;
            messages.put(
                    id,
                    new StoredMessage(
                            id, message.recipient(), message.identity(), message.storedAt(), message.request()));
            return new StoreOutcome.Stored(id);
        }

        @Override
        public void loadMessages(long ticket, String recipient, long afterId, int limit) {
            tasks.add(() -> engine.messagesLoaded(
                    ticket,
                    messages.tailMap(afterId, false).values().stream()
                            .filter(m -> m.recipient().equals(recipient))
                            .limit(limit)
                            .toList(),
                    now));
        }

        @Override
        public long messagesWaiting(String recipient) {
            return messages.values().stream()
                    .filter(m -> m.recipient().equals(recipient))
                    .count();
        }

        @Override
        public void deleteMessage(long ticket, String recipient, long id) {
            tasks.add(() -> {
                messages.remove(id);
                engine.messageDeleted(ticket, true, now);
            });
        }

        @Override
        public void discardMessages(String recipient) {
            messages.values().removeIf(m -> m.recipient().equals(recipient));
        }
    }
}
