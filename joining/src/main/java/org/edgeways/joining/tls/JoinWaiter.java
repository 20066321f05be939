package org.edgeways.joining.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocket;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.engine.Membership;
import org.edgeways.joining.engine.NodeJoin;
import org.edgeways.net.AcceptLoop;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that has no certificate yet: it makes its key, listens on its inside leg and waits for the inside. It never connects
 * to anybody. Who dials and is not the authority of the bundle changes nothing. Counts {@code joins_refused}.
 */
public final class JoinWaiter implements AutoCloseable {

    /** What the inside offers in ALPN when it dials for who waits. */
    public static final String APPLICATION_PROTOCOL = JoinTls.PROTOCOL;

    /** Most connections at a time; past it a new one is closed. */
    static final int CONNECTIONS = 8;

    private static final Logger LOG = LoggerFactory.getLogger(JoinWaiter.class);

    /** After these the inside dials again, and it may go well. */
    private static final Set<JoinErrorCode> PASSING =
            EnumSet.of(JoinErrorCode.CUT, JoinErrorCode.TIMED_OUT, JoinErrorCode.INSIDE_FAILED, JoinErrorCode.NOT_KEPT);

    /** Writes what a node has got. */
    @FunctionalInterface
    public interface Keeper {
        /**
         * Keeps it durably, in a way that all or nothing of it is there.
         *
         * @param identity the node's key with its certificate chain
         */
        void keep(Membership membership, TlsIdentity identity) throws IOException;
    }

    /** What came of the waiting. */
    public sealed interface Outcome {
        /** The node has joined. */
        record Joined(Membership membership, TlsIdentity identity) implements Outcome {}

        /** With this bundle it never will. */
        record Failed(JoinErrorCode code) implements Outcome {}
    }

    /** What is on the disk, and on which connection it came. */
    private record Kept(Membership membership, SocketChannel from) {}

    private final Bundle bundle;
    private final LongSupplier clock;
    private final Counters counters;
    private final Keeper keeper;
    private final TlsIdentity own;
    private final byte[] request;
    private final ServerSocketChannel server;
    private final Thread acceptor;
    private final Patience patience = new Patience();
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    /** What came is on the disk: whatever the time is, and whether the inside has heard it or not, this node belongs to the inside. */
    private @Nullable Kept kept;

    private JoinWaiter(
            Bundle bundle,
            LongSupplier clock,
            SecureRandom random,
            Counters counters,
            Keeper keeper,
            ServerSocketChannel server) {
        this.bundle = bundle;
        this.clock = clock;
        this.counters = counters;
        this.keeper = keeper;
        this.server = server;
        Instant now = now();
        // signed by an authority that is forgotten at once: a key with a certificate that says nothing
        this.own = CertificateAuthority.create("edgeways-join", now, random)
                .issue(CertificateRequest.of(bundle.node()), now);
        this.acceptor =
                Thread.ofVirtual().name("join").unstarted(new AcceptLoop("join", server::accept, this::take, counters));
        this.request = SigningRequest.make(own.key(), own.leaf().getPublicKey(), bundle.node());
    }

