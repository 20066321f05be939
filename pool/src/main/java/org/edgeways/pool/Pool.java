package org.edgeways.pool;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.edgeways.accounts.AccountChange;
import org.edgeways.accounts.AccountLimits;
import org.edgeways.accounts.Accounts;
import org.edgeways.base.Counters;
import org.edgeways.net.Admission;
import org.edgeways.net.BanCheck;
import org.edgeways.net.http.HttpFront;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.port.ListenAddresses;
import org.edgeways.pool.admin.AdminServer;
import org.edgeways.pool.admin.MoreCommands;
import org.edgeways.pool.admin.PresenceDesk;
import org.edgeways.pool.engine.Binding;
import org.edgeways.pool.engine.People;
import org.edgeways.pool.engine.PoolEngine;
import org.edgeways.pool.messages.MessageStore;
import org.edgeways.pool.messages.Waiting;
import org.edgeways.pool.presence.engine.SavedPresence;
import org.edgeways.pool.presence.store.PresenceStore;
import org.edgeways.pool.registrar.BindingStore;
import org.edgeways.pool.relay.RelayKeys;
import org.edgeways.pool.relay.RelayService;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.siptransport.LinkedNode;
import org.edgeways.siptransport.OutboundSettings;
import org.edgeways.siptransport.SipConnectionSettings;
import org.edgeways.siptransport.SipDialers;
import org.edgeways.siptransport.SipListener;
import org.edgeways.siptransport.SipListenerSettings;
import org.edgeways.siptransport.SipShard;
import org.edgeways.siptransport.SipShards;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.store.Store;
import org.jspecify.annotations.Nullable;

/**
 * The inside server, running: dials the edge nodes, listens for devices inside, keeps its state in the data directory,
 * and answers administrators on a Unix-domain socket there.
 */
public final class Pool implements AutoCloseable {

    private final Store store;
    private final Accounts accounts;
    private final SipShards shards;
    private final AtomicReference<@Nullable PoolEngine> engine;
    private final AtomicBoolean closing;
    private final List<SipListener> listeners = new ArrayList<>();
    private final SipDialers dialers;
    private final Set<String> edgeHosts = new TreeSet<>();
    private final AccountsPeople people;
    private final MessageStore messages;
    private final Admission admission;
    private final TransportContext transport;
    private PoolSettings settings;
    private @Nullable AdminServer admin;
    /** Those that are ours; null until that was said. */
    private @Nullable Set<String> nodes;

    private Pool(
            PoolSettings settings,
            TransportContext transport,
            Counters counters,
            Store store,
            Accounts accounts,
            AccountsPeople people,
            MessageStore messages,
            SipShards shards,
            AtomicReference<@Nullable PoolEngine> engine,
            AtomicBoolean closing) {
        this.settings = settings;
        this.transport = transport;
        this.store = store;
        this.accounts = accounts;
        this.people = people;
        this.messages = messages;
        this.admission = new Admission("inside", settings.limits().admission(), BanCheck.NONE, counters);
        this.shards = shards;
        this.dialers = new SipDialers(transport, shards);
        this.engine = engine;
        this.closing = closing;
    }

    /**
     * Starts a pool. When this returns, it listens; links to edge nodes may take longer. Blocks
     * while it reads the store.
     *
     * @param random a {@link java.security.SecureRandom} except in tests; used from several threads
     * @throws IOException if a listener or the administration socket cannot be opened
     * @throws org.edgeways.store.StoreException if the data directory cannot be used
     */
    public static Pool start(
            PoolSettings settings, TransportContext transport, Counters counters, RandomGenerator random)
            throws IOException {
        return start(settings, transport, counters, random, MoreCommands.NONE);
    }

