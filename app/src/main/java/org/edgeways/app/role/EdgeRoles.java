package org.edgeways.app.role;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.edgeways.accessedge.AccessEdge;
import org.edgeways.accessedge.AccessEdgeSettings;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.accessedge.engine.NextHops;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.config.ListenConfig;
import org.edgeways.base.Result;
import org.edgeways.net.ClientTls;
import org.edgeways.node.NodeErrorCode;
import org.edgeways.policy.SipDomains;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.jspecify.annotations.Nullable;

/** The roles of an edge node that run in this process, as their settings change. */
final class EdgeRoles implements NodeRoles {

    private final AccessEdge edge;
    private final Optional<AvPart> av;
    private final OutsideCertificates outside;
    private final CertificateReloads reloads;
    private final @Nullable ClientTls dialled;
    private final ListenProbe.Listening listening;
    private final Function<EdgeSnapshot, EdgeConfig> read;
    private EdgeConfig.Outside shown;

    /**
     * @param started what the edge is started with
     * @param read throws an {@link IllegalArgumentException} for settings that this version cannot run
     */
    EdgeRoles(
            AccessEdge edge,
            Optional<AvPart> av,
            OutsideCertificates outside,
            CertificateReloads reloads,
            @Nullable ClientTls dialled,
            EdgeConfig started,
            Function<EdgeSnapshot, EdgeConfig> read) {
        this.edge = edge;
        this.av = av;
        this.outside = outside;
        this.reloads = reloads;
        this.dialled = dialled;
        this.listening = ListenProbe.of(started);
        this.read = read;
        this.shown = started.outside();
    }

    @Override
    public Result<Boolean> use(EdgeSnapshot next) {
        return switch (readable(next, read, listening)) {
            case Result.Bad<EdgeConfig> bad -> bad.as();
            case Result.Ok<EdgeConfig>(EdgeConfig config) -> {
                try {
                    both(settings(config), config.outside());
                    av.ifPresent(part -> config.av().ifPresent(part::use));
                    reloads.start(config.certificateCheck());
                    yield Result.ok(true);
                } catch (IllegalArgumentException | SSLException e) {
                    yield unusable(e);
                }
            }
        };
    }

    @Override
    public void check(EdgeSnapshot.Relay relay) {
        av.ifPresent(part -> part.check(relay));
    }

    @Override
    public void refuse(Set<BigInteger> serials) throws SSLException {
        if (dialled != null) {
            dialled.refuse(serials);
            edge.endRefused();
        }
    }

    /** Both or none: each of them changes nothing when it throws. */
    private void both(AccessEdgeSettings next, EdgeConfig.Outside certificates) throws SSLException {
        outside.use(certificates);
        boolean taken = false;
        try {
            edge.use(next);
            shown = certificates;
            taken = true;
        } finally {
            if (!taken) {
                outside.use(shown);
            }
        }
    }

    /** What a start with those settings would take, if this version and this host could. */
    static Result<EdgeConfig> readable(
            EdgeSnapshot next, Function<EdgeSnapshot, EdgeConfig> read, ListenProbe.Listening listening) {
        try {
            EdgeConfig config = read.apply(next);
            settings(config);
            Optional<String> wrong = ListenProbe.problem(config, listening);
            return wrong.isEmpty() ? Result.ok(config) : Result.bad(NodeErrorCode.SNAPSHOT_NOT_APPLIED, 0, wrong.get());
        } catch (IllegalArgumentException e) {
            return unusable(e);
        }
    }

    private static <T> Result<T> unusable(Exception e) {
        return Result.bad(NodeErrorCode.SNAPSHOT_NOT_APPLIED, 0, "this version cannot run them: " + e.getMessage());
    }

    @Override
    public Optional<ControlMessage.Relaying> relaying() {
        return av.map(AvPart::relaying);
    }

    @Override
    public List<ControlMessage.Shown> shown() {
        return outside.shown();
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    /**
     * What an Access Edge is set to.
     *
     * @throws IllegalArgumentException if the configuration does not go together
     */
    static AccessEdgeSettings settings(EdgeConfig config) {
        EdgeConfig.Outside outside = config.outside();
        return AccessEdgeSettings.of(
                        config.node(),
                        new SipDomains(config.sipDomains()),
                        outside.host(),
                        config.link().host(),
                        first(outside.sipTls()),
                        outside.webSocket().map(EdgeRoles::first).orElse(null),
                        first(config.link().listen()))
                .withNames(Set.copyOf(outside.aliases()), config.insideNames())
                .withMoreAddresses(more(outside.sipTls()), more(config.link().listen()))
                .withWebSocketOrigins(Set.copyOf(outside.origins()))
                .withNextHops(nextHops(config.nextHops()))
                .withHiding(config.hideTopology())
                .withLimits(config.limits())
                .withTransactions(config.transactions())
                .withConnections(
                        outside.admission(),
                        outside.connection().withLinkSilence(config.link().silence()))
                .withInsideAdmission(config.link().admission());
    }

    private static NextHops nextHops(Map<String, String> said) {
        Map<String, NextHop> hops = new HashMap<>();
        said.forEach((domain, text) -> hops.put(
                domain,
                switch (NextHop.parse(text)) {
                    case Result.Ok<NextHop>(NextHop hop) -> hop;
                    case Result.Bad<NextHop> bad -> throw new IllegalArgumentException(bad.reason());
                }));
        Set<NextHop> all = Set.copyOf(hops.values());
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a next hop is needed");
        }
        NextHop any = all.iterator().next();
        return all.size() == 1 ? NextHops.one(any) : new NextHops(any, hops);
    }

    private static List<InetAddress> more(ListenConfig listen) {
        return listen.addresses().subList(1, listen.addresses().size());
    }

    private static InetSocketAddress first(ListenConfig listen) {
        return listen.sockets().getFirst();
    }
}
