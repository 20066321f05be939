package org.edgeways.app.role;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.edgeways.app.config.LinkConfig;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.link.LinkAcceptor;
import org.edgeways.link.LinkContext;
import org.edgeways.link.LinkProtocol;
import org.edgeways.net.Desk;
import org.edgeways.net.EventLoops;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.port.Protocol;
import org.edgeways.node.Member;
import org.edgeways.node.NodeAgent;
import org.edgeways.node.NodeErrorCode;
import org.edgeways.node.NodeFiles;
import org.edgeways.node.NodeHost;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes an edge process a node that has joined: the edge end of the Link on the inside leg, and the agent that takes
 * settings for the roles and for whom the inside leg trusts.
 */
final class NodePart implements NodeHost, AutoCloseable {

    private static final Duration CHECK = Duration.ofMinutes(1);
    private static final int HEXADECIMAL = 16;
    private static final String POOL = "service:";
    private static final Logger LOG = LoggerFactory.getLogger(NodePart.class);

    private final ServerTls insideLeg;
    private final NodeRoles roles;
    private final NodeAgent agent;
    private final Desk desk = new Desk("node");
    private final LinkContext context;
    private final LinkAcceptor acceptor;
    private volatile Optional<String> pool = Optional.empty();

    /**
     * The part of a node.
     *
     * @param running what the roles were started with; null if there is nothing yet
     * @param roles which settings are for
     * @throws AppFailure if whom the inside leg trusts cannot be taken from {@code running}
     */
    NodePart(
            NodeFiles files,
            Member member,
            @Nullable EdgeSnapshot running,
            NodeRoles roles,
            ServerTls insideLeg,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random,
            Counters counters) {
        this.insideLeg = insideLeg;
        this.roles = roles;
        if (running != null) {
            pool = poolOf(running);
        }
        // before anybody can connect: without the refused serial numbers nobody may
        Optional<EdgeSnapshot> newest =
                files.refused(member).filter(refused -> running == null || refused.revision() > running.revision());
        newest.flatMap(EdgeSnapshot::relay).ifPresent(roles::check);
        boolean newer = newest.filter(refused -> trust(refused).isOk()).isPresent();
        if (!newer && running != null && trust(running) instanceof Result.Bad<Boolean> bad) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "whom the inside leg trusts cannot be taken from the settings that this node keeps: "
                            + bad.reason(),
                    "Empty its data directory and join anew.");
        }
        String version = NodePart.class.getPackage().getImplementationVersion();
        agent = new NodeAgent(
                member,
                running,
                new NodeAgent.Surroundings(
                        files,
                        this,
                        version == null ? "not packaged" : version,
                        desk,
                        InstantSource.system(),
                        random,
                        counters));
        context = new LinkContext(loops, clock, counters, random);
        LinkConfig link = running == null
                ? LinkConfig.USUAL
                : LinkConfig.of(running.limits().link().streams());
        acceptor = new LinkAcceptor(context, link.limits(), link.times(), agent);
        desk.repeat(agent::check, CHECK, CHECK);
    }

    /** The Link, to be registered on the inside leg. */
    Protocol protocol() {
        return Protocol.named(LinkProtocol.ALPN, ServerCertificates.of(insideLeg), accepted -> {
            accepted.ready();
            acceptor.attach(
                    accepted.channel(),
                    Objects.requireNonNull(accepted.peer(), "the inside leg takes nobody without a certificate"));
        });
    }

    /** The edge end of the Link. */
    LinkAcceptor link() {
        return acceptor;
    }

    /** The pool that has the organisation's people, by its name inside; empty if another server has them. */
    Optional<String> pool() {
        return pool;
    }

    private static Optional<String> poolOf(EdgeSnapshot snapshot) {
        return snapshot.routes().stream()
                .map(EdgeSnapshot.NextHop::nextHop)
                .filter(hop -> hop.startsWith(POOL))
                .map(hop -> hop.substring(POOL.length()))
                .findFirst();
    }

    /** To be called when what clients are shown has changed. */
    void changed() {
        agent.changed();
    }

    /** Why this node is cut off from the inside, if it is. */
    List<String> notReady() {
        return agent.standing().stream().toList();
    }

    /** Whether the inside may dial for who waits with the node's bundle. */
    boolean isAwaited() {
        return agent.isAwaited();
    }

    @Override
    public Result<Boolean> apply(EdgeSnapshot next) {
        // a revocation holds at once, even if it comes with settings that cannot be run here
        next.relay().ifPresent(roles::check);
        Result<Boolean> taken = trust(next) instanceof Result.Bad<Boolean> bad ? bad : roles.use(next);
        if (taken.isOk()) {
            pool = poolOf(next);
        }
        return taken;
    }

    @Override
    public Optional<String> problem() {
        return roles.problem();
    }

    private Result<Boolean> trust(EdgeSnapshot snapshot) {
        Set<BigInteger> refused = new HashSet<>();
        snapshot.refusedSerials().forEach(serial -> refused.add(new BigInteger(serial, HEXADECIMAL)));
        Result<List<X509Certificate>> authorities =
                Pem.certificates(String.join("\n", snapshot.authorities()), "the authorities of the settings");
        return switch (authorities) {
            case Result.Bad<List<X509Certificate>> bad -> bad.as();
            case Result.Ok<List<X509Certificate>>(List<X509Certificate> read) -> {
                try {
                    int ended = insideLeg.trust(read, refused);
                    roles.refuse(refused);
                    if (ended > 0) {
                        LOG.warn(
                                "event=node-connections-ended code={} count={}: their certificate is refused",
                                NetErrorCode.CERTIFICATE_REFUSED.code(),
                                ended);
                    }
                    yield Result.ok(true);
                } catch (SSLException e) {
                    yield Result.bad(NodeErrorCode.SNAPSHOT_NOT_APPLIED, 0, String.valueOf(e.getMessage()));
                }
            }
        };
    }

    @Override
    public Result<Boolean> use(TlsIdentity next) {
        try {
            insideLeg.reload(next);
            return Result.ok(true);
        } catch (SSLException e) {
            return Result.bad(NodeErrorCode.CERTIFICATE_WRONG, 0, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Optional<ControlMessage.Relaying> relaying() {
        return roles.relaying();
    }

    @Override
    public List<ControlMessage.Shown> shown() {
        return roles.shown();
    }

    @Override
    public void close() {
        acceptor.close();
        context.close();
        desk.close();
    }
}
