package org.edgeways.app.role;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.config.LinkConfig;
import org.edgeways.app.config.PoolConfig;
import org.edgeways.app.config.SettingsConfigs;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.control.CertificateNames;
import org.edgeways.control.Control;
import org.edgeways.control.ControlSettings;
import org.edgeways.control.Perimeter;
import org.edgeways.link.LinkContext;
import org.edgeways.link.LinkDialer;
import org.edgeways.link.LinkServices;
import org.edgeways.link.Origin;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Passphrase;
import org.edgeways.net.ProcessClock;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Pool;
import org.edgeways.settings.snapshot.SnapshotChange;
import org.edgeways.store.Store;
import org.edgeways.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inside with a directory of settings: control, the Link to every node that has joined, and the pool. */
public final class InsideProcess implements AutoCloseable {

    private static final Duration SETTINGS_CHECK = Duration.ofSeconds(2);
    /** Of control, in the data directory. */
    private static final String CONTROL = "control";

    private static final Logger LOG = LoggerFactory.getLogger(InsideProcess.class);

    private final Deque<AutoCloseable> opened;
    private final PoolProcess pool;
    private final RelayPart relay;
    private final int port;

    private InsideProcess(Deque<AutoCloseable> opened, PoolProcess pool, RelayPart relay, int port) {
        this.opened = opened;
        this.pool = pool;
        this.relay = relay;
        this.port = port;
    }

    /**
     * Starts it; when this returns, it listens inside.
     *
     * @param settings the directory of the settings
     * @param data the data directory
     * @param passphrase the file of the passphrase of the authority's keys, if it is not in the data directory
     * @param loops stay open
     * @throws AppFailure if it cannot start
     */
    public static InsideProcess start(
            Path settings,
            Path data,
            Optional<Path> passphrase,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random) {
        return start(settings, data, passphrase, loops, clock, random, InstantSource.system());
    }

