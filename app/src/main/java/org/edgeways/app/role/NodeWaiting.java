package org.edgeways.app.role;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.config.SettingsConfigs;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.base.BlockRandom;
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.net.port.PortEvents;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;
import org.edgeways.node.Member;
import org.edgeways.node.NodeErrorCode;
import org.edgeways.node.NodeFiles;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.siptransport.TransportContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that has joined and cannot run its roles: it was told no settings yet, or this host cannot do what they say. It
 * listens on its inside leg and says what is wrong, so that the inside can give it others.
 */
final class NodeWaiting implements NodeRoles {

    /** How often it is looked whether what was wrong has gone. */
    static final Duration LOOK = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(NodeWaiting.class);

    /** What the process has. */
    record Surroundings(EventLoops loops, ProcessClock clock, SecureRandom random) {}

    private final Function<EdgeSnapshot, EdgeConfig> read;
    private final List<InetSocketAddress> leg;
    private final CompletableFuture<EdgeSnapshot> next = new CompletableFuture<>();
    private volatile Optional<String> problem;

    /** Settings have come that the roles cannot start with: it may be long before others do. */
    private volatile boolean refused;

    private NodeWaiting(
            Function<EdgeSnapshot, EdgeConfig> read, List<InetSocketAddress> leg, Optional<String> problem) {
        this.read = read;
        this.leg = leg;
        this.problem = problem;
    }

    /**
     * Blocks until there are settings with which the roles can start; those that the node has are given back at once if
     * nothing is wrong with them.
     *
     * @param kept what the node has
     * @param failure why the last start failed, if one did
     * @throws AppFailure if the inside leg cannot be had
     */
    static EdgeSnapshot await(
            NodeFiles files,
            Member member,
            Optional<EdgeSnapshot> kept,
            Optional<String> failure,
            Function<EdgeSnapshot, EdgeConfig> read,
            Surroundings around) {
        Optional<String> wrong =
                failure.or(() -> kept.flatMap(snapshot -> wrong(snapshot, read, ListenProbe.Listening.NOWHERE)));
        if (kept.isPresent() && wrong.isEmpty()) {
            return kept.get();
        }
        List<InetSocketAddress> leg = kept.map(NodeWaiting::leg).orElseGet(() -> List.of(RoleParts.good(files.leg())));
        NodeWaiting waiting = new NodeWaiting(read, leg, wrong);
        wrong.ifPresent(reason -> LOG.error(
                "event=node-roles-not-started code={} revision={} reason=\"{}\": waits for other settings on the inside leg",
                NodeErrorCode.ROLES_NOT_STARTED.code(),
                kept.orElseThrow().revision(),
                LogText.clean(reason)));
        return waiting.listen(files, member, kept, around);
    }

    private static Optional<String> wrong(
            EdgeSnapshot snapshot, Function<EdgeSnapshot, EdgeConfig> read, ListenProbe.Listening listening) {
        return EdgeRoles.readable(snapshot, read, listening) instanceof Result.Bad<EdgeConfig> bad
                ? Optional.of(bad.reason())
                : Optional.empty();
    }

    private static List<InetSocketAddress> leg(EdgeSnapshot snapshot) {
        return SettingsConfigs.insideLeg(snapshot).sockets();
    }

    private EdgeSnapshot listen(NodeFiles files, Member member, Optional<EdgeSnapshot> kept, Surroundings around) {
        MicrometerCounters counters = new MicrometerCounters(); // those of the edge begin with it
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            TransportContext transport =
                    new TransportContext(around.loops(), around.clock(), counters, new BlockRandom(around.random()));
            opened.push(transport);
            ServerTls tls = new TlsContexts(TlsProvider.best()).mutualServer(member.identity(), member.authority());
            NodePart node = new NodePart(
                    files,
                    member,
                    kept.orElse(null),
                    this,
                    tls,
                    around.loops(),
                    around.clock(),
                    around.random(),
                    counters);
            opened.push(node);
            Admission admission = new Admission("inside-leg", AdmissionLimits.defaults(), BanCheck.NONE, counters);
            ProtocolTable protocols = new ProtocolTable(node.protocol());
            // the inside dials for SIP as soon as a node has joined, without a name, and for who else waits with its
            // bundle
            protocols.expect(ProtocolTable.UNNAMED, () -> kept.isEmpty() && !refused);
            protocols.expect(JoinWaiter.APPLICATION_PROTOCOL, node::isAwaited);
            SharedListener.openAll(transport.port(), "inside-leg", leg, admission, protocols, PortEvents.NONE)
                    .forEach(opened::push);
            kept.ifPresent(snapshot -> watch(snapshot, transport, counters, opened));
            return settings(kept);
        } catch (IOException e) {
            throw RoleParts.notStarted("edge", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AppFailure(AppErrorCode.START_FAILED, "the edge was stopped while it waited for settings", "", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("settings are a value", e);
        } finally {
            RoleParts.closeAll(opened);
        }
    }

    private EdgeSnapshot settings(Optional<EdgeSnapshot> kept) throws InterruptedException, ExecutionException {
        if (kept.isEmpty()) {
            return next.get();
        }
        while (true) {
            try {
                return next.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException none) {
                Optional<String> now = wrong(kept.get(), read, listening());
                if (now.isEmpty()) {
                    return kept.get();
                }
                problem = now;
            }
        }
    }

    /** Health is told as far as that is possible. */
    private void watch(
            EdgeSnapshot kept, TransportContext transport, MicrometerCounters counters, Deque<AutoCloseable> opened) {
        WatchedPart watched =
                new WatchedPart("edge", counters::scrape, () -> problem.stream().toList());
        try {
            RoleParts.admin(kept.admin().map(SettingsConfigs::admin), transport, counters, watched)
                    .ifPresent(opened::push);
        } catch (IOException e) {
            LOG.warn(
                    "event=node-admin-not-open code={} reason=\"{}\"",
                    NodeErrorCode.ROLES_NOT_STARTED.code(),
                    IoReason.of(e));
        }
    }

    private ListenProbe.Listening listening() {
        return new ListenProbe.Listening(leg, List.of());
    }

    @Override
    public Result<Boolean> use(EdgeSnapshot settings) {
        return switch (EdgeRoles.readable(settings, read, listening())) {
            case Result.Bad<EdgeConfig> bad -> {
                refused = true;
                yield bad.as();
            }
            case Result.Ok<EdgeConfig> good -> {
                next.complete(settings);
                yield Result.ok(true);
            }
        };
    }

    @Override
    public List<ControlMessage.Shown> shown() {
        return List.of();
    }

    @Override
    public Optional<String> problem() {
        return next.isDone() ? Optional.empty() : problem;
    }
}
