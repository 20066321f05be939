package org.edgeways.app.role;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.config.ConnectorConfig;
import org.edgeways.app.config.LinkConfig;
import org.edgeways.app.config.SettingsConfigs;
import org.edgeways.app.counters.CountersSocket;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.base.BlockRandom;
import org.edgeways.base.LogText;
import org.edgeways.connector.Connector;
import org.edgeways.connector.ConnectorSettings;
import org.edgeways.control.ControlErrorCode;
import org.edgeways.control.LastGoodSettings;
import org.edgeways.link.LinkContext;
import org.edgeways.link.LinkDialer;
import org.edgeways.link.LinkServices;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.net.ClientTls;
import org.edgeways.net.Desk;
import org.edgeways.net.EventLoops;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.RenewalTime;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.siptransport.TransportContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connector with a directory of settings: the Link to every edge node, with the services that name this connector, and
 * SIP to the server that stands behind it, if there is one. Nodes and services are taken as the directory changes; for
 * anything else of the connector it has to be started again, which is logged. Where the settings cannot be used at a start, those
 * that were good last are.
 */
public final class SettledConnector implements AutoCloseable {

    /** The file in the data directory that {@code edgeways connector enroll} has written. */
    public static final String IDENTITY_FILE = "connector.pem";

    /** The file in the data directory that says which certificates the pool has refused. */
    static final String REFUSED_FILE = "refused-certificates.json";

    /** The directory in the data directory with a copy of the settings that were taken last. */
    static final String LAST_GOOD = "settings-last-good";

    private static final Logger LOG = LoggerFactory.getLogger(SettledConnector.class);
    private static final Duration SETTINGS_CHECK = Duration.ofSeconds(2);
    private static final Duration CERTIFICATE_CHECK = Duration.ofMinutes(1);
    private static final Duration REMINDER = Duration.ofDays(1);

    private final String name;
    private final Path data;
    private final SettingsDirectory directory;
    private final LastGoodSettings lastGood;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final MicrometerCounters counters = new MicrometerCounters();
    private final LinkServices services = new LinkServices(Map.of());
    private final InsideLegs legs;
    private final CertificateFiles ownFiles;
    private final ClientTls tls;
    private final ConnectorAgent agent;
    private final LinkDialer dialer;
    private final Optional<Connector> sip;
    private final Settings running;
    private String problem = "";

    private SettledConnector(
            Path settings,
            Path data,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random,
            Deque<AutoCloseable> parts)
            throws IOException {
        parts.push(this);
        this.data = data;
        opened.push(DataDirectory.take(data));
        legs = new InsideLegs(data.resolve("inside-legs.json"));
        ownFiles = identityFiles(data);
        TlsIdentity identity = RoleParts.identity(ownFiles);
        name = Optional.ofNullable(PeerIdentity.of(identity.leaf()).service())
                .orElseThrow(() -> noIdentity(ownFiles.certificate() + " is the certificate of no connector"));
        directory = new SettingsDirectory(settings);
        lastGood = new LastGoodSettings(data.resolve(LAST_GOOD));
        running = first(settings);
        // the file holds the authority's certificate too, last
        tls = new TlsContexts(TlsProvider.best()).mutualClient(identity, RoleParts.authorities(ownFiles.certificate()));
        RefusedCertificates refused = new RefusedCertificates(data.resolve(REFUSED_FILE));
        tls.refuse(refused.serials());
        LinkContext context = new LinkContext(loops, clock, counters, random);
        opened.push(context);
        Desk desk = new Desk("connector-settings");
        opened.push(desk);
        agent = new ConnectorAgent(
                name, identity.chain().getLast(), refused, new Own(), desk, InstantSource.system(), random, counters);
        LinkConfig link = Optional.ofNullable(running.connectors().get(name))
                .map(said -> LinkConfig.of(said.streams()))
                .orElse(LinkConfig.USUAL);
        dialer = new LinkDialer(context, link.limits(), link.times(), services, agent);
        opened.push(dialer);
        TransportContext transport = new TransportContext(loops, clock, counters, new BlockRandom(random));
        opened.push(transport);
        CertificateReloads reloads =
                new CertificateReloads("connector", counters).watch("link", ownFiles, ownFiles.certificate(), tls);
        sip = sip(transport, reloads, random);
        opened.push(CountersSocket.open(data, counters));
        WatchedPart watched = new WatchedPart("connector", counters::scrape, this::notReady);
        RoleParts.admin(said().admin().map(SettingsConfigs::admin), transport, counters, watched)
                .ifPresent(opened::push);
        opened.push(reloads);
        reloads.start(said().certificateCheck());
        apply(running);
        desk.repeat(this::look, SETTINGS_CHECK, SETTINGS_CHECK);
        desk.repeat(agent::check, CERTIFICATE_CHECK, CERTIFICATE_CHECK);
        desk.repeat(this::remind, Duration.ZERO, REMINDER);
    }