    /**
     * Starts waiting, where the bundle says.
     *
     * @param clock nanoseconds since 1970
     * @throws IOException if the address cannot be had
     */
    public static JoinWaiter open(
            Bundle bundle, LongSupplier clock, SecureRandom random, Counters counters, Keeper keeper)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(bundle.listen());
        } catch (IOException e) {
            server.close();
            throw e;
        }
        JoinWaiter waiter = new JoinWaiter(bundle, clock, random, counters, keeper, server);
        if (bundle.isExpired(waiter.now())) {
            waiter.end(new Outcome.Failed(JoinErrorCode.BUNDLE_EXPIRED));
        } else {
            waiter.acceptor.start();
            waiter.patience.everySecond(waiter::look);
        }
        return waiter;
    }

    /** Where it listens, with the port that was found. */
    public InetSocketAddress localAddress() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /**
     * Completes once, when the node has joined, or with this bundle cannot, at the latest a moment after its time is over. It has joined when
     * what it got is on its disk, whether that could be said to the inside or not.
     */
    public CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    /**
     * Ends the waiting when the bundle's time is over: nobody lets this node in with it any more, whether they say so or not. Who has
     * kept what it got has joined all the same.
     */
    private void look() {
        if (bundle.isExpired(now())) {
            ended(JoinErrorCode.BUNDLE_EXPIRED);
        }
    }

    /** It has joined if it has kept what came, else it has failed. */
    private synchronized void ended(JoinErrorCode failure) {
        if (kept == null) {
            end(new Outcome.Failed(failure));
        } else {
            joined(kept.membership());
        }
    }

    /** That this node has what it got could not be said on that connection: the inside hears it when the node shows its certificate. */
    private synchronized void lastWordLost(SocketChannel peer) {
        if (kept != null && kept.from().equals(peer)) {
            joined(kept.membership());
        }
    }

    private Instant now() {
        return Instant.ofEpochSecond(0, clock.getAsLong());
    }

    private void take(SocketChannel peer) {
        if (connections.size() >= CONNECTIONS) {
            counters.counter("joins_refused", "reason", "connections").increment();
            Patience.close(peer);
            return;
        }
        connections.add(peer);
        Thread.ofVirtual().name("join connection").start(() -> serve(peer));
    }

    private void serve(SocketChannel peer) {
        Future<?> bound = patience.with(peer);
        try (peer;
                SSLSocket socket = JoinTls.server(peer, own)) {
            NodeJoin.Step.Ended ended = exchange(socket, peer);
            if (ended.failure() != null) {
                refused(peer, ended.failure().code());
                if (ended.proved() && !PASSING.contains(ended.failure())) {
                    ended(ended.failure());
                }
                lastWordLost(peer);
            }
        } catch (IOException e) {
            LOG.debug("event=join-connection-ended reason=\"{}\"", LogText.clean(IoReason.of(e)));
            counters.counter("joins_refused", "reason", "handshake").increment();
            lastWordLost(peer);
        } finally {
            bound.cancel(false);
            connections.remove(peer);
        }
    }

    private void refused(SocketChannel peer, String code) throws IOException {
        counters.counter("joins_refused", "reason", code).increment();
        String source = LogText.address(peer.getRemoteAddress());
        LOG.warn("event=join-refused code={} node={} source={}", code, bundle.node(), source);
    }

    private NodeJoin.Step.Ended exchange(SSLSocket socket, SocketChannel peer) throws IOException {
        byte[] binding = JoinTls.handshake(socket);
        NodeJoin join = new NodeJoin(bundle, own.leaf().getPublicKey(), request, binding, clock.getAsLong());
        Deque<NodeJoin.Step> steps = new ArrayDeque<>();
        Membership membership = null;
        while (true) {
            while (!steps.isEmpty()) {
                switch (steps.remove()) {
                    case NodeJoin.Step.Send(byte[] bytes) -> JoinTls.write(socket, bytes);
                    case NodeJoin.Step.Keep(Membership granted) -> {
                        membership = granted;
                        steps.addAll(keep(granted, peer) ? join.kept() : join.notKept());
                    }
                    case NodeJoin.Step.Ended ended -> {
                        if (ended.failure() == null) {
                            joined(membership);
                        }
                        return ended;
                    }
                }
            }
            byte[] bytes = JoinTls.read(socket);
            long now = clock.getAsLong();
            steps.addAll(
                    now >= join.nextDeadline()
                            ? join.due(now)
                            : bytes.length == 0 ? join.cut() : join.received(bytes, now));
        }
    }

    /** False if it could not be kept, or if a connection beside this one was faster. */
    private synchronized boolean keep(Membership membership, SocketChannel from) {
        if (outcome.isDone()) {
            return false;
        }
        try {
            keeper.keep(membership, identity(membership));
            kept = new Kept(membership, from);
            return true;
        } catch (IOException e) {
            LOG.error(
                    "event=join-not-kept code={} node={} reason=\"{}\"",
                    JoinErrorCode.NOT_KEPT.code(),
                    bundle.node(),
                    IoReason.of(e));
            return false;
        }
    }

    private void joined(@Nullable Membership membership) {
        if (membership == null) {
            throw new IllegalStateException("nothing was kept");
        }
        if (outcome.isDone()) {
            return;
        }
        LOG.info("event=join-done code=ok node={}", bundle.node());
        end(new Outcome.Joined(membership, identity(membership)));
    }

    private TlsIdentity identity(Membership membership) {
        return new TlsIdentity(own.key(), membership.chain());
    }

    private void end(Outcome what) {
        stopListening();
        outcome.complete(what);
    }

    /** When this returns the port is free: a channel that is waited on is closed by who waits. */
    private void stopListening() {
        try {
            server.close();
            if (acceptor.getState() != Thread.State.NEW) {
                acceptor.join(Duration.ofSeconds(1));
            }
        } catch (IOException e) {
            LOG.debug("event=join-listener-left reason=\"{}\"", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits no more. */
    @Override
    public void close() {
        stopListening();
        connections.forEach(Patience::close);
        patience.close();
    }
}
