package org.edgeways.pool;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.edgeways.accounts.AccountChange;
import org.edgeways.accounts.AccountLimits;
import org.edgeways.accounts.Accounts;
import org.edgeways.base.Counters;
import org.edgeways.net.Admission;
import org.edgeways.net.BanCheck;
import org.edgeways.pool.admin.AdminServer;
import org.edgeways.pool.admin.MoreCommands;
import org.edgeways.pool.admin.PresenceDesk;
import org.edgeways.pool.engine.Binding;
import org.edgeways.pool.engine.PoolEngine;
import org.edgeways.pool.messages.MessageStore;
import org.edgeways.pool.messages.Waiting;
import org.edgeways.pool.presence.engine.SavedPresence;
import org.edgeways.pool.presence.store.PresenceStore;
import org.edgeways.pool.registrar.BindingStore;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.siptransport.LinkListener;
import org.edgeways.siptransport.LinkedNode;
import org.edgeways.siptransport.OutboundSettings;
import org.edgeways.siptransport.SipConnectionSettings;
import org.edgeways.siptransport.SipDialer;
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
    private final Map<LinkedNode, SipDialer> dialers = new ConcurrentHashMap<>();
    private @Nullable Function<LinkedNode, SipDialer> dialing;
    private @Nullable AdminServer admin;

    private Pool(
            Store store,
            Accounts accounts,
            SipShards shards,
            AtomicReference<@Nullable PoolEngine> engine,
            AtomicBoolean closing) {
        this.store = store;
        this.accounts = accounts;
        this.shards = shards;
        this.engine = engine;
        this.closing = closing;
    }

    /**
     * Starts a pool. When this returns, it listens; links to edge nodes may take longer, see {@link #linked}. Blocks
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
                List.of(Accounts.SCHEMA, BindingStore.SCHEMA, MessageStore.SCHEMA, PresenceStore.SCHEMA),
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
                store,
                settings.sipDomains(),
                AccountLimits.DEFAULT,
                java.time.InstantSource.system(),
                random,
                counters);
        MessageStore messages = MessageStore.open(store, settings.limits().waiting(), counters);
        BindingStore bindings = new BindingStore(store);
        PresenceStore presence = new PresenceStore(store);
        long start = transport.clock().now();
        List<Binding> saved = bindings.load(start).join();
        SavedPresence savedPresence = presence.load(start).join();
        String boot = HexFormat.of().toHexDigits(random.nextLong());
        AtomicReference<@Nullable PoolEngine> made = new AtomicReference<>();
        AtomicBoolean closing = new AtomicBoolean();
        SipShards shards = SipShards.single(transport, OutboundSettings.none(), (shard, transmitter) -> {
            StoreCommands commands =
                    new StoreCommands(bindings, messages, presence, shard::execute, () -> engineOf(made), closing);
            PoolEngine.Surroundings around = new PoolEngine.Surroundings(
                    new AccountsPeople(accounts, settings.sipDomains()),
                    commands,
                    commands,
                    transmitter,
                    new PoolLog(),
                    counters,
                    random);
            PoolEngine engine = new PoolEngine(
                    settings.engine(),
                    around,
                    SipTimers.DEFAULT,
                    settings.limits().transactions(),
                    boot,
                    shard.number(),
                    start);
            made.set(engine);
            return new PoolRole(engine, messages, bindings, presence, shard::execute, start);
        });
        Pool pool = new Pool(store, accounts, shards, made, closing);
        List<String> recipients =
                messages.waiting().stream().map(Waiting::recipient).toList();
        pool.shard().execute(now -> pool.engine().restore(saved, recipients, savedPresence, now));
        try {
            pool.open(settings, transport, counters, more);
        } catch (IOException | RuntimeException e) {
            pool.closeConnections();
            throw e;
        }
        return pool;
    }

    private void open(PoolSettings settings, TransportContext transport, Counters counters, MoreCommands more)
            throws IOException {
        accounts.listen(this::accountChanged);
        Admission admission = new Admission("inside", settings.limits().admission(), BanCheck.NONE, counters);
        int number = 0;
        for (InetSocketAddress address : settings.inside()) {
            String name = number++ == 0 ? "inside-tls" : "inside-tls-" + number;
            SipListenerSettings listener = SipListenerSettings.tls(name, address, settings.insideTls(), admission)
                    .with(SipConnectionSettings.DEFAULT.withMessage(
                            settings.limits().size()));
            listeners.add(SipListener.open(transport, listener, shards));
        }
        dialing = edge -> SipDialer.start(
                transport, edge.dialer(settings.linkTls(), settings.limits().link()), shards, LinkListener.NONE);
        dial(settings.edges());
        admin = AdminServer.open(settings.data(), accounts, this::bindingCounts, this::askPresence, more, counters);
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

    /** The people; changes take effect at once. */
    public Accounts accounts() {
        return accounts;
    }

    /**
     * Keeps links to these edge nodes from now on and to no others: those of a node that is no more among them are closed at
     * once, those of one that is as before are left alone.
     */
    public synchronized void dial(List<LinkedNode> edges) {
        Function<LinkedNode, SipDialer> start = dialing;
        if (start == null || closing.get()) {
            return;
        }
        dialers.entrySet().removeIf(dialled -> {
            boolean gone = !edges.contains(dialled.getKey());
            if (gone) {
                dialled.getValue().close();
            }
            return gone;
        });
        Set<String> hosts = edges.stream().map(LinkedNode::host).collect(Collectors.toUnmodifiableSet());
        // before a request can come from one of them
        shard().execute(_ -> engine().edgeHosts(hosts));
        edges.forEach(edge -> dialers.computeIfAbsent(edge, start));
    }

    /** Whether every edge node is linked with at least one connection. */
    public boolean linked() {
        return dialers.values().stream().allMatch(dialer -> dialer.open() > 0);
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
        dialers.values().forEach(SipDialer::close);
    }

    /** Takes no more requests, writes what was accepted, and ends. Event loops and transport stay open. */
    @Override
    public void close() {
        closeConnections();
        store.close();
    }
}