    /**
     * Starts it; when this returns, it listens for the SIP server, if there is one, and dials the nodes.
     *
     * @param settings the directory of the settings, the same as the pool's
     * @param data the data directory, with the identity that was made for this connector
     * @param loops stay open
     * @throws AppFailure if it cannot start
     */
    public static SettledConnector start(
            Path settings, Path data, EventLoops loops, ProcessClock clock, SecureRandom random) {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        boolean started = false;
        try {
            SettledConnector connector = new SettledConnector(settings, data, loops, clock, random, parts);
            started = true;
            return connector;
        } catch (IOException e) {
            throw RoleParts.notStarted("connector", e);
        } finally {
            if (!started) {
                RoleParts.closeAll(parts);
            }
        }
    }

    private static CertificateFiles identityFiles(Path data) {
        Path file = data.resolve(IDENTITY_FILE);
        if (!Files.exists(file)) {
            throw noIdentity(file + " is not there");
        }
        return new CertificateFiles(file, file);
    }

    private static AppFailure noIdentity(String problem) {
        return new AppFailure(
                AppErrorCode.NOT_JOINED,
                problem,
                "Make it on the pool's host: edgeways connector enroll NAME --data DIR --out " + IDENTITY_FILE
                        + "; NAME is that of the Connector in the settings.");
    }