    /**
     * As {@link #start(PoolSettings, TransportContext, Counters, RandomGenerator)}.
     *
     * @param more commands of other parts that administrators give on the pool's socket
     */
    public static Pool start(
            PoolSettings settings,
            TransportContext transport,
            Counters counters,
            RandomGenerator random,
            MoreCommands more)
            throws IOException {
        Store store = Store.open(
                settings.data(),
                List.of(
                        Accounts.SCHEMA,
                        BindingStore.SCHEMA,
                        MessageStore.SCHEMA,
                        PresenceStore.SCHEMA,
                        RelayService.SCHEMA),
                counters);
        try {
            return start(settings, transport, counters, random, more, store);
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static Pool start(
            PoolSettings settings,
            TransportContext transport,
            Counters counters,
            RandomGenerator random,
            MoreCommands more,
            Store store)
            throws IOException {
        Accounts accounts = Accounts.open(
                store, settings.sipDomains(), AccountLimits.DEFAULT, InstantSource.system(), random, counters);
        MessageStore messages = MessageStore.open(store, settings.limits().waiting(), counters);
        BindingStore bindings = new BindingStore(store);
        PresenceStore presence = new PresenceStore(store);
        long start = transport.clock().now();
        List<Binding> saved = bindings.load(start).join();
        SavedPresence savedPresence = presence.load(start).join();
        String boot = HexFormat.of().toHexDigits(random.nextLong());
        AtomicReference<@Nullable PoolEngine> made = new AtomicReference<>();
        AtomicBoolean closing = new AtomicBoolean();
        AccountsPeople people = new AccountsPeople(accounts, settings.sipDomains());
        SipShards shards = SipShards.single(transport, OutboundSettings.none(), (shard, transmitter) -> {
            StoreCommands commands =
                    new StoreCommands(bindings, messages, presence, shard::execute, () -> engineOf(made), closing);
            PoolEngine.Surroundings around = new PoolEngine.Surroundings(
                    people,
                    commands,
                    commands,
                    transmitter,
                    new PoolLog(transport.clock(), counters),
                    counters,
                    random);
            PoolEngine engine = new PoolEngine(
                    settings.engine(hosts(settings.edges())),
                    around,
                    SipTimers.DEFAULT,
                    settings.limits().transactions(),
                    boot,
                    shard.number(),
                    start);
            made.set(engine);
            return new PoolRole(engine, messages, bindings, presence, shard::execute, start);
        });
        Pool pool = new Pool(settings, transport, counters, store, accounts, people, messages, shards, made, closing);
        List<String> recipients =
                messages.waiting().stream().map(Waiting::recipient).toList();
        pool.shard().execute(now -> pool.engine().restore(saved, recipients, savedPresence, now));
        try {
            pool.open(counters, more);
        } catch (IOException | RuntimeException e) {
            pool.closeConnections();
            throw e;
        }
        return pool;
    }

    private void open(Counters counters, MoreCommands more) throws IOException {
        accounts.listen(this::accountChanged);
        int number = 0;
        for (InetSocketAddress address : ListenAddresses.once(settings.inside())) {
            String name = number++ == 0 ? "inside-tls" : "inside-tls-" + number;
            SipListenerSettings listener = SipListenerSettings.tls(name, address, settings.insideTls(), admission)
                    .with(connections(settings));
            listeners.add(SipListener.open(transport, listener, shards));
        }
        dial(settings.edges());
        admin = AdminServer.open(settings.data(), accounts, this::bindingCounts, this::askPresence, more, counters);
    }

    private static SipConnectionSettings connections(PoolSettings said) {
        return SipConnectionSettings.DEFAULT.withMessage(said.limits().size());
    }

    /**
     * Takes other settings while it runs, for what comes from now on; no connection is closed. The size of messages holds for
     * connections that are accepted later. What stays as it was at the start: the data directory, {@code host}, where it
     * listens, the certificates, {@code edges} (see {@link #dial}), and limits of presence.
     */
    public synchronized void use(PoolSettings next) {
        settings = next;
        accounts.use(next.sipDomains());
        messages.use(next.limits().waiting());
        admission.use(next.limits().admission());
        listeners.forEach(listener -> listener.use(connections(next)));
        tellEngine();
    }

    private void tellEngine() {
        PoolSettings now = settings;
        Set<String> hosts = Set.copyOf(edgeHosts);
        shard().execute(at -> {
            people.use(now.sipDomains());
            engine().use(now.engine(hosts), now.limits().transactions(), at);
        });
    }

    private static PoolEngine engineOf(AtomicReference<@Nullable PoolEngine> made) {
        PoolEngine engine = made.get();
        if (engine == null) {
            throw new IllegalStateException("the engine is made before anything is asked of it");
        }
        return engine;
    }

    private PoolEngine engine() {
        return engineOf(engine);
    }

    private SipShard shard() {
        return shards.shard(0);
    }

    private void accountChanged(AccountChange change) {
        String address = change.person().uri();
        boolean removed = change instanceof AccountChange.Removed;
        shard().execute(now -> {
            if (removed) {
                engine().personRemoved(address, now);
            } else {
                engine().accountChanged(address, now);
            }
        });
    }

    private CompletableFuture<Map<String, Integer>> bindingCounts(List<String> addresses) {
        CompletableFuture<Map<String, Integer>> counts = new CompletableFuture<>();
        shard().execute(now -> {
            Map<String, Integer> found = new HashMap<>();
            addresses.forEach(address ->
                    found.put(address, engine().bindings(address, now).size()));
            counts.complete(found);
        });
        return counts;
    }

    private <T> CompletableFuture<T> askPresence(PresenceDesk.Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        shard().execute(now -> question.ask(engine().presence(), answer::complete, now));
        return answer;
    }

    /**
     * Begins to make relay credentials. Blocks; to be called once. The keys are to be rolled by who calls this.
     *
     * @throws IOException if a key cannot be written
     */
    public RelayService relay(RelayKeys files, InstantSource clock, SecureRandom keys, Counters counters)
            throws IOException {
        return RelayService.open(store, accounts, files, clock, keys, counters);
    }

    /** Answers HTTP requests for that path, where devices inside connect for SIP over TLS. To be called once. */
    public void serve(HttpRoute route) {
        HttpFront front = new HttpFront(List.of(route), transport.counters());
        listeners.forEach(listener -> listener.serve(front));
    }

    /** Who has an account; asked on any thread. */
    public People people() {
        return people;
    }

    /** The people; changes take effect at once. */
    public Accounts accounts() {
        return accounts;
    }

    /**
     * Keeps links to these edge nodes from now on and to no others, as {@link SipDialers#keep} says. That an edge once had
     * another host is not forgotten.
     */
    public synchronized void dial(List<LinkedNode> edges) {
        if (closing.get()) {
            return;
        }
        if (edgeHosts.addAll(hosts(edges))) {
            tellEngine(); // before a request can come from one of them
        }
        dialers.keep(edges, settings.linkTls(), settings.limits().link());
    }

    /**
     * Says by their names which edge nodes are ours from now on, whether they are dialled or not. Who signed in through another, which
     * was put out, is signed in there no more.
     */
    public synchronized void keepNodes(Set<String> ours) {
        if (!closing.get() && !ours.equals(nodes)) {
            nodes = Set.copyOf(ours);
            shard().execute(now -> engine().keepNodes(ours, now));
        }
    }

    private static Set<String> hosts(List<LinkedNode> edges) {
        return edges.stream().map(edge -> edge.host().toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    /** Whether every edge node is linked with at least one connection. */
    public boolean linked() {
        return dialers.linked();
    }

    /** Where devices inside connect. */
    public List<InetSocketAddress> insideAddresses() {
        return listeners.stream().map(SipListener::localAddress).toList();
    }

    private void closeConnections() {
        closing.set(true);
        AdminServer open = admin;
        if (open != null) {
            open.close();
        }
        listeners.forEach(SipListener::close);
        dialers.close();
    }

    /** Takes no more requests, writes what was accepted, and ends. Event loops and transport stay open. */
    @Override
    public void close() {
        closeConnections();
        store.close();
    }
}