    /** As above, with another time by which relay credentials end and their keys are rolled. */
    static InsideProcess start(
            Path settings,
            Path data,
            Optional<Path> passphrase,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random,
            InstantSource wall) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        boolean started = false;
        try {
            InsideProcess process = start(settings, data, passphrase, loops, clock, random, wall, opened);
            started = true;
            return process;
        } catch (StoreException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the data in " + data + " cannot be used: " + e.getMessage(),
                    "The log in that directory may say more.",
                    e);
        } finally {
            if (!started) {
                RoleParts.closeAll(opened);
            }
        }
    }

    private static InsideProcess start(
            Path settings,
            Path data,
            Optional<Path> passphrase,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random,
            InstantSource wall,
            Deque<AutoCloseable> opened) {
        SettingsDirectory directory = new SettingsDirectory(settings);
        Path own = data.resolve(CONTROL);
        ControlSettings usual = ControlSettings.in(own);
        Settings first = first(directory, settings, usual, data);
        MicrometerCounters counters = new MicrometerCounters();
        DataDirectory.make(own);
        Store store = Store.open(own, List.of(Control.SCHEMA), new PrefixedCounters("control_", counters));
        opened.push(store);
        Links links = new Links(data);
        Control control = RoleParts.good(Control.start(
                passphrase.map(usual::withPassphrase).orElse(usual),
                new Control.Surroundings(
                        store,
                        directory,
                        CertificateNames.ofService(
                                first.pools().keySet().iterator().next()),
                        InstantSource.system(),
                        random,
                        counters),
                SETTINGS_CHECK,
                links));
        opened.push(control);
        Settings inUse = links.settings()
                .orElseThrow(() -> unusable(
                        settings,
                        control.status().settingsProblem().orElse("the settings in " + settings + " cannot be used")));
        LinkContext context = new LinkContext(loops, clock, counters, random);
        opened.push(context);
        LinkServices services = new LinkServices(Map.of());
        LinkConfig link = LinkConfig.of(inUse.pools().values().iterator().next().streams());
        LinkDialer dialer = new LinkDialer(context, link.limits(), link.times(), services, control.service());
        opened.push(dialer);
        PoolConfig config = config(inUse, data);
        RelayCommands commands = new RelayCommands(new ControlCommands(control, dialer::status, links::restartNeeded));
        PoolProcess pool = PoolProcess.start(
                config, counters, new PoolProcess.Controlled(control.tls(), commands), loops, clock, random);
        opened.push(pool);
        RelayPart relay = relay(
                pool,
                control,
                config.data(),
                passphrase.orElse(usual.passphrase()),
                inUse,
                new RelayPart.Surroundings(clock, wall, random, counters));
        opened.push(relay);
        commands.begin(relay);
        links.begin(new Links.Running(control, dialer, services, pool, relay, inUse));
        return new InsideProcess(opened, pool, relay, config.inside().port());
    }

    private static RelayPart relay(
            PoolProcess pool,
            Control control,
            Path data,
            Path passphrase,
            Settings settings,
            RelayPart.Surroundings around) {
        try {
            return RelayPart.start(
                    pool.pool(), control, data, RoleParts.good(Passphrase.read(passphrase)), settings, around);
        } catch (IOException e) {
            throw RoleParts.notStarted("pool", e);
        }
    }

    /**
     * Looks whether a pool could begin with these settings, and writes nothing: neither a data directory nor an authority, which a
     * second start with the right settings would find there.
     *
     * @param settings the directory of the settings
     * @param data the data directory, or where it is to be
     * @throws AppFailure if it could not
     */
    public static void check(Path settings, Path data) {
        first(new SettingsDirectory(settings), settings, ControlSettings.in(data.resolve(CONTROL)), data);
    }

    /**
     * What the pool begins with, if control finds the same: the settings in their directory or, if those cannot be used, the last good
     * ones. By the name of the pool nodes know this inside: requests go to the service of that name.
     */
    private static Settings first(SettingsDirectory directory, Path settings, ControlSettings control, Path data) {
        SettingsDirectory.Outcome look = directory.check();
        Settings first = (look instanceof SettingsDirectory.Outcome.Reloaded(Settings read)
                        ? Optional.of(read)
                        : Control.settingsOfLastTime(control))
                .orElseThrow(() -> unusable(
                        settings,
                        look instanceof SettingsDirectory.Outcome.Kept kept
                                ? kept.bad().shortly()
                                : "the settings in " + settings + " cannot be used"));
        config(first, data); // says what a pool cannot do with them
        return first;
    }

    private static AppFailure unusable(Path settings, String why) {
        return new AppFailure(
                AppErrorCode.CONFIGURATION_INVALID,
                why,
                "edgeways check " + settings + " tells everything that is wrong.");
    }

    private static PoolConfig config(Settings settings, Path data) {
        if (settings.pools().size() != 1) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    "the settings have " + settings.pools().size() + " documents of kind Pool, not one",
                    "This program is one pool; write one such document.");
        }
        // the files of the link are not read: control has the certificate
        SettingsConfigs.Identity none = new SettingsConfigs.Identity(
                new CertificateFiles(data.resolve("none"), data.resolve("none")), data.resolve("none"));
        return SettingsConfigs.pool(
                settings, settings.pools().keySet().iterator().next(), data, none);
    }

    /** Dials whom control says, over the Link and for SIP, and names the services that there are. */
    private static final class Links implements Perimeter.Listener {
        private final Path data;
        private final SettingsInEffect settings = new SettingsInEffect();
        private final InsideLegs legs;
        private @Nullable Perimeter latest;
        private @Nullable Running running;
        private List<String> restartNeeded = List.of();

        /** @param started the settings that the pool was started with */
        private record Running(
                Control control,
                LinkDialer dialer,
                LinkServices services,
                PoolProcess pool,
                RelayPart relay,
                Settings started) {}

        Links(Path data) {
            this.data = data;
            this.legs = new InsideLegs(data.resolve("inside-legs.json"));
        }

        @Override
        public synchronized void changed(Perimeter perimeter) {
            latest = perimeter;
            settings.said(perimeter.settings());
            apply();
        }

        synchronized void begin(Running parts) {
            running = parts;
            settings.begin(parts.started(), next -> use(next, parts));
            apply();
        }

        synchronized Optional<Settings> settings() {
            return settings.latest();
        }

        /** The keys of the pool that have changed and that it takes only when it is started again. */
        synchronized List<String> restartNeeded() {
            return restartNeeded;
        }

        private void use(Settings settings, Running to) {
            try {
                to.pool().use(config(settings, data));
                to.relay().use(settings);
            } catch (AppFailure e) {
                restartNeeded = List.of("Pool");
                LOG.error(
                        "event=pool-settings-kept code={} reason=\"{}\": the pool runs on as it was started",
                        e.code().code(),
                        e.getMessage());
                return;
            }
            List<String> keys = new ArrayList<>();
            if (!settings.pools().keySet().equals(to.started().pools().keySet())) {
                keys.add("name");
            }
            keys.addAll(
                    SnapshotChange.ofPool(pool(to.started()), pool(settings)).restartNeeded());
            restartNeeded = List.copyOf(keys);
            LOG.info("event=pool-settings-taken code=ok restart=\"{}\"", String.join(" ", restartNeeded));
        }

        private static Pool pool(Settings settings) {
            return settings.pools().values().iterator().next();
        }

        private void apply() {
            Perimeter perimeter = latest;
            Running to = running;
            if (perimeter == null || to == null) {
                return;
            }
            Map<String, LinkServices.Named> named = InsideLinks.services(perimeter.settings(), Optional.empty());
            named.put(
                    RelayPart.SERVICE,
                    new LinkServices.Named(new Origin.Unix(to.relay().socket()), Set.of()));
            to.services().replaceNamed(named);
            to.relay().nodesChanged();
            Map<String, EdgeNode> nodes = perimeter.nodes();
            Map<String, List<LinkAddress>> dialled = legs.dialled(nodes);
            to.dialer().setNodes(InsideLinks.links(nodes, dialled, to.control().tls()));
            to.pool().pool().keepNodes(perimeter.joined()); // first: nobody signs in through others
            to.pool().pool().dial(InsideLinks.sip(nodes, dialled));
        }
    }

    /** The port of SIP over TLS inside. */
    public int port() {
        return port;
    }

    /** The pool. */
    public PoolProcess pool() {
        return pool;
    }

    /** What makes credentials for relays. */
    RelayPart relay() {
        return relay;
    }

    @Override
    public void close() {
        RoleParts.closeAll(opened);
    }
}