    /** Those of the directory or, if they cannot be used, those that were good last: better that than nobody served. */
    private Settings first(Path where) {
        SettingsDirectory.Outcome outcome = directory.check();
        Settings read;
        if (outcome instanceof SettingsDirectory.Outcome.Reloaded(Settings good)) {
            read = good;
            keepIfUsable(good);
        } else {
            problem = outcome instanceof SettingsDirectory.Outcome.Kept kept
                    ? kept.bad().shortly()
                    : "there are no settings in " + where;
            read = lastGood.read()
                    .orElseThrow(() -> new AppFailure(
                            AppErrorCode.CONFIGURATION_INVALID,
                            problem,
                            "edgeways check " + where + " tells everything that is wrong."));
            LOG.error(
                    "event=connector-settings-of-last-time code={} reason=\"{}\": the settings in their directory cannot be used;"
                            + " begins with those that were good last",
                    ControlErrorCode.SETTINGS_OF_LAST_TIME.code(),
                    LogText.clean(problem));
            counters.counter("connector_settings_refused").increment();
        }
        if (!read.connectors().containsKey(name)) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    "the settings in " + where + " have no Connector " + name,
                    "That is whose certificate " + IDENTITY_FILE + " holds; write one, or enrol another name.");
        }
        return read;
    }

    /** Those that a start can begin with; others, though nothing is wrong with them, are not what to come back with. */
    private void keepIfUsable(Settings good) {
        if (good.connectors().containsKey(name) && isConfigurable(good)) {
            lastGood.keep(directory.files());
        }
    }

    private boolean isConfigurable(Settings settings) {
        try {
            var _ = config(settings);
            return true;
        } catch (IllegalArgumentException e) {
            return false; // a start says why
        }
    }

    private org.edgeways.settings.kind.Connector said() {
        return Objects.requireNonNull(running.connectors().get(name), "looked for at the start");
    }

    /** What is to run by those settings in front of the SIP server; empty if there is none. */
    private Optional<ConnectorConfig> config(Settings settings) {
        return Optional.ofNullable(settings.connectors().get(name))
                .flatMap(org.edgeways.settings.kind.Connector::server)
                .map(_ -> SettingsConfigs.connector(
                        settings, name, data, new SettingsConfigs.Identity(ownFiles, ownFiles.certificate())));
    }

    private Optional<Connector> sip(TransportContext transport, CertificateReloads reloads, SecureRandom random)
            throws IOException {
        Optional<ConnectorConfig> said;
        try {
            said = config(running);
        } catch (IllegalArgumentException e) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    String.valueOf(e.getMessage()),
                    "Correct the Connector " + name + " in the settings.",
                    e);
        }
        if (said.isEmpty()) {
            return Optional.empty();
        }
        ConnectorConfig config = said.get();
        ConnectorSettings settings = ConnectorProcess.settings(config, List.of(), tls);
        Connector connector = Connector.start(settings, transport, counters, new BlockRandom(random));
        opened.push(connector);
        ConnectorProcess.watchServer(config, settings, reloads);
        return Optional.of(connector);
    }

    // --- on the desk, after the start ---

    private void look() {
        switch (directory.check()) {
            case SettingsDirectory.Outcome.Unchanged _ -> problem = "";
            case SettingsDirectory.Outcome.Unsettled _ -> {}
            case SettingsDirectory.Outcome.Kept kept -> {
                String shortly = kept.bad().shortly();
                if (!shortly.equals(problem)) {
                    problem = shortly;
                    counters.counter("connector_settings_refused").increment();
                    LOG.warn(
                            "event=connector-settings-kept code={} reason=\"{}\"",
                            AppErrorCode.CONFIGURATION_INVALID.code(),
                            LogText.clean(shortly));
                }
            }
            case SettingsDirectory.Outcome.Reloaded(Settings next) -> {
                problem = "";
                if (!next.connectors().containsKey(name)) {
                    LOG.warn(
                            "event=connector-not-in-settings code={} name={}: no node is dialled and no service named",
                            ControlErrorCode.CONNECTOR_NOT_IN_SETTINGS.code(),
                            name);
                } else if (needsRestart(next)) {
                    LOG.warn(
                            "event=connector-restart-needed code={} name={}", AppErrorCode.RESTART_NEEDED.code(), name);
                }
                apply(next);
                keepIfUsable(next);
            }
        }
    }

    /** Whether anything is different that is taken only at a start, also in a document that this connector's names. */
    boolean needsRestart(Settings next) {
        try {
            return !said().equals(next.connectors().get(name))
                    || !config(running).equals(config(next));
        } catch (IllegalArgumentException e) {
            return true; // no start with these either, which says why
        }
    }

    /** Dials the nodes and names the services of those settings; none if they do not have this connector. */
    private void apply(Settings next) {
        boolean ours = next.connectors().containsKey(name);
        services.replaceNamed(ours ? InsideLinks.services(next, Optional.of(name)) : Map.of());
        Map<String, EdgeNode> nodes = ours ? next.nodes() : Map.of();
        Map<String, List<LinkAddress>> dialled = legs.dialled(nodes);
        dialer.setNodes(InsideLinks.links(nodes, dialled, tls));
        sip.ifPresent(connector -> connector.dial(InsideLinks.sip(nodes, dialled)));
        LOG.info(
                "event=connector-settings-taken code=ok name={} nodes={} services={}",
                name,
                nodes.size(),
                services.size());
    }

    /** What the agent needs; on the desk. */
    private final class Own implements ConnectorAgent.Host {
        @Override
        public TlsIdentity identity() {
            return tls.identity().orElseThrow();
        }

        @Override
        public void use(TlsIdentity next) throws IOException {
            Pem.writeTogether(ownFiles.certificate(), next, List.of());
            tls.reload(next);
        }

        @Override
        public void refuse(Set<BigInteger> serials) throws IOException {
            tls.refuse(serials);
            dialer.endRefused(serials);
            sip.ifPresent(connector -> connector.endRefused(serials));
        }
    }

    /** It renews its certificate by way of the nodes; if it cannot, somebody has to. */
    private void remind() {
        X509Certificate leaf = tls.identity().orElseThrow().leaf();
        if (Instant.now().isAfter(RenewalTime.of(leaf).plus(REMINDER))) {
            LOG.warn(
                    "event=connector-certificate-ends code={} name={} until={}: it was not renewed over the Link; make another with edgeways connector enroll",
                    AppErrorCode.CERTIFICATE_ENDS.code(),
                    name,
                    leaf.getNotAfter().toInstant());
        }
    }

    private List<String> notReady() {
        return dialer.status().stream().anyMatch(node -> !node.open().isEmpty())
                ? List.of()
                : List.of("no edge node is linked");
    }

    /** Its name in the settings. */
    public String name() {
        return name;
    }

    @Override
    public void close() {
        RoleParts.closeAll(opened);
    }
}
